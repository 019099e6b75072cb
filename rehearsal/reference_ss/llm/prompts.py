"""The two prompts that the reference SS sends: plain text, each section headed by a line of its own."""

import json
from collections.abc import Sequence
from typing import Any

_DRAFT_ANSWER = (
    'One JSON object and nothing else: {"schema_version": 2, "draft_text": what will be analysed, in one or two '
    'sentences, "outcome_var": column or null, "treatment_var": column or null, "controls": [columns], '
    '"group_var": column or null, "analysis_hints": [short texts]}. Use only names listed under COLUMNS.'
)
_SELECTION_ANSWER = (
    'One JSON object and nothing else: {"schema_version": 2, "template_id": one of those listed under TEMPLATES, '
    '"reason": why it fits this requirement, in one sentence, "confidence": number from 0 to 1}.'
)


def draft_preview(requirement: str, columns: Sequence[dict[str, Any]]) -> str:
    """Ask for a draft. In: columns as {"name", "type": "numeric" | "string", "distinct": int}."""
    return _sections(
        ("TASK", "draft_preview"),
        ("REQUIREMENT", requirement),
        ("COLUMNS", _json(columns)),
        ("ANSWER", _DRAFT_ANSWER),
    )


def select_template(requirement: str, draft: dict[str, Any], templates: Sequence[dict[str, Any]]) -> str:
    """Ask for a template. In: templates as {"template_id", "name", "use_when"}."""
    return _sections(
        ("TASK", "select_template"),
        ("REQUIREMENT", requirement),
        ("DRAFT", _json(draft)),
        ("TEMPLATES", _json(templates)),
        ("ANSWER", _SELECTION_ANSWER),
    )


def _sections(task: tuple[str, str], *others: tuple[str, str]) -> str:
    lines = [f"{task[0]}: {task[1]}"]
    for heading, content in others:
        lines += [f"{heading}:", content]
    return "\n".join(lines) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
