"""What happens when something is missing: an answer at the freeze, a package at the run."""
# ruff: noqa: E501

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from stata_log.synthetic import batch

from checks.cases import Case, holds, parametrized, row
from checks.observations import (
    DO_FILE,
    JOB,
    LOG,
    artifact,
    exchange,
    halted,
    index_of,
    journey,
    plan,
    run_meta,
    stata_run,
    statement,
    status,
)
from ss_audit.checks import missing_package, missing_parameters
from ss_audit.checks.judgement import Check
from ss_audit.evidence.model import LogWindow, StoredArtifact
from ss_audit.evidence.seen import DeclaredPackage, Journey, MappingLeftOut, MissingParameters, PackageTrial, UndeclaredPackage

P = TypeVar("P", bound=PackageTrial)
GOAL = "analysis_goal"
REFUSAL = {"error_code": "PLAN_FREEZE_MISSING_REQUIRED", "message": "something is missing", "missing_fields": [f"stage1_questions.{GOAL}"],
           "next_actions": [{"type": "form", "fields": ["answers"]}]}  # fmt: skip
FROZEN = exchange("plan freeze", {"plan": plan()}, method="POST")


def left_out(answer: object = REFUSAL, code: int | None = 400, **more: Any) -> MissingParameters:
    values: dict[str, Any] = {
        "journey": journey(Journey, "draft"), "left_out": (GOAL,), "refusal": exchange("plan freeze", answer, code, "POST"),
        "supplied": statement("supplied", answers={GOAL: "causal"}, corrections={}, patches={}), "accepted": FROZEN, "plan_read": FROZEN,
    }  # fmt: skip
    return MissingParameters(**values | more)


def but(**more: object) -> dict[str, object]:
    return {k: v for k, v in (REFUSAL | more).items() if v is not None}


def mapped(*named: str, given: str = "y_q1", template: str = "R02") -> MissingParameters:
    """The outcome was taken out of the draft; the refusal names these; the plan then binds this column."""
    contract = {"required": ["__DEPVAR__"], "bound_values": {"__DEPVAR__": given}, "missing_required": []}
    froze = exchange("plan freeze", {"plan": plan(template, params_contract=contract)}, method="POST")
    control = journey(Journey, "freeze").model_copy(update={"freezes": (FROZEN,)})
    taken = MappingLeftOut(
        parameter="__DEPVAR__", column="y_q1", field="outcome_var", control=control,
        taken=exchange("draft patch", {"draft_preview": {"outcome_var": None}}, method="POST"),
    )  # fmt: skip
    return left_out(but(missing_params=list(named)), accepted=froze, mapping=taken, supplied=statement(
        "supplied", answers={GOAL: "causal"}, corrections={"__DEPVAR__": "y_q1", "__INDEPVARS__": "x_q2"}, patches={"outcome_var": "y_q1"}))  # fmt: skip


def unbound() -> MissingParameters:
    """The plan that is frozen in the end binds nothing."""
    froze = exchange("plan freeze", {"plan": plan(params_contract={})}, method="POST")
    return mapped("__DEPVAR__").model_copy(update={"accepted": froze})


HALTED = {"journey": halted("draft", kind=Journey), "refusal": None, "supplied": None, "accepted": None, "plan_read": None}
STRAY = but(missing_fields=[f"stage1_questions.{GOAL}", "stage1_questions.colour"])
PACKAGE = "ssaudit_x1y2"
WORD = "SS_AUDIT_ADO_PATH"
NAMED = {
    "error_code": "STATA_DEPENDENCY_MISSING",
    "message": "missing",
    "details": {"missing_dependencies": [{"pkg": PACKAGE}]},
}
STOPPED = batch(DO_FILE, {}, ending=f"command {PACKAGE} is unrecognized|199")
ERROR, RUN = "runs/r1/artifacts/run.error.json", "runs/r1/artifacts"


def left_behind(record: object = NAMED, /, log: str = "", **meta: object) -> tuple[StoredArtifact, ...]:
    files = {ERROR: json.dumps(record), f"{RUN}/run.meta.json": json.dumps(run_meta(**meta))}
    return tuple(artifact(path, text) for path, text in (files | ({f"{RUN}/stata.log": log} if log else {})).items())


