"""From the text of a prompt to a `Question`.

Two dialects are read: the reference SS's (a line `TASK: <operation>`, then headed sections) and upstream SS's four
operations, in the present and in the earlier form of their schemas. The requirement is free text of a user's and may hold
anything, lines that look like headings included: the first heading is sought from the front, all later ones from the back.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rehearsal.llm.question import Column, Offer, Operation, Question

_REFERENCE_KEYS: dict[str, tuple[Operation, tuple[str, ...]]] = {
    "draft_preview": (
        Operation.DRAFT,
        (
            "schema_version",
            "draft_text",
            "outcome_var",
            "treatment_var",
            "controls",
            "group_var",
            "analysis_hints",
        ),
    ),
    "select_template": (Operation.TEMPLATE, ("schema_version", "template_id", "reason", "confidence")),
}
_TASK = re.compile(r"\ATASK:[ \t]*(.+)")
_MOST = re.compile(r"\bmax (\d+)\b|steps <= (\d+)")


def read(prompt: str) -> Question | None:
    """The question in `prompt`, or None where it is none of SS's prompts."""
    text = prompt.replace("\r\n", "\n").strip()
    task = _TASK.match(text)
    if task is None:
        if all(_has(heading, text) for heading in ("SELECTED_TEMPLATES", "DATA_SCHEMA", "OUTPUT_SCHEMA")):
            return _upstream_plan(text)
        if all(_has(heading, text) for heading in ("COLUMN_CANDIDATES", "OUTPUT_SCHEMA")):
            return _upstream_draft(text)
        return None
    subject = task.group(1).strip()
    if subject in _REFERENCE_KEYS:
        return _reference(text, subject)
    if _has("CANONICAL_FAMILY_IDS", text):
        return _upstream_choice(text, Operation.FAMILIES, "CANONICAL_FAMILY_IDS", "FAMILY_SUMMARIES")
    if _has("CANDIDATE_TEMPLATE_IDS", text):
        return _upstream_choice(text, Operation.TEMPLATE, "CANDIDATE_TEMPLATE_IDS", "CANDIDATE_TEMPLATES")
    return None


def _reference(text: str, subject: str) -> Question:
    operation, keys = _REFERENCE_KEYS[subject]
    if operation is Operation.DRAFT:
        parts = _sections(text, ("REQUIREMENT", "COLUMNS", "ANSWER"))
        return Question(operation, parts["REQUIREMENT"], columns=_columns(_json(parts["COLUMNS"])), keys=keys)
    parts = _sections(text, ("REQUIREMENT", "DRAFT", "TEMPLATES", "ANSWER"))
    draft = _json(parts["DRAFT"])
    return Question(
        operation,
        parts["REQUIREMENT"],
        offers=_offers(_objects(_json(parts["TEMPLATES"]))),
        draft=draft if isinstance(draft, dict) else {},
        keys=keys,
    )


def _upstream_draft(text: str) -> Question:
    parts = _sections(text, ("REQUIREMENT", "COLUMN_CANDIDATES", "OUTPUT_SCHEMA", "Rules"))
    keys, version = _schema(parts["OUTPUT_SCHEMA"])
    return Question(
        Operation.DRAFT,
        parts["REQUIREMENT"],
        columns=_columns(_json(parts["COLUMN_CANDIDATES"])),
        keys=keys,
        schema_version=version,
    )


def _upstream_choice(text: str, operation: Operation, ids_heading: str, items_heading: str) -> Question:
    parts = _sections(text, (ids_heading, "RULES", "OUTPUT_SCHEMA", "USER_REQUIREMENT", items_heading), greedy_from=4)
    ids = re.search(rf"^{ids_heading}:(.*)$", text, re.MULTILINE)
    allowed = [name.strip() for name in ids.group(1).split(",") if name.strip()] if ids else []
    lines = (line.removeprefix("- ") for line in parts[items_heading].splitlines())
    told = {offer.id: offer for offer in _offers(_objects([_json(line) for line in lines]))}
    keys, version = _schema(parts["OUTPUT_SCHEMA"])
    return Question(
        operation,
        parts["USER_REQUIREMENT"],
        offers=tuple(told.get(name, Offer(name)) for name in allowed),
        keys=keys,
        schema_version=version,
        limit=_most(parts["RULES"], 3),
    )


