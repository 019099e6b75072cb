"""Parameters that are missing, and parameters that are bound to something else."""

import copy
from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

MISSING = "Missing parameters yield structured errors"
BOUND = "The frozen parameters are the ones that were asked for"


def _refusing(change: Callable[[Any], None]) -> None:
    """Alters the structured error that refuses a freeze for what it lacks."""
    from rehearsal.reference_ss.journey import missing

    @instead_of(missing, "error")
    def error(original: Any, *given: Any) -> Any:
        refusal = original(*given)
        change(refusal)
        return refusal


def _binding(change: Callable[[dict[str, str], Any], dict[str, str]]) -> None:
    """Alters what parameters are bound to. In: the bound values and the columns. Out: what they become."""
    from rehearsal.reference_ss.journey import binding

    @instead_of(binding, "bind")
    def bind(original: Any, meta: Any, draft: Any, columns: Any, corrections: Any) -> Any:
        bindings = original(meta, draft, columns, corrections)
        return bindings.model_copy(update={"values": change(dict(bindings.values), columns)})


def _missing_answer_accepted() -> None:
    from rehearsal.reference_ss.journey import missing

    instead_of(missing, "unanswered")(lambda _original, _answers: [])


def _refusal_without_code() -> None:
    from rehearsal.reference_ss.errors import SSError

    @instead_of(SSError, "body")
    def body(original: Any, self: Any) -> Any:
        return {name: value for name, value in original(self).items() if name != "error_code"}


def _refusal_with_a_sentence_for_a_code() -> None:
    _refusing(lambda refusal: setattr(refusal, "error_code", "the plan could not be frozen"))


def _refusal_without_context() -> None:
    _refusing(lambda refusal: setattr(refusal, "details", {"job_id": refusal.details["job_id"]}))


def _refusal_names_another_answer() -> None:
    def change(refusal: Any) -> None:
        refusal.details["missing_fields"] = ["stage1_questions.cluster_level"]
        refusal.details["missing_fields_detail"] = []

    _refusing(change)


def _refusal_names_more_than_is_missing() -> None:
    _refusing(lambda refusal: refusal.details["missing_params"].append("__CLUSTER_LEVEL__"))


def _refusal_is_a_server_error() -> None:
    _refusing(lambda refusal: setattr(refusal, "status", 500))


def _refused_job_is_lost() -> None:
    from rehearsal.reference_ss.errors import SSError
    from rehearsal.reference_ss.journey.planning import Planning

    refused: set[str] = set()

    @instead_of(Planning, "freeze")
    def freeze(original: Any, self: Any, job_id: str, confirmation: Any) -> Any:
        if job_id in refused:
            raise SSError(409, "PLAN_FREEZE_FAILED_BEFORE", "a freeze of this job has failed", job_id=job_id)
        try:
            return original(self, job_id, confirmation)
        except SSError:
            refused.add(job_id)
            raise


def _outcome_and_regressors_swapped() -> None:
    def swapped(values: dict[str, str], _columns: Any) -> dict[str, str]:
        if "__INDEPVARS__" not in values:
            return values
        first, *others = values["__INDEPVARS__"].split()
        return {**values, "__DEPVAR__": first, "__INDEPVARS__": " ".join([values["__DEPVAR__"], *others])}

    _binding(swapped)


def _one_control_left_out() -> None:
    def shorter(values: dict[str, str], _columns: Any) -> dict[str, str]:
        return {name: value.rpartition(" ")[0] or value for name, value in values.items()}

    _binding(shorter)


def _one_column_too_many() -> None:
    def longer(values: dict[str, str], columns: Any) -> dict[str, str]:
        used = " ".join(values.values()).split()
        stranger = next(column.name for column in columns if column.is_numeric and column.name not in used)
        return {name: f"{value} {stranger}" if name == "__INDEPVARS__" else value for name, value in values.items()}

    _binding(longer)


