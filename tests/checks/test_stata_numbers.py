"""Which numbers of a run are recomputed: those of its log, and those of the tables that it made, never of its input."""

from fractions import Fraction

from stata_log import exact, printed_tables
from stata_log.synthetic import batch

from checks.observations import COLUMNS, CSV, DO_FILE, LOG, TEMPLATE, artifact, artifacts, body, main_journey
from ss_audit.checks.stata_numbers import Numbers, coefficients_of, numbers_agree, numbers_of
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


def in_double(do_file: str) -> str:
    """The log of a do-file whose regression is that of data in double precision."""
    columns = {name: COLUMNS[name] for name in ("y_q1", "x_q2", "z_q3")}
    table = printed_tables.regress("y_q1", columns, store=lambda written: [Fraction(float(v)) for v in written])
    return batch(do_file, {line: table for line in do_file.splitlines() if line.startswith("regress")})


def test_double_precision_is_no_fault_where_the_do_file_asks_for_it() -> None:
    asked = numbers_of(main_journey(), artifact("stata.log", in_double(DO_FILE.replace(" clear", " asdouble clear"))))
    assert (asked.agreeing, asked.float64) == (asked.compared, 0)
    assert asked.compared > 10
    log = artifact("stata.log", in_double(DO_FILE))
    assert numbers_of(main_journey(), log).float64 > 0
    assert "of them only as a program prints that never stored single precision" in numbers_agree(main_journey(), log).saw


def test_double_precision_is_no_fault_where_a_table_need_not_show_the_data() -> None:
    part = DO_FILE.replace("regress y_q1 x_q2 z_q3", "regress y_q1 x_q2 z_q3 in 1/8")
    log = artifact("stata.log", in_double(part))
    assert numbers_of(main_journey(), log).float64 == 0
    own = TEMPLATE.replace("regress __DEPVAR__ __INDEPVARS__", "regress __DEPVAR__ __INDEPVARS__ in 1/8")
    assert numbers_of(main_journey(), log, own).float64 == 0
    assert numbers_of(main_journey(), log, TEMPLATE).float64 > 0


def test_an_option_that_prints_otherwise_is_no_restriction() -> None:
    plainly = DO_FILE.replace("summarize y_q1 x_q2 z_q3", "summarize y_q1 x_q2 z_q3, format")
    wrong = printed_tables.summarize(COLUMNS | {"y_q1": COLUMNS["x_q2"]})
    log = artifact("stata.log", batch(plainly, {"summarize y_q1 x_q2 z_q3, format": wrong}))
    assert numbers_of(main_journey(), log, TEMPLATE).differences == ()


def test_counts_are_told_apart() -> None:
    do_file = DO_FILE.replace("summarize y_q1 x_q2 z_q3", "count\nsummarize y_q1")
    outputs = {"count": ["  8"], "summarize y_q1": printed_tables.summarize({"y_q1": COLUMNS["y_q1"]})}
    found = numbers_of(main_journey(), artifact("stata.log", batch(do_file, outputs)))
    assert (found.counted, found.tables, found.compared > 1) == (1, 2, True)


def test_double_precision_is_no_contradiction_where_the_column_has_that_many_digits() -> None:
    """Stata may have stored it so; of columns with fewer digits it says that another program printed the log."""

    def printed_from_doubles(cell: str) -> Numbers:
        columns = {**COLUMNS, "x_q2": [f"{cell}{digit}" for digit in range(1, 9)]}
        data = "".join(",".join(row) + "\n" for row in [[*columns], *zip(*columns.values(), strict=True)])
        log = batch(DO_FILE, {"summarize y_q1 x_q2 z_q3": printed_tables.summarize(columns, exact.doubles)})
        job = main_journey()
        job = job.model_copy(update={"dataset": job.dataset.model_copy(update={"body": body(data)})})
        return numbers_of(job, artifact("stata.log", log))

    assert printed_from_doubles("999.00").float64 > 0
    many = printed_from_doubles("999.0000")
    assert (many.float64, many.agreeing) == (0, many.compared)
