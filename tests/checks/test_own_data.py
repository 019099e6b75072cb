"""The operator's own data: what SS does with them counts, what their names and digits may account for does not."""
# ruff: noqa: E501 - a table reads best with one case a line

from typing import Any

from stata_log.synthetic import batch

from checks.cases import Case, holds, parametrized, row
from checks.observations import (
    COLUMNS,
    CSV,
    DO_FILE,
    JOB,
    LOG,
    artifact,
    artifacts,
    body,
    exchange,
    halted,
    journey,
    llm_call,
    status,
)
from ss_audit.checks import own_data
from ss_audit.checks.reached import CHECK_OF, ENDED
from ss_audit.evidence.seen import STAGES, OperatorsJourney

GOOD = journey(OperatorsJourney)


def uploaded(text: str, **more: Any) -> OperatorsJourney:
    """The same job, with these data."""
    data = GOOD.dataset.model_copy(update={"body": body(text, "text/csv").model_copy(update=more)})
    return GOOD.model_copy(update={"dataset": data})


def shown(text: str, *columns: str) -> OperatorsJourney:
    return uploaded(text).model_copy(update={"preview": exchange("inputs preview", {"columns": list(columns)})})


def ended(stage: Any, **more: Any) -> OperatorsJourney:
    return halted(stage, kind=OperatorsJourney, **more)


def about(*columns: str) -> dict[str, Any]:
    return {"question": GOOD.question.model_copy(update={"outcome": columns[0], "treatment": columns[1], "controls": ()})}


