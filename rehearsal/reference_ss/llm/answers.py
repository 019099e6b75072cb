"""What the LLM must answer. An answer of another shape is refused with the reason, never repaired by guessing."""

import re
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from rehearsal.reference_ss.errors import SSError

_FENCED = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n\s*```\s*", re.DOTALL)
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class DraftAnswer(BaseModel):
    """Answer to draft_preview."""

    schema_version: Literal[2]
    draft_text: _Text
    outcome_var: _Text | None = None
    treatment_var: _Text | None = None
    controls: list[_Text] = []
    group_var: _Text | None = None
    analysis_hints: list[str] = []


class SelectionAnswer(BaseModel):
    """Answer to select_template."""

    schema_version: Literal[2]
    template_id: _Text
    reason: _Text
    confidence: float = Field(ge=0, le=1)


_Answer = TypeVar("_Answer", bound=BaseModel)


def parse(text: str, model: type[_Answer], operation: str, llm_call_id: str) -> _Answer:
    """Read an answer; a Markdown fence around the JSON is taken off. Raises SSError (502) naming what is wrong."""
    fenced = _FENCED.fullmatch(text)
    try:
        return model.model_validate_json(fenced.group(1) if fenced else text)
    except ValidationError as error:
        problems = [{"field": ".".join(map(str, p["loc"])), "problem": p["msg"]} for p in error.errors()]
        raise SSError(
            502,
            "LLM_RESPONSE_INVALID",
            f"the LLM's answer to {operation} cannot be used",
            operation=operation,
            llm_call_id=llm_call_id,
            problems=problems,
        ) from error
