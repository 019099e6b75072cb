"""Facts looked for in what SS answers, wherever they stand.

The spec says "or equivalent": a fact counts under any of its usual names and at any depth, and each is returned with
the place where it was found. Pure functions of text and JSON values; nothing here raises on strange input.
"""

import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

from ss_audit.evidence.model import Body, Exchange, Fact

JOB_ID = ("job_id", "jobid", "job", "id")
TOKEN = ("token", "access_token", "bearer_token", "job_token", "bearer", "auth_token")
STATUS = ("status", "state", "job_status")
ERROR_CODE = ("error_code", "errorcode", "event_code", "code", "error", "type")
TEMPLATE = ("template_id", "selected_template_id", "template", "template_ref", "do_template_id", "primary_template_id")
RATIONALE = ("selection_rationale", "rationale", "primary_reason", "selection_reason", "justification", "reason", "why")
SUCCEEDED = frozenset({"succeeded", "success", "successful", "completed", "complete", "done", "finished"})
FAILED = frozenset({"failed", "failure", "error", "errored", "cancelled", "canceled", "aborted", "timed_out", "timeout"})


class Found(Fact):
    """A fact's value and the place where it stood: `plan.steps[0].params.template_id`."""

    value: Any
    where: str


def parsed(body: Body) -> Any:
    """The JSON value of a payload, or None when it is none."""
    try:
        return json.loads(body.text) if body.text else None
    except ValueError:
        return None


def answered(exchange: Exchange | None) -> Any:
    """The JSON value that SS answered, or None."""
    return parsed(exchange.response_body) if exchange is not None else None


def walk(value: Any, where: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every (place, key, value) of a JSON value, the shallowest first; items of lists have the key of their list."""
    queue: deque[tuple[str, str, Any]] = deque([(where, "", value)])
    while queue:
        place, key, item = queue.popleft()
        if place or key:
            yield place, key, item
        if isinstance(item, dict):
            queue.extend((f"{place}.{k}".lstrip("."), str(k), v) for k, v in item.items())
        elif isinstance(item, list):
            queue.extend((f"{place}[{i}]", key, v) for i, v in enumerate(item))


def plain(name: str) -> str:
    """A name without case and separators, so that jobId and job_id are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def find(value: Any, names: Iterable[str], where: str = "") -> Found | None:
    """The first text or number under one of these names; earlier names win over later ones, shallow over deep."""
    places = [(place, plain(key), item) for place, key, item in walk(value, where)]
    for name in map(plain, names):
        for place, key, item in places:
            if key == name and isinstance(item, str | int | float) and not isinstance(item, bool) and item != "":
                return Found(value=item, where=place)
    return None


def find_node(value: Any, names: Iterable[str], where: str = "") -> Found | None:
    """The first value of any kind, null excepted, under one of these names: a list that is empty is still there."""
    places = [(place, plain(key), item) for place, key, item in walk(value, where)]
    for name in map(plain, names):
        for place, key, item in places:
            if key == name and item is not None and not place.endswith("]"):
                return Found(value=item, where=place)
    return None


def text_of(found: Found | None) -> str | None:
    """The value as text, or None."""
    return None if found is None else str(found.value)


def job_id(answer: Any) -> Found | None:
    """The job's id in a redeem answer."""
    return find(answer, JOB_ID)


def bearer_token(answer: Any) -> Found | None:
    """The job's bearer token in a redeem answer."""
    return find(answer, TOKEN)


def job_status(answer: Any) -> str | None:
    """The job's status in lower case."""
    status = find(answer, STATUS)
    return str(status.value).strip().lower() if status else None


def is_terminal(status: str | None) -> bool:
    """Whether a job with this status has ended."""
    return status is not None and status in SUCCEEDED | FAILED


def error_code(answer: Any) -> Found | None:
    """A code that a program can recognise: a word, as text, without blanks. A bare number or a sentence is none."""
    for name in ERROR_CODE:
        found = find(answer, (name,))
        if found and isinstance(found.value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9_.\-]{2,80}", found.value):
            return found
    return None


def strings(value: Any) -> tuple[str, ...]:
    """Every text in a JSON value, keys left out."""
    return tuple(item for _, _, item in walk({"": value}) if isinstance(item, str))


def names_in(value: Any, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that stand, as whole words, in any text of the value."""
    everything = "\n".join(strings(value))
    return tuple(name for name in names if stands_in(name, everything))


def stands_in(name: str, text: str) -> bool:
    """Whether the name stands in the text as a whole word (letters, digits and underscores make a word)."""
    return bool(name) and re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", text) is not None


def indexed_artifacts(answer: Any) -> tuple[dict[str, Any], ...]:
    """The rows of an artifact index: the first list of objects that name a path."""
    for _, _, item in walk({"": answer}):
        if isinstance(item, list) and item and all(isinstance(row, dict) and artifact_path(row) for row in item):
            return tuple(item)
    return ()


def artifact_path(row: dict[str, Any]) -> str | None:
    """The path by which an index row is downloaded."""
    return next((str(row[k]) for k in ("rel_path", "path", "artifact_id", "id", "name") if isinstance(row.get(k), str)), None)


def artifact_kind(row: dict[str, Any]) -> str:
    """What the index calls the artifact, or nothing."""
    return next((str(row[k]) for k in ("kind", "type", "role") if isinstance(row.get(k), str)), "")
