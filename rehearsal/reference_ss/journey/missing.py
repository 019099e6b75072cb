"""What a freeze still needs, and the error that says so: which fields, which parameters, and how to go on."""

from collections.abc import Mapping, Sequence
from typing import Any

from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.journey.binding import candidates
from rehearsal.reference_ss.store.models import Column
from rehearsal.reference_ss.templates import TemplateMeta

_ANALYSIS_GOAL = "analysis_goal"
_GOALS = ("descriptive", "causal")


def questions() -> list[dict[str, Any]]:
    """The questions that a draft asks and that a freeze must answer."""
    return [
        {
            "question_id": _ANALYSIS_GOAL,
            "question_text": "What is your analysis goal?",
            "question_type": "single_choice",
            "options": [{"option_id": goal, "label": goal.capitalize(), "value": goal} for goal in _GOALS],
            "priority": 1,
        }
    ]


def unanswered(answers: Mapping[str, str]) -> list[str]:
    """The fields of questions without a usable answer. Raises SSError (400) for an answer that was not offered."""
    goal = answers.get(_ANALYSIS_GOAL, "").strip()
    if not goal:
        return [f"stage1_questions.{_ANALYSIS_GOAL}"]
    if goal not in _GOALS:
        message = f"the answer to {_ANALYSIS_GOAL} is not one of its options"
        raise SSError(400, "PLAN_FREEZE_ANSWER_INVALID", message, question_id=_ANALYSIS_GOAL, answer=goal, options=list(_GOALS))
    return []


def error(job_id: str, meta: TemplateMeta, fields: Sequence[str], params: Sequence[str], columns: Sequence[Column]) -> SSError:
    """The structured refusal of a freeze. In: at least one missing field or parameter."""
    descriptions = {parameter.name: parameter.description for parameter in meta.parameters}
    path = f"/v1/jobs/{job_id}/plan/freeze"
    actions = []
    if fields:
        actions.append(_action("provide_answers", "Answer the open questions", path, "answers"))
    if params:
        actions.append(_action("provide_variable_corrections", "Choose the missing variables", path, "variable_corrections"))
    actions.append({"action": "retry_freeze", "type": "button", "label": "Freeze again", "method": "POST", "path": path})
    return SSError(
        400,
        "PLAN_FREEZE_MISSING_REQUIRED",
        f"plan freeze missing required inputs: {job_id}",
        job_id=job_id,
        template_id=meta.id,
        missing_fields=list(fields),
        missing_fields_detail=[{"field": field, "candidates": list(_GOALS)} for field in fields],
        missing_params=list(params),
        missing_params_detail=[
            {"param": param, "description": descriptions[param], "candidates": candidates(param, columns)} for param in params
        ],
        next_actions=actions,
        action="Give what is missing, then freeze the plan again.",
    )


def _action(action: str, label: str, path: str, field: str) -> dict[str, Any]:
    return {"action": action, "type": "form", "label": label, "method": "POST", "path": path, "fields": [field]}