def _do_file_on_another_column() -> None:
    from rehearsal.reference_ss.worker import dofile

    @instead_of(dofile, "render")
    def render(original: Any, template: Any, values: Any) -> Any:
        others = copy.copy(values)
        if " " in others.get("__INDEPVARS__", ""):
            others["__INDEPVARS__"] = others["__INDEPVARS__"].rpartition(" ")[0]
        return original(template, others)


def _fault(name: str, what: str, apply: Callable[[], None], check: str, saw: str, **more: Any) -> Fault:
    scenario = BOUND if check.startswith("plan.") else MISSING
    given = {"severity": "major", "where": ("api",), **more}
    return Fault(
        name=name, group="binding", what=what, scenario=scenario, check=check, saw=saw,
        verdict="NOT READY", apply=apply, **given,
    )  # fmt: skip


FAULTS = (
    _fault(
        "missing-answer-accepted",
        "A plan is frozen although a question that it depends on was never answered.",
        _missing_answer_accepted,
        "missing_parameters.refusal_has_a_code",
        r"plan freeze.*200, no code",
        severity="critical",
        seen="SS freezes a plan without answers under a default template when its selection failed before",
    ),
    _fault(
        "refusal-without-code",
        "A refusal says in a sentence what is wrong, and has no code.",
        _refusal_without_code,
        "missing_parameters.refusal_has_a_code",
        r"400, no code",
    ),
    _fault(
        "refusal-with-a-sentence-for-a-code",
        "The code of a refusal is a sentence, which no program can rely on.",
        _refusal_with_a_sentence_for_a_code,
        "missing_parameters.refusal_has_a_code",
        r"400, no code",
        severity="minor",
    ),
    _fault(
        "refusal-without-context",
        "A refusal has a code and does not say what is missing.",
        _refusal_without_context,
        "missing_parameters.refusal_names_what_is_missing",
        r"not named: analysis_goal",
        seen="SS answers CONTRACT_COLUMN_NOT_FOUND and INPUT_VALIDATION_FAILED without details",
    ),
    _fault(
        "refusal-names-another-answer",
        "A refusal names an answer that nobody asked for, and not the one that is missing.",
        _refusal_names_another_answer,
        "missing_parameters.refusal_names_what_is_missing",
        r"not named: analysis_goal",
    ),
    _fault(
        "refusal-names-more-than-is-missing",
        "A refusal also calls a parameter missing that the plan then goes without.",
        _refusal_names_more_than_is_missing,
        "missing_parameters.refusal_names_what_is_missing",
        r"named, though nothing was wanted for it: __CLUSTER_LEVEL__",
        severity="minor",
    ),
    _fault(
        "refusal-is-a-server-error",
        "What the caller forgot is answered as if the server had broken.",
        _refusal_is_a_server_error,
        "missing_parameters.refusal_has_a_code",
        r"500, code PLAN_FREEZE_MISSING_REQUIRED",
        seen="SS answers 500 for a data file that cannot be read",
    ),
    _fault(
        "refused-job-is-lost",
        "A job whose freeze was refused once is refused for ever, whatever is supplied.",
        _refused_job_is_lost,
        "missing_parameters.correction_is_accepted",
        r"409",
        severity="critical",
    ),
    _fault(
        "outcome-and-regressor-swapped",
        "The plan regresses the treatment on the outcome.",
        _outcome_and_regressors_swapped,
        "plan.binds_the_columns_of_the_question",
        r"in another role: \w+",
        severity="critical",
    ),
    _fault(
        "one-control-left-out",
        "The plan leaves out the last of the columns that were asked for.",
        _one_control_left_out,
        "plan.binds_the_columns_of_the_question",
        r"not bound: \w+",
        severity="critical",
    ),
    _fault(
        "one-column-too-many",
        "The plan controls for a column that nobody asked about.",
        _one_column_too_many,
        "plan.binds_the_columns_of_the_question",
        r"nobody asked about: \w+",
        severity="critical",
    ),
    _fault(
        "do-file-on-other-columns",
        "The plan binds what was asked for, and the do-file that runs leaves a column out.",
        _do_file_on_another_column,
        "plan.runs_on_what_was_bound",
        r"not in the do-file: \w+",
        severity="critical",
        where=("worker",),
    ),
)
