"""The journey, stage by stage."""
# ruff: noqa: E501 - a table reads best with one case a line

from checks.cases import Case, holds, parametrized, row
from checks.observations import (
    COLUMNS,
    CSV,
    QUESTION,
    artifact,
    exchange,
    halted,
    llm_call,
    main_journey,
    status,
)
from ss_audit.checks import journey, secrecy
from ss_audit.checks.reached import CHECK_OF
from ss_audit.evidence.model import Body, Exchange, LogWindow
from ss_audit.evidence.seen import STAGES, MainJourney

GOOD = main_journey()


def preview(answer: object, status: int = 200) -> MainJourney:
    return GOOD.model_copy(update={"preview": exchange("inputs preview", answer, status)})


def draft(answer: object) -> MainJourney:
    return GOOD.model_copy(update={"drafts": (exchange("draft preview", answer),)})


def polled(*words: str) -> MainJourney:
    return GOOD.model_copy(update={"polls": tuple(status(word) for word in words)})


def only(path: str) -> MainJourney:
    """Nothing but this file came."""
    return GOOD.model_copy(update={"artifacts": (artifact(path, "{}"),)})


def told(name: str) -> Exchange:
    """An answer in which a secret of this name was masked."""
    answer = exchange("inputs preview", {"a": "b"})
    return answer.model_copy(update={"response_body": answer.response_body.model_copy(update={"masked": (name,)})})