def _upstream_plan(text: str) -> Question:
    parts = _sections(text, ("REQUIREMENT", "SELECTED_TEMPLATES", "DATA_SCHEMA", "DRAFT", "OUTPUT_SCHEMA"))
    keys, version = _schema(parts["OUTPUT_SCHEMA"])
    data = _json(parts["DATA_SCHEMA"])
    known = data if isinstance(data, dict) else {}
    names = _json(parts["SELECTED_TEMPLATES"])
    found = known.get("detected_vars")
    return Question(
        Operation.PLAN,
        parts["REQUIREMENT"],
        columns=_columns(known.get("columns")),
        offers=tuple(Offer(name) for name in names if isinstance(name, str)) if isinstance(names, list) else (),
        draft=found if isinstance(found, dict) else {},
        keys=keys,
        schema_version=version,
        limit=_most(text, 1),
    )


def _sections(text: str, headings: Sequence[str], greedy_from: int = 1) -> dict[str, str]:
    """The text under each heading, stripped; empty for a heading that isn't there.

    Headings before `greedy_from` are sought forwards, the others backwards from the end, so that what a requirement
    contains can't pass for a heading of SS's.
    """
    spots: dict[str, tuple[int, int]] = {}
    start, end = 0, len(text)
    for heading in headings[:greedy_from]:
        if found := next(_lines_headed(heading, text, start, end), None):
            spots[heading] = found
            start = found[1]
    for heading in reversed(headings[greedy_from:]):
        if all_found := list(_lines_headed(heading, text, start, end)):
            spots[heading] = all_found[-1]
            end = all_found[-1][0]
    begins = sorted(begin for begin, _ in spots.values())
    parts = {
        heading: text[content : next((begin for begin in begins if begin >= content), len(text))].strip()
        for heading, (_, content) in spots.items()
    }
    return {heading: parts.get(heading, "") for heading in headings}


def _has(heading: str, text: str) -> bool:
    return any(_lines_headed(heading, text, 0, len(text)))


def _lines_headed(heading: str, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Start and end of each line's head that is `heading`, a remark and a colon."""
    pattern = re.compile(rf"^{re.escape(heading)}\b[^:\n]*:[ \t]*", re.MULTILINE)
    return (found.span() for found in pattern.finditer(text, start, end))


def _json(text: str) -> Any:
    """The JSON value that `text` begins with; None where it begins with none."""
    try:
        return json.JSONDecoder().raw_decode(text.strip())[0]
    except json.JSONDecodeError:
        return None


def _schema(text: str) -> tuple[tuple[str, ...], int]:
    example = _json(text)
    if not isinstance(example, dict):
        return (), 2
    version = example.get("schema_version")
    return tuple(example), version if isinstance(version, int) else 1


def _most(text: str, otherwise: int) -> int:
    found = _MOST.search(text)
    return int(found.group(1) or found.group(2)) if found else otherwise


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _columns(value: Any) -> tuple[Column, ...]:
    """Columns given as names, or as objects with `name` and `type`."""
    if not isinstance(value, list):
        return ()
    named = [Column(item) for item in value if isinstance(item, str)]
    return tuple(named) or tuple(
        Column(str(item["name"]), str(item.get("type", ""))) for item in _objects(value) if "name" in item
    )


def _offers(items: Sequence[Mapping[str, Any]]) -> tuple[Offer, ...]:
    offers = []
    for item in items:
        name = str(item.get("template_id") or item.get("family_id") or "")
        called = [str(item.get(key, "")) for key in ("name", "slug") if item.get(key)]
        if "family_id" in item and "template_id" not in item:
            called = [name, str(item.get("description", ""))]
        about = [str(item.get("use_when", "")), *(str(word) for word in item.get("capabilities") or ())]
        if name:
            offers.append(Offer(name, " ".join(called), " ".join(about).strip()))
    return tuple(offers)