ALL = CSV.partition("\n")[0].split(",")
ODD = CSV.replace("x_q2", "x q2").replace("z_q3", "Größe")
OTHER = CSV.replace("10.13", "10.14")
SHORT = CSV.rpartition("8,")[0]
LONG_DIGITS = OTHER.replace("1.27", "1.27000001")
NOTHING_FITS = CSV.replace("y_q1", "y (€)").replace("x_q2", "x, in kg").replace("z_q3", "3rd")
CHECKS = (
    own_data.the_preview_shows_their_columns, own_data.the_job_comes_to_a_good_end, own_data.a_result_arrives,
    own_data.the_numbers_are_theirs,
)  # fmt: skip
DOWN = {"llm_calls": (llm_call("", status=None, failure="ConnectError"),)}
CASES: list[Case] = [
    *(row(check, "a sound SS", GOOD, "pass") for check in CHECKS),
    row(own_data.the_preview_shows_their_columns, "one column lost", shown(CSV, *ALL[:-1]), "fail", "missing z_q3"),
    row(own_data.the_preview_shows_their_columns, "as Stata calls them", shown(ODD, "unit_q5", "Y_Q1", "xq2", "Größe"), "fail", "y_q1"),
    row(own_data.the_preview_shows_their_columns, "cleaned", shown(ODD, "unit_q5", "y_q1", "x_q2", "Gr__e"), "pass", "all 4 columns"),
    row(own_data.the_preview_shows_their_columns, "in small letters", shown(CSV.replace("y_q1", "Y_q1"), *ALL), "pass"),
    row(own_data.the_preview_shows_their_columns, "by other names", shown(ODD, "unit_q5", "y_q1", "v3", "v4"), "not_evidenced",
        "of x q2, Größe, which Stata can't hold as they are"),
    row(own_data.the_preview_shows_their_columns, "by other names, and one lost", shown(ODD, "y_q1", "v3", "v4"), "fail", "unit_q5"),
    row(own_data.the_preview_shows_their_columns, "quoted headers", shown('"a, b",c\n1,2\n', "a, b", "c"), "pass"),
    row(own_data.the_preview_shows_their_columns, "a byte-order mark", shown("\ufeff" + CSV.replace("\n", "\r\n"), *ALL), "pass"),
    row(own_data.the_preview_shows_their_columns, "never tried", ended("upload"), "not_evidenced"),
    row(own_data.the_job_comes_to_a_good_end, "failed", ended("finish", why="the job ended 'failed'"), "fail", "failed"),
    row(own_data.the_job_comes_to_a_good_end, "refused", ended("upload", why="413"), "fail", "the way ended at upload: 413"),
    row(own_data.the_job_comes_to_a_good_end, "not frozen", ended("freeze"), "fail", "freeze"),
    row(own_data.the_job_comes_to_a_good_end, "asked for columns by other names", ended("freeze", **about("y (€)", "x")), "not_evidenced",
        "by names that it may have made of y (€)"),
    row(own_data.the_job_comes_to_a_good_end, "back and forth",
        GOOD.model_copy(update={"polls": tuple(map(status, ("running", "queued", "succeeded")))}), "fail", "running → queued"),
    row(own_data.the_job_comes_to_a_good_end, "no results afterwards", ended("index"), "pass"),
    row(own_data.the_job_comes_to_a_good_end, "the provider is down", ended("draft", **DOWN), "error", "did not serve SS"),
    row(own_data.a_result_arrives, "none listed", ended("index", why="the index lists no artifact"), "fail", "no artifact"),
    row(own_data.a_result_arrives, "none arrived", ended("download"), "fail"),
    row(own_data.a_result_arrives, "only the data", GOOD.model_copy(update={"artifacts": (artifact("inputs/data.csv", CSV, job=JOB),)}), "fail"),
    row(own_data.a_result_arrives, "the job failed", ended("finish"), "not_evidenced", "ended at finish"),
    row(own_data.the_numbers_are_theirs, "a row less", uploaded(SHORT), "fail", "n of y_q1 prints 8, computed 7.0"),
    row(own_data.the_numbers_are_theirs, "other data", uploaded(OTHER), "fail", "prints"),
    row(own_data.the_numbers_are_theirs, "names with blanks", uploaded(ODD.replace("Größe", "Z_Q3")), "pass"),
    row(own_data.the_numbers_are_theirs, "two columns may bear each name", uploaded(CSV.replace("unit_q5", "y q1").replace("x_q2", "Y_Q1")
        .replace("z_q3", "Y.q1")), "not_evidenced", "SS may have given others (y q1, Y.q1)"),
    row(own_data.the_numbers_are_theirs, "no name is Stata's", uploaded(NOTHING_FITS.replace("x, in kg", "x. in kg")), "not_evidenced",
        "SS may have given others (y (€), x. in kg, 3rd)"),
    row(own_data.the_numbers_are_theirs, "more digits than a float has", uploaded(LONG_DIGITS), "not_evidenced", "can't be told (x_q2)"),
    row(own_data.the_numbers_are_theirs, "so many digits, and a row less", uploaded(LONG_DIGITS.rpartition("8,")[0]), "fail"),
    row(own_data.the_numbers_are_theirs, "larger than a float", uploaded(OTHER.replace("1,10.14", "1e39,10.14")), "not_evidenced", "larger"),
    row(own_data.the_numbers_are_theirs, "something like a secret", uploaded(OTHER, masked=("a key",)), "not_evidenced", "masked"),
    row(own_data.the_numbers_are_theirs, "no table", artifacts(GOOD, {"stata.log": batch(DO_FILE)}), "not_evidenced", "0 tables"),
    row(own_data.the_numbers_are_theirs, "no log", artifacts(GOOD, {"stata.log": None}), "not_evidenced"),
    row(own_data.the_numbers_are_theirs, "the job failed", ended("finish"), "not_evidenced"),
    row(own_data.the_numbers_are_theirs, "as they should be, though one can't be told", uploaded(CSV.replace("unit_q5", "unit q5")), "pass"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


def test_one_check_answers_for_the_whole_way() -> None:
    assert own_data.the_job_comes_to_a_good_end.id == ENDED
    assert ENDED not in CHECK_OF.values()
    for stage in set(STAGES[: STAGES.index("index")]) - {"preview"}:
        for check in (own_data.a_result_arrives, own_data.the_numbers_are_theirs):
            assert (check.judge(ended(stage)).outcome, check.judge(ended(stage)).because) == ("not_evidenced", ENDED), stage


def test_nothing_of_it_moves_the_verdict() -> None:
    assert all(check.advisory for check in CHECKS)
    assert COLUMNS.keys() < set(ALL)
    assert LOG