def trial(kind: type[P], failed: tuple[StoredArtifact, ...] | None = None, **more: Any) -> P:
    """A job that failed and succeeded after the package was there."""
    found = left_behind() if failed is None else failed
    job = halted("finish", "the job ended 'failed'", kind=Journey, polls=(status("queued"), status("failed")), artifacts=found)
    froze = exchange("plan freeze", {"plan": plan(dependencies=[{"pkg": PACKAGE, "source": "ssc"}])}, method="POST")
    values: dict[str, Any] = {
        "how": "declared", "package": PACKAGE, "planted": statement("package planted"),
        "journey": job.model_copy(update={"freezes": (froze,)}), "status_after_failure": status("failed"),
        "failed_index": index_of(found), "failed_artifacts": found, "installed": statement("installed").model_copy(update={"at": INSTALLED_AT}),
        "retry": exchange("run", {"job_id": JOB, "status": "queued"}, method="POST"), "retry_polls": (status("queued"), status("succeeded")),
        "retry_index": index_of(found), "retry_artifacts": (*found, artifact("runs/r2/artifacts/stata.log", LOG)),
    }  # fmt: skip
    return kind(**values | more)


def declared(failed: tuple[StoredArtifact, ...] | None = None, **more: Any) -> DeclaredPackage:
    return trial(DeclaredPackage, failed, **more)


def undeclared(failed: tuple[StoredArtifact, ...] | None = None, **more: Any) -> UndeclaredPackage:
    return trial(UndeclaredPackage, failed, **more)


def ended(word: str) -> Journey:
    return halted("finish", f"still {word!r}", kind=Journey, polls=(status(word),))


def refused_at_run(error: object, code: int = 409) -> DeclaredPackage:
    """SS looks for packages when the job is to be run."""
    run = exchange("run", error, code, method="POST")
    return declared((), journey=halted("run", "refused", kind=Journey, run=run), status_after_failure=status("draft_ready"))


INSTALLED_AT = datetime(2026, 1, 11, 12, tzinfo=UTC)
REFUSED = refused_at_run(NAMED)
LATER = stata_run(started_at=INSTALLED_AT)
EARLIER = stata_run(started_at=INSTALLED_AT - timedelta(seconds=1))
OTHER = stata_run(started_at=INSTALLED_AT + timedelta(seconds=9), log_sha256="0")
_LOG = artifact("runs/r2/artifacts/stata.log", LOG)
SECRETIVE = _LOG.model_copy(update={"body": _LOG.body.model_copy(update={"sha256": "", "size": 9})})


def declared_and_told(*left: Any, **more: Any) -> tuple[DeclaredPackage, UndeclaredPackage]:
    return declared(*left, **more), undeclared()


