"""Parameters and answers that are missing: accepted, guessed, or refused in a way that helps nobody."""

from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

SCENARIO = "Missing parameters yield structured errors"


def _refusing(change: Callable[[Any], None]) -> None:
    """Alters the structured error that refuses a freeze for what it lacks."""
    from rehearsal.reference_ss.journey import missing

    @instead_of(missing, "error")
    def error(original: Any, *given: Any) -> Any:
        refusal = original(*given)
        change(refusal)
        return refusal


def _missing_answer_accepted() -> None:
    from rehearsal.reference_ss.journey import missing

    instead_of(missing, "unanswered")(lambda _original, _answers: [])


def _missing_column_accepted() -> None:
    from rehearsal.reference_ss.journey import binding

    @instead_of(binding, "bind")
    def bind(original: Any, *given: Any) -> Any:
        return original(*given).model_copy(update={"missing": []})


def _anything_missing_accepted() -> None:
    _missing_answer_accepted()
    _missing_column_accepted()


def _missing_column_defaulted() -> None:
    from rehearsal.reference_ss.journey import binding

    @instead_of(binding, "bind")
    def bind(original: Any, meta: Any, draft: Any, columns: Any, corrections: Any) -> Any:
        bindings = original(meta, draft, columns, corrections)
        first = next(column.name for column in columns if column.is_numeric)
        values = {**dict.fromkeys(bindings.missing, first), **bindings.values}
        return bindings.model_copy(update={"values": values, "missing": []})


def _another_column_than_supplied() -> None:
    from rehearsal.reference_ss.journey import binding

    @instead_of(binding, "bind")
    def bind(original: Any, meta: Any, draft: Any, columns: Any, corrections: Any) -> Any:
        numeric = next(column.name for column in columns if column.is_numeric)
        return original(meta, draft, columns, dict.fromkeys(corrections, numeric))


def _another_parameter_named() -> None:
    from rehearsal.reference_ss.journey import missing

    @instead_of(missing, "error")
    def error(original: Any, job_id: str, meta: Any, fields: Any, params: Any, columns: Any) -> Any:
        return original(job_id, meta, fields, ["__INDEPVARS__"] if params else [], columns)


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


def _fault(name: str, what: str, apply: Callable[[], None], check: str, saw: str, **more: Any) -> Fault:
    given = {"severity": "major", "where": ("api",), **more}
    return Fault(
        name=name, group="binding", what=what, scenario=SCENARIO, check=check, saw=saw,
        verdict="NOT READY", apply=apply, **given,
    )  # fmt: skip


FAULTS = (
    _fault(
        "missing-answer-accepted",
        "A plan is frozen although a question that it depends on was never answered.",
        _missing_answer_accepted,
        "missing_parameters.refusal_names_what_is_missing",
        r"not named: analysis_goal$",
        severity="critical",
        seen="SS freezes a plan without answers under a default template when its selection failed before",
    ),
    _fault(
        "anything-missing-is-accepted",
        "A plan is frozen whatever it lacks, answers and columns.",
        _anything_missing_accepted,
        "missing_parameters.refusal_has_a_code",
        r"plan freeze: 200, no code",
        severity="critical",
    ),
    _fault(
        "missing-column-accepted",
        "A plan is frozen although the column of a required parameter is missing.",
        _missing_column_accepted,
        "missing_parameters.refusal_names_what_is_missing",
        r"not named: __DEPVAR__",
        severity="critical",
    ),
    _fault(
        "missing-column-defaulted",
        "A required parameter without a column is bound to the first numeric one, without a word.",
        _missing_column_defaulted,
        "missing_parameters.refusal_names_what_is_missing",
        r"not named: __DEPVAR__",
        severity="critical",
    ),
    _fault(
        "another-parameter-named",
        "A refusal names another parameter than the one whose column is missing.",
        _another_parameter_named,
        "missing_parameters.refusal_names_what_is_missing",
        r"not named: __DEPVAR__",
    ),
    _fault(
        "another-column-than-supplied",
        "The column that a person supplies is taken, and another one is bound.",
        _another_column_than_supplied,
        "missing_parameters.correction_is_accepted",
        r"__DEPVAR__ is bound to \w+ instead of \w+",
        severity="critical",
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
)