EXCHANGES = [entry for entry in GOOD.evidence() if isinstance(entry, Exchange)]
EVERY = (GOOD.dataset.body.text or "").partition("\n")[0].split(",")
COLUMNS_OF_IT = ("y_q1", "x_q2")
ALL_COLUMNS = {"column_candidates": [*COLUMNS], "required_variables": [{"field": "ID", "candidates": [*COLUMNS]}]}
DOWN = {"llm_calls": (llm_call("", status=None, failure="ConnectError"),)}
NO_LICENCE = LogWindow(id="E9", title="worker log", process="worker", lines=("Your license has expired",))
DISK = LogWindow(id="E9", title="worker log", process="worker", lines=("OSError: [Errno 28] No space left on device",))
CASES: list[Case] = [
    *(row(check, "a sound SS", GOOD, "pass") for check in (
        journey.redeem_opens_a_job, journey.upload_is_taken, journey.preview_shows_the_data, journey.draft_is_ready,
        journey.plan_is_frozen, journey.run_is_accepted, journey.job_succeeds, journey.artifacts_are_listed,
        journey.an_artifact_arrives, secrecy.artifacts_hold_no_secret,
        secrecy.logs_hold_no_secret,
    )),
    row(journey.redeem_opens_a_job, "no token", halted("redeem"), "fail", "refused"),
    row(journey.upload_is_taken, "refused", halted("upload"), "fail"),
    row(journey.upload_is_taken, "never tried", halted("redeem"), "not_evidenced", "ended at redeem"),
    row(journey.preview_shows_the_data, "no columns", preview({}), "fail", "missing"),
    row(journey.preview_shows_the_data, "a web page", preview("<html>y_q1</html>"), "fail"),
    row(journey.preview_shows_the_data, "an error with all columns", preview({"columns": CSV.split("\n")[0].split(",")}, 500), "fail"),
    row(journey.preview_shows_the_data, "one column lost", preview({"columns": ["unit_q5", "y_q1", "z_q3"]}), "fail", "x_q2"),
    row(journey.preview_shows_the_data, "by column", preview({"columns": dict.fromkeys(["unit_q5", *COLUMNS], "float")}), "pass"),
    row(journey.preview_shows_the_data, "never tried", halted("upload"), "not_evidenced"),
    row(journey.draft_is_ready, "refused", halted("draft"), "fail"),
    row(journey.draft_is_ready, "nothing said", draft({}), "fail", "none of the variables"),
    row(journey.draft_is_ready, "only the list of all columns", draft({"draft_text": "An analysis."} | ALL_COLUMNS), "fail"),
    row(journey.draft_is_ready, "only the question again", draft({"draft_text": QUESTION.text}), "fail", "none"),
    row(journey.draft_is_ready, "the requirement beside it", draft({"requirement": "y_q1 on x_q2", "draft_text": "Fine."}), "fail"),
    row(journey.draft_is_ready, "one variable", draft({"draft_text": "Describe y_q1."}), "fail"),
    row(journey.draft_is_ready, "another outcome", draft({"outcome_var": "x_q2", "draft_text": "y_q1"}), "fail", "x_q2 as the outcome"),
    row(journey.draft_is_ready, "in fields", draft({"outcome": "y_q1", "controls": ["z_q3"]}), "pass"),
    row(journey.draft_is_ready, "inside", draft({"draft_preview": {"outcome_var": "y_q1", "controls": ["z_q3"]} | ALL_COLUMNS}), "pass"),
    row(journey.draft_is_ready, "in columns", draft({"outcome_column": "y_q1", "control_columns": ["z_q3"]}), "pass", "y_q1 as the outcome"),
    row(journey.draft_is_ready, "another outcome column", draft({"outcome_column": "x_q2", "draft_text": "y_q1"}), "fail", "x_q2 as the outcome"),
    row(journey.draft_is_ready, "some candidates", draft({"outcome_candidates": ["y_q1", "x_q2"], "draft_text": "Fine."}), "fail"),
    row(journey.draft_is_ready, "the types of all columns", draft({"column_types": dict.fromkeys(EVERY, "float")}), "fail", "none of"),
    row(journey.draft_is_ready, "the first rows", draft({"preview": {"rows": [dict.fromkeys(EVERY, 1)]}}), "fail", "none of"),
    row(journey.draft_is_ready, "the types of its own columns", draft({"column_types": dict.fromkeys(COLUMNS_OF_IT, "float"), "x": [*COLUMNS_OF_IT]}), "pass"),
    row(journey.draft_is_ready, "the question in other words", draft({"normalized_requirement": "y_q1 x_q2"}), "fail", "none of"),
    row(journey.draft_is_ready, "never tried", halted("upload"), "not_evidenced"),
    row(journey.draft_is_ready, "the provider is down", halted("draft", **DOWN), "error", "did not serve SS"),
    row(journey.plan_is_frozen, "refused", halted("freeze"), "fail"),
    row(journey.plan_is_frozen, "never tried", halted("draft"), "not_evidenced"),
    row(journey.plan_is_frozen, "the provider is down", halted("draft", **DOWN), "error"),
    row(journey.run_is_accepted, "refused", halted("run"), "fail"),
    row(journey.run_is_accepted, "never tried", halted("freeze"), "not_evidenced"),
    row(journey.job_succeeds, "failed", halted("finish", "the job ended 'failed'"), "fail", "failed"),
    row(journey.job_succeeds, "back and forth", polled("queued", "running", "queued", "running", "succeeded"), "fail"),
    row(journey.job_succeeds, "queued after running", polled("running", "queued", "succeeded"), "fail", "running → queued"),
    row(journey.job_succeeds, "succeeded, then running", polled("succeeded", "running"), "fail"),
    row(journey.job_succeeds, "words of its own", polled("waiting", "crunching", "completed"), "pass"),
    row(journey.job_succeeds, "at once", polled("succeeded"), "pass"),
    row(journey.job_succeeds, "never tried", halted("run"), "not_evidenced"),
    row(journey.job_succeeds, "no licence", halted("finish", logs=(NO_LICENCE,)), "error", "licence"),
    row(journey.job_succeeds, "no room", halted("finish", logs=(DISK,)), "error", "disk"),
    row(journey.artifacts_are_listed, "none", halted("index", "the index lists no artifact"), "fail"),
    row(journey.artifacts_are_listed, "never tried", halted("finish"), "not_evidenced"),
    row(journey.an_artifact_arrives, "none arrived", halted("download"), "fail"),
    row(journey.an_artifact_arrives, "only what was there before",
        GOOD.model_copy(update={"artifacts": (artifact("inputs/data.csv", CSV), artifact("artifacts/llm/x/prompt.txt", "p"))}), "fail"),
    row(journey.an_artifact_arrives, "only an empty one", GOOD.model_copy(update={"artifacts": (artifact("runs/r/table.csv", ""),)}), "fail"),
    row(journey.an_artifact_arrives, "the data again", GOOD.model_copy(update={"artifacts": (artifact("runs/r/copy.csv", CSV),)}), "fail"),
    row(journey.an_artifact_arrives, "never tried", halted("index"), "not_evidenced"),
    row(secrecy.artifacts_hold_no_secret, "a token", GOOD.model_copy(update={"artifacts": (
        artifact("runs/r/env.txt", "[secret: token 0123456789ab]").model_copy(update={"body": Body(text="x", size=9, masked=("token",))}),)}), "fail", "token"),
    row(secrecy.artifacts_hold_no_secret, "a locked archive", GOOD.model_copy(update={"artifacts": (
        artifact("runs/r/a.zip", "PK").model_copy(update={"body": Body(size=9, not_searched=("a.zip: locked",))}),)}), "pass", "could not be searched: runs/r/a.zip"),
    row(secrecy.artifacts_hold_no_secret, "never tried", halted("index"), "not_evidenced"),
    row(secrecy.logs_hold_no_secret, "a key", GOOD.model_copy(update={"logs": (
        LogWindow(id="E9", title="l", process="api", lines=("key=[secret: ss llm api key 0123456789ab]",)),)}), "fail", "ss llm api key"),
    row(secrecy.logs_hold_no_secret, "no log", GOOD.model_copy(update={"logs": ()}), "not_evidenced"),
    *(row(journey.an_artifact_arrives, f"only what lies in {folder}", only(f"artifacts/{folder}/x.json"), "fail", "0 of")
      for folder in ("inputs", "input", "selection", "plan", "do_template", "template")),
    row(journey.an_artifact_arrives, "a promised one beside a plan", only("artifacts/plan/table.csv"), "pass", "table.csv"),
    *(row(journey.draft_is_ready, f"all columns under {name}", draft({name: [*EVERY]}), "fail", "none of")
      for name in ("type_of", "required_fields", "source_names", "normalized", "row_names", "data_preview", "columns")),
    *(row(journey.draft_is_ready, f"{name} of two", draft({name: ["y_q1", "x_q2"]}), "fail", "none of") for name in ("samples", "options")),
    row(journey.draft_is_ready, "its own plan, which needs all columns", draft({"uses": [*EVERY], "outcome": "y_q1"}), "pass"),
    row(journey.draft_is_ready, "a dependent column", draft({"dependent_column": "x_q2", "draft_text": "y_q1"}), "fail", "x_q2 as the outcome"),
    row(journey.draft_is_ready, "a number in it", draft({"outcome_var": "y_q1", "controls": ["x_q2"], "alpha": 0.05}), "pass"),
    row(secrecy.answers_hold_no_key, "a key, and then no draft", halted("draft", preview=told("ss llm api key")), "fail", "ss llm api key"),
    *(row(secrecy.answers_hold_no_key, f"the caller's {name}", GOOD.model_copy(update={"preview": told(name)}), "pass") for name in ("bearer", "set-cookie")),
    row(secrecy.answers_hold_no_key, "one call without an answer", GOOD.model_copy(update={"preview": exchange("p", status=None)}), "pass", f"none in {len(EXCHANGES) - 1} answers"),
    row(secrecy.artifacts_hold_no_secret, "four tokens", GOOD.model_copy(update={"artifacts": (artifact("runs/r/env.txt", "x").model_copy(
        update={"body": Body(text="x", size=9, masked=("token",), masked_at=(1, 2, 3, 4))}),)}), "fail", "at byte 1, 2, 3"),
    row(journey.draft_is_ready, "no preview", halted("preview"), "not_evidenced", "ended at preview"),
    row(journey.artifacts_are_listed, "an index of nothing", GOOD.model_copy(update={"index": exchange("i", {"artifacts": []})}), "fail", "0 artifacts"),
    row(journey.artifacts_are_listed, "an index of one", GOOD.model_copy(update={"index": exchange("i", {"artifacts": [{"rel_path": "a.log"}]})}), "pass", "1 artifacts"),
    row(journey.upload_is_taken, "never tried, and nothing is there", halted("redeem", upload=None), "not_evidenced"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


def test_what_is_not_reached_names_the_check_of_the_stage_that_failed() -> None:
    for stage in ("redeem", "upload", "draft", "freeze", "run", "finish", "index"):
        found = journey.an_artifact_arrives.judge(halted(stage))
        assert (found.outcome, found.because) == ("not_evidenced", CHECK_OF[stage])


def test_the_check_of_each_stage_exists() -> None:
    assert all(getattr(journey, check.partition(".")[2]).id == check for check in CHECK_OF.values())
    assert tuple(CHECK_OF) == STAGES


def test_an_error_of_the_environment_says_whose_it_is() -> None:
    for ended in (halted("draft", **DOWN), halted("finish", logs=(DISK,)), halted("finish", logs=(NO_LICENCE,))):
        assert journey.an_artifact_arrives.judge(ended).blame == "environment"


def test_a_provider_that_finds_the_request_wrong_is_no_excuse() -> None:
    refused = halted("draft", llm_calls=(llm_call("", status=400),))
    assert journey.draft_is_ready.judge(refused).outcome == "fail"


def test_words_of_the_person_excuse_nothing() -> None:
    data = artifact("inputs/data.csv", "no space left on device")
    prompt = artifact("artifacts/llm/a/prompt.txt", "license has expired")
    assert journey.job_succeeds.judge(halted("finish", artifacts=(data, prompt))).outcome == "fail"