BOTH = (
    (declared, missing_package.a_declared_absence_fails_the_job, missing_package.a_declared_absence_is_named),
    (undeclared, missing_package.an_undeclared_absence_fails_the_job, missing_package.an_undeclared_absence_is_named),
)
RECOVER = (
    (declared_and_told, missing_package.a_declared_absence_is_recoverable),
    (undeclared, missing_package.an_undeclared_absence_is_recoverable),
)
AFTER_THE_FAILURE = (*((make, named) for make, _, named in BOTH), *RECOVER)
EACH: tuple[tuple[Callable[..., Any], Check], ...] = (*((make, fails) for make, fails, _ in BOTH), *AFTER_THE_FAILURE)
STALE = left_behind({}, log=f"{WORD} 0\n{STOPPED}")
DEAF = undeclared(STALE, ado_path_word=WORD, retry_polls=(status("failed"),))
DISK = LogWindow(id="E9", title="l", process="worker", lines=("OSError: No space left on device",))
CASES: list[Case] = [
    *(row(check, "a sound SS", left_out(), "pass") for check in (
        missing_parameters.refusal_has_a_code, missing_parameters.refusal_names_what_is_missing, missing_parameters.correction_is_accepted)),
    *(row(check, "no draft", left_out(**HALTED), "not_evidenced", "ended at draft") for check in (
        missing_parameters.refusal_has_a_code, missing_parameters.refusal_names_what_is_missing, missing_parameters.correction_is_accepted)),
    *(row(check, "nothing to leave out", left_out(left_out=()), "not_evidenced") for check in (
        missing_parameters.refusal_has_a_code, missing_parameters.refusal_names_what_is_missing, missing_parameters.correction_is_accepted)),
    row(missing_parameters.refusal_has_a_code, "accepted", left_out({"plan": plan()}, 200), "fail", "200"),
    row(missing_parameters.refusal_has_a_code, "it broke", left_out(REFUSAL, 500), "fail", "500"),
    row(missing_parameters.refusal_has_a_code, "no answer", left_out(code=None), "fail", "no answer"),
    row(missing_parameters.refusal_has_a_code, "no code, only a type further down", left_out(but(error_code=None)), "fail", "no code"),
    row(missing_parameters.refusal_has_a_code, "a sentence", left_out({"error": "an answer is missing"}), "fail", "no code"),
    row(missing_parameters.refusal_has_a_code, "a number", left_out({"code": 4001}), "fail"),
    row(missing_parameters.refusal_has_a_code, "empty", left_out({}), "fail"),
    row(missing_parameters.refusal_has_a_code, "a web page", left_out("<html>MISSING</html>"), "fail"),
    row(missing_parameters.refusal_has_a_code, "an object", left_out({"error": {"code": "MISSING_ANSWER", "context": [GOAL]}}), "pass"),
    row(missing_parameters.refusal_has_a_code, "problem details", left_out({"type": "https://ss.example.org/missing", "title": "x"}, 422), "pass"),
    row(missing_parameters.refusal_has_a_code, "of validation", left_out({"detail": [{"type": "missing", "loc": ["body", GOAL]}]}, 422), "pass"),
    row(missing_parameters.refusal_names_what_is_missing, "no context", left_out({"error_code": "MISSING"}), "fail", "not named"),
    row(missing_parameters.refusal_names_what_is_missing, "another name", left_out(but(missing_fields=["stage1_questions.colour"])), "fail"),
    row(missing_parameters.refusal_names_what_is_missing, "one too many", left_out(STRAY), "fail", "colour"),
    row(missing_parameters.refusal_names_what_is_missing, "accepted", left_out({"plan": plan()}, 200), "not_evidenced"),
    row(missing_parameters.refusal_names_what_is_missing, "the parameter is named", mapped("__DEPVAR__"), "pass", "__DEPVAR__"),
    row(missing_parameters.refusal_names_what_is_missing, "the draft's field is named", mapped("open_unknowns.outcome_var"), "pass"),
    row(missing_parameters.refusal_names_what_is_missing, "the parameter is not", mapped(), "fail", "not named: __DEPVAR__"),
    row(missing_parameters.refusal_names_what_is_missing, "another one is", mapped("__INDEPVARS__"), "fail", "not named: __DEPVAR__"),
    *(row(check, "no question, only a column", mapped("__DEPVAR__").model_copy(update={"left_out": ()}), "pass") for check in (
        missing_parameters.refusal_has_a_code, missing_parameters.correction_is_accepted)),
    row(missing_parameters.refusal_names_what_is_missing, "another template may not need it", mapped(template="R01"), "pass"),
    row(missing_parameters.correction_is_accepted, "bound to what was supplied", mapped("__DEPVAR__"), "pass"),
    row(missing_parameters.correction_is_accepted, "bound to something else", mapped("__DEPVAR__", given="x_q2"), "fail", "bound to x_q2 instead of y_q1"),
    row(missing_parameters.correction_is_accepted, "another template binds it otherwise", mapped(given="x_q2", template="R01"), "pass"),
    row(missing_parameters.correction_is_accepted, "refused again", left_out(accepted=exchange("f", REFUSAL, 400)), "fail", "400"),
    row(missing_parameters.correction_is_accepted, "an empty answer", left_out(accepted=exchange("f", {})), "fail", "no plan"),
    row(missing_parameters.correction_is_accepted, "never tried", left_out(accepted=None), "not_evidenced"),
    row(missing_parameters.correction_is_accepted, "never refused", left_out({"plan": plan()}, 200), "not_evidenced"),
    *(row(check, "a sound SS", make(), "pass") for make, check in EACH),
    *(row(check, "no library", make(journey=None), "not_evidenced", "planted") for make, check in EACH),
    *(row(check, "no draft", make(journey=halted("draft", kind=Journey)), "not_evidenced") for make, check in EACH),
    *(row(fails, "it succeeds", make(journey=journey(Journey)), "fail", "although") for make, fails, _ in BOTH),
    *(row(check, "it succeeds", make(journey=journey(Journey)), "not_evidenced", "did not fail") for make, check in AFTER_THE_FAILURE),
    *(row(fails, "it never ends", make(journey=ended("running")), "fail", "running") for make, fails, _ in BOTH),
    *(row(check, "the disk is full", make(journey=ended("failed").model_copy(update={"logs": (DISK,)})), "error", "disk") for make, check in EACH),
    *(row(named, "nowhere", make(left_behind({"error_code": "FAILED"})), "fail", "neither") for make, _, named in BOTH),
    *(row(named, "another package", make(left_behind({"error_code": "RUN_FAILED", "package": "estout"})), "fail") for make, _, named in BOTH),
    *(row(named, "without a code", make(left_behind({"error": {"message": f"{PACKAGE} is missing"}})), "fail") for make, _, named in BOTH),
    *(row(named, "only beside the error", make(left_behind({"error_code": "RUN_FAILED", "dependencies": [{"pkg": PACKAGE}]})), "fail") for make, _, named in BOTH),
    *(row(named, "only in the echo", make(left_behind({}, log=f". {PACKAGE}\n")), "fail") for make, _, named in BOTH),
    *(row(named, "in its log", make(left_behind({"error_code": "RUN_FAILED"}, log=STOPPED)), "pass", "only in") for make, _, named in BOTH),
    *(row(named, "in the run metadata", make(left_behind({}, error=NAMED)), "pass", "run.meta.json") for make, _, named in BOTH),
    *(row(named, "in the status", make(left_behind({}), status_after_failure=exchange("job", {"latest_run": {"error": NAMED}})), "pass", "GET job") for make, _, named in BOTH),
    *(row(back, "refused", make(retry=exchange("run", {"error_code": "LOCKED"}, 409), retry_polls=()), "fail", "409") for make, back in RECOVER),
    *(row(back, "failed again", make(retry_polls=(status("failed"),)), "fail", "failed") for make, back in RECOVER),
    *(row(back, "the disk is full at the retry", make(retry_polls=(status("failed"),), retry_logs=(DISK,)), "error", "the disk is full") for make, back in RECOVER),
    *(row(back, "succeeded without a run", make(retry_artifacts=left_behind()), "fail", "no new stata.log") for make, back in RECOVER),
    *(row(back, "succeeded with a log that failed", make(retry_artifacts=(artifact("runs/r2/artifacts/stata.log", STOPPED),)), "fail", "stata.log ended") for make, back in RECOVER),
    *(row(back, "Stata wrote its log", make(retry_runs=(EARLIER, LATER)), "pass", "succeeded") for make, back in RECOVER),
    *(row(back, "no shim stands there", make(retry_runs=None), "pass") for make, back in RECOVER),
    *(row(back, "Stata never ran", make(retry_runs=()), "fail", "no Stata was started") for make, back in RECOVER),
    *(row(back, "Stata ran before the install alone", make(retry_runs=(EARLIER,)), "fail", "no Stata was started") for make, back in RECOVER),
    *(row(back, "its log is made up", make(retry_runs=(LATER.model_copy(update={"log_sha256": "0"}),)), "fail", "none that a Stata wrote") for make, back in RECOVER),
    *(row(back, "a log of before the install", make(retry_runs=(EARLIER, OTHER)), "fail", "none that a Stata wrote") for make, back in RECOVER),
    *(row(back, "Stata ran for something else too", make(retry_runs=(EARLIER, LATER, OTHER)), "pass") for make, back in RECOVER),
    *(row(back, "a log with a secret in it", make(retry_artifacts=(SECRETIVE,), retry_runs=(LATER.model_copy(update={"log_size": 9}),)), "pass") for make, back in RECOVER),
    *(row(back, "another log with a secret in it", make(retry_artifacts=(SECRETIVE,), retry_runs=(LATER.model_copy(update={"log_size": 8}),)), "fail", "none that") for make, back in RECOVER),
    *(row(named, f"only in a {key} in the error", make(left_behind({"error_code": "RUN_FAILED", key: f"version 18\n{PACKAGE}\n"})), "fail")
      for make, _, named in BOTH for key in ("do_file", "script", "source")),
    *(row(back, "not tried", make(retry=None), "not_evidenced") for make, back in RECOVER),
    *(row(check, "refused before it runs", REFUSED, "pass", says) for check, says in (
        (missing_package.a_declared_absence_fails_the_job, "refused before it ran"), (missing_package.a_declared_absence_is_named, PACKAGE))),
    row(missing_package.a_declared_absence_is_recoverable, "refused before it runs", (REFUSED, undeclared()), "pass", "succeeded"),
    row(missing_package.a_declared_absence_is_named, "refused for something else", refused_at_run({"error_code": "BUSY"}), "fail", "BUSY"),
    row(missing_package.a_declared_absence_fails_the_job, "SS breaks at the run", refused_at_run(NAMED, 500), "not_evidenced"),
    row(missing_package.a_declared_absence_is_recoverable, "Stata looks elsewhere",
        (declared(retry_polls=(status("failed"),)), DEAF), "error", "S_ADO"),
    row(missing_package.a_declared_absence_is_recoverable, "Stata looks elsewhere, and it succeeds", (declared(), DEAF), "pass"),
    row(missing_package.an_undeclared_absence_is_recoverable, "Stata looks elsewhere", DEAF, "error", "S_ADO"),
    row(missing_package.an_undeclared_absence_is_recoverable, "Stata was never asked", DEAF.model_copy(update={"ado_path_word": None}), "fail"),
    row(missing_package.an_undeclared_absence_is_recoverable, "Stata looks there", undeclared(
        left_behind({}, log=f"{WORD} 1\n{STOPPED}"), ado_path_word=WORD, retry_polls=(status("failed"),)), "fail", "failed"),
    row(missing_package.an_undeclared_absence_is_recoverable, "the log of the first run once more",
        undeclared(left_behind(log=LOG), retry_artifacts=left_behind(log=LOG)), "fail", "no new stata.log"),
    row(missing_package.the_retry_keeps_the_failure, "kept", declared(), "pass"),
    row(missing_package.the_retry_keeps_the_failure, "gone", declared(retry_artifacts=(artifact("runs/r2/stata.log", LOG),)), "fail", ERROR),
    row(missing_package.the_retry_keeps_the_failure, "changed", declared(retry_artifacts=left_behind({"error_code": "RUN_BROKE"})), "fail", ERROR),
    row(missing_package.the_retry_keeps_the_failure, "nothing left behind", declared(()), "fail"),
    row(missing_package.the_retry_keeps_the_failure, "index not read", declared(retry_index=None), "not_evidenced"),
    row(missing_package.the_retry_keeps_the_failure, "it succeeds", declared(journey=journey(Journey)), "not_evidenced"),
    row(missing_package.the_plan_lists_the_declared_package, "listed", declared(), "pass", PACKAGE),
    row(missing_package.the_plan_lists_the_declared_package, "always the same list", declared(journey=journey(Journey)), "fail", "stata"),
    row(missing_package.the_plan_lists_the_declared_package, "no plan", declared(journey=halted("freeze", kind=Journey)), "not_evidenced"),
    row(missing_parameters.refusal_has_a_code, "no freeze was tried", left_out(refusal=None), "not_evidenced"),
    row(missing_parameters.refusal_names_what_is_missing, "one too many, and it was not tried again", left_out(STRAY, accepted=None, supplied=None), "pass"),
    row(missing_parameters.refusal_names_what_is_missing, "one too many, and refused again", left_out(STRAY, accepted=exchange("f", REFUSAL, 400)), "pass"),
    row(missing_parameters.refusal_names_what_is_missing, "one too many, beside a supplement that is no group", left_out(
        STRAY, supplied=statement("supplied", answers={GOAL: "causal"}, note="typed in")), "fail", "colour"),
    row(missing_parameters.correction_is_accepted, "bound to nothing", unbound(), "fail", "bound to nothing"),
    *(row(named, "in the log's echo of several lines", make(left_behind({}, log=f"> {PACKAGE} is missing\n")), "fail") for make, _, named in BOTH),
    *(row(named, "in the log, as a value", make(left_behind({}, log=f"{PACKAGE}\n")), "fail") for make, _, named in BOTH),
    *(row(back, "succeeded, and another file is new", make(retry_artifacts=(*left_behind(), artifact("runs/r2/x.log", LOG))), "fail", "no new stata.log") for make, back in RECOVER),
    *(row(back, "accepted, and its answer is an error", make(retry=exchange("run", {"error_code": "LOCKED"}, 500)), "fail", "500") for make, back in RECOVER),
    *(row(named, f"only under {key}", make(left_behind({"error_code": "RUN_FAILED", key: [PACKAGE]})), "fail") for make, _, named in BOTH
      for key in ("plan", "params", "parameters", "template_params", "template_contract", "template", "argv", "draft", "steps")),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


def test_what_is_named_only_in_prose_is_told_of() -> None:
    prose = left_out({"error_code": "DRAFT_CONFIRM_BLOCKED", "message": f"blocked, missing answers {GOAL}"})
    found = missing_parameters.refusal_names_what_is_missing.judge(prose)
    assert (found.outcome, GOAL in (found.advisory or "")) == ("pass", True)
    assert missing_parameters.refusal_names_what_is_missing.judge(left_out()).advisory is None


def test_what_is_named_only_in_the_log_is_told_of() -> None:
    found = missing_package.an_undeclared_absence_is_named.judge(
        undeclared(left_behind({"error_code": "RUN_FAILED"}, log=STOPPED))
    )
    assert "stata.log" in (found.advisory or "")


def test_what_is_named_only_in_a_list_of_sentences_is_told_of() -> None:
    prose = left_out({"error_code": "BLOCKED", "reasons": [f"no answer to {GOAL}"]})
    assert GOAL in (missing_parameters.refusal_names_what_is_missing.judge(prose).advisory or "")
