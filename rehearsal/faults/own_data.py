"""What goes wrong with data of an operator's, and never with the small data that the audit makes."""

from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Fault, Variant
from rehearsal.faults.patching import instead_of

SCENARIO = "The operator's own data go the whole way"
MAIN = "A person comes from a task code to downloaded results"
STATA = "Real Stata runner is evidenced"
DELIVERIES = {"dataset": "rehearsal/faults/data/deliveries.csv"}
"""Made up: 240 rows and ten columns, with gaps, and with headers that are no names of Stata's."""
LONG, WIDE = 200, 8


def _rows_are_lost() -> None:
    from rehearsal.reference_ss.worker import attempt

    @instead_of(attempt, "stage_data")
    def stage_data(original: Any, job_folder: Any, inputs: Any, target: Any) -> None:
        original(job_folder, inputs, target)
        target.write_bytes(b"".join(target.read_bytes().splitlines(keepends=True)[: LONG + 1]))


def _long_data_fail() -> None:
    from rehearsal.reference_ss.errors import SSError
    from rehearsal.reference_ss.worker import attempt

    @instead_of(attempt, "stage_data")
    def stage_data(original: Any, job_folder: Any, inputs: Any, target: Any) -> None:
        if inputs.row_count > LONG:
            raise SSError(500, "DATA_NOT_STAGED", "the data could not be put in place")
        original(job_folder, inputs, target)


def _narrow_preview() -> None:
    from rehearsal.reference_ss.api import views

    @instead_of(views, "inputs_preview")
    def inputs_preview(original: Any, stored: Any, _sample_rows: Any) -> Any:
        shown = original(stored, [])
        return {**shown, "columns": shown["columns"][:WIDE]}


def _no_results_of_long_data() -> None:
    from rehearsal.reference_ss.api import views

    @instead_of(views, "artifacts")
    def artifacts(original: Any, stored: Any) -> Any:
        shown = original(stored)
        if stored.inputs is None or stored.inputs.row_count <= LONG:
            return shown
        return {**shown, "artifacts": [row for row in shown["artifacts"] if not row["rel_path"].startswith("runs/")]}


def _fault(name: str, what: str, apply: Callable[[], None], check: str, saw: str, **more: Any) -> Fault:
    given = {"severity": "major", "where": ("api",), "run": (MAIN,), **more}
    return Fault(
        name=name, group="own data", what=what, scenario=SCENARIO, check=f"own_data.{check}", saw=saw,
        verdict="INCONCLUSIVE", blame="operator", apply=apply, settings=DELIVERIES, **given,
    )  # fmt: skip


FAULTS = (
    _fault(
        "long-data-lose-rows",
        f"Of data with more than {LONG} rows only the first {LONG} reach Stata.",
        _rows_are_lost,
        "the_numbers_are_theirs",
        r"count prints 200, computed 240",
        where=("worker",),
        run=(MAIN, STATA),
        severity="critical",
    ),
    _fault(
        "long-data-fail",
        f"A job on data with more than {LONG} rows fails before Stata is started.",
        _long_data_fail,
        "the_job_comes_to_a_good_end",
        r"the job ended 'failed'",
        where=("worker",),
    ),
    _fault(
        "preview-of-wide-data-lacks-columns",
        f"The preview leaves out what comes after the first {WIDE} columns.",
        _narrow_preview,
        "the_preview_shows_their_columns",
        r"missing cost, margin",
        severity="minor",
    ),
    _fault(
        "long-data-without-results",
        f"The index of a job on data with more than {LONG} rows lists nothing that its run made.",
        _no_results_of_long_data,
        "a_result_arrives",
        r"0 of \d+ listed artifacts come from the run",
    ),
)

VARIANTS = (Variant("sound-with-own-data", "The reference SS as it is, audited with an operator's data.", settings=DELIVERIES),)
