"""Which numbers of a run are recomputed: those of its log, and those of the tables that it made, never of its input."""

from checks.observations import CSV, LOG, artifact, artifacts, main_journey
from ss_audit.checks.stata_numbers import coefficients_of, numbers_of
from ss_audit.evidence.seen import MainJourney

TABLE = "variable,mean\nx_q2,1.0025\n"


def with_files(**files: str) -> MainJourney:
    return artifacts(main_journey(), {name.replace("__", "/") + ".csv": text for name, text in files.items()})


def test_the_log_alone() -> None:
    found = numbers_of(main_journey(), artifact("stata.log", LOG))
    assert (found.tables, found.compared > 10, found.agreeing, found.float64) == (2, True, found.compared, 0)
    assert (found.differences, found.sources) == ((), ())


def test_a_table_that_the_run_made_is_recomputed_too() -> None:
    coefficients = coefficients_of(main_journey())
    table = "term,coef\n" + "".join(f"{name},{value!r}\n" for name, value in coefficients.items())
    log = artifact("stata.log", LOG)
    alone, more = numbers_of(main_journey(), log), numbers_of(with_files(r__outputs__coefficients=table), log)
    assert [s.rel_path for s in more.sources] == ["r/outputs/coefficients.csv"]
    assert more.compared > alone.compared
    wrong = numbers_of(with_files(r__outputs__coefficients=table.replace("x_q2,", "x_q2,9")), log)
    assert wrong.agreeing < wrong.compared
    assert wrong.differences[0].count("prints") == 1


def test_what_was_uploaded_is_no_result() -> None:
    coefficients = "term,coef\nx_q2,9\n"
    log = artifact("stata.log", LOG)
    assert numbers_of(with_files(inputs__copy=coefficients), log).sources == ()
    assert numbers_of(with_files(r__again=CSV), log).sources == ()
    assert numbers_of(artifacts(main_journey(), {"r/coefficients.txt": coefficients}), log).sources == ()


def test_coefficients_are_those_of_the_last_regression() -> None:
    assert set(coefficients_of(main_journey())) == {"x_q2", "z_q3", "_cons"}
    assert coefficients_of(artifacts(main_journey(), {"stata.log": None})) == {}
