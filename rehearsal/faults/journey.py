"""A station of the way at which people are stopped, or shown something that is not theirs."""

from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

SCENARIO = "A person comes from a task code to downloaded results"


def _refusing(owner: Any, name: str, status: int, code: str) -> None:
    """Refuses whatever comes to this function."""
    from rehearsal.reference_ss.errors import SSError

    @instead_of(owner, name)
    def refuse(_original: Any, *_: Any) -> Any:
        raise SSError(status, code, "this can't be done")


def _codes_refused() -> None:
    from rehearsal.reference_ss.journey.access import Access

    _refusing(Access, "redeem", 400, "TASK_CODE_INVALID")


def _csv_refused() -> None:
    from rehearsal.reference_ss.journey.inputs import Uploads

    _refusing(Uploads, "take", 415, "INPUT_UNSUPPORTED_FORMAT")


def _preview_without_a_column() -> None:
    from rehearsal.reference_ss.api import views

    @instead_of(views, "inputs_preview")
    def inputs_preview(original: Any, stored: Any, _sample_rows: Any) -> Any:
        shown = original(stored, [])
        return {**shown, "columns": shown["columns"][:-1]}


def _draft_with_another_outcome() -> None:
    from rehearsal.reference_ss.journey.drafting import Drafting

    @instead_of(Drafting, "_draft")
    def draft(original: Any, self: Any, job: Any, inputs: Any) -> Any:
        made = original(self, job, inputs)
        return made.model_copy(update={"outcome_var": made.treatment_var, "treatment_var": made.outcome_var})


def _freeze_refused() -> None:
    from rehearsal.reference_ss.journey.planning import Planning

    _refusing(Planning, "freeze", 409, "PLAN_FREEZE_NOT_ALLOWED")


def _run_breaks() -> None:
    from rehearsal.reference_ss.journey.running import Running

    instead_of(Running, "request")(lambda _original, *_: 1 / 0)


def _job_fails() -> None:
    from rehearsal.reference_ss.worker import attempt

    _refusing(attempt, "stage_data", 500, "DATA_NOT_STAGED")


def _nothing_listed() -> None:
    from rehearsal.reference_ss.api import views

    instead_of(views, "artifacts")(lambda _original, stored: {"job_id": stored.job_id, "artifacts": []})


def _no_results_listed() -> None:
    from rehearsal.reference_ss.api import views

    @instead_of(views, "artifacts")
    def artifacts(original: Any, stored: Any) -> Any:
        shown = original(stored)
        return {**shown, "artifacts": [row for row in shown["artifacts"] if not row["rel_path"].startswith("runs/")]}


def _fault(name: str, what: str, apply: Callable[[], None], check: str, saw: str, **more: Any) -> Fault:
    given = {"severity": "critical", "where": ("api",), **more}
    return Fault(
        name=name, group="journey", what=what, scenario=SCENARIO, check=f"journey.{check}", saw=saw,
        verdict="NOT READY", apply=apply, **given,
    )  # fmt: skip


FAULTS = (
    _fault("codes-refused", "A valid task code is refused.", _codes_refused, "redeem_opens_a_job", r"400, TASK_CODE_INVALID"),
    _fault(
        "csv-refused",
        "A plain CSV is refused.",
        _csv_refused,
        "upload_is_taken",
        r"415, INPUT_UNSUPPORTED_FORMAT",
    ),
    _fault(
        "preview-without-a-column",
        "The preview of the data leaves out the last column.",
        _preview_without_a_column,
        "preview_shows_the_data",
        r"missing \w+",
        severity="minor",
    ),
    _fault(
        "draft-with-another-outcome",
        "The draft takes the treatment for the outcome.",
        _draft_with_another_outcome,
        "draft_is_ready",
        r"with \w+ as the outcome",
    ),
    _fault(
        "freeze-refused",
        "No plan can be frozen, whatever is answered.",
        _freeze_refused,
        "plan_is_frozen",
        r"409, PLAN_FREEZE_NOT_ALLOWED",
        seen="SS's template T09 requires a parameter that nothing ever binds",
    ),
    _fault(
        "run-breaks",
        "Queueing a job ends in an internal error.",
        _run_breaks,
        "run_is_accepted",
        r"500, SERVICE_INTERNAL_ERROR",
    ),
    _fault(
        "every-job-fails",
        "Every job fails before Stata is started.",
        _job_fails,
        "job_succeeds",
        r"the job ended 'failed'",
        where=("worker",),
    ),
    _fault(
        "nothing-listed",
        "The index of a finished job is empty.",
        _nothing_listed,
        "artifacts_are_listed",
        r"the index lists no artifact",
    ),
    _fault(
        "no-results-listed",
        "The index lists what was there before the run, and nothing that it made.",
        _no_results_listed,
        "an_artifact_arrives",
        r"0 of \d+ listed artifacts come from the run",
    ),
)
