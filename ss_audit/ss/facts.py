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
ERROR_CODE = ("error_code", "event_code", "code", "error", "type")
TEMPLATE = ("template_id", "selected_template_id", "template", "template_ref", "do_template_id", "primary_template_id")
RATIONALE = ("selection_rationale", "rationale", "primary_reason", "selection_reason", "justification", "reason", "why")
INDEX = ("artifacts", "files", "items", "entries", "outputs", "results", "index", "data")
PATH = ("rel_path", "path")
ASKED_BY = ("artifact_id", *PATH, "key", "id", "file", "filename", "file_name", "name")
FILE_NAME = ("file", "filename", "file_name")
FOLDER = ("folder", "dir", "directory")
IS_A_FILE = re.compile(r"\.[A-Za-z0-9]{1,8}$")
SUCCEEDED = frozenset({"succeeded", "success", "successful", "completed", "complete", "done", "finished"})
FAILED = frozenset({"failed", "failure", "error", "errored", "cancelled", "canceled", "aborted", "timed_out", "timeout"})
CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{2,80}|(?:https?|urn|tag):\S{3,200}")
ESCAPE = re.compile(r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u(?P<half>[dD][89a-fA-F][0-9a-fA-F]{2})|.)")
SPEAKS_OF_AN_ERROR = re.compile(r"error|detail|problem|fail|fault|exception", re.I)


class Found(Fact):
    """A fact's value and the place where it stood: `plan.steps[0].params.template_id`."""

    value: Any
    where: str


def parsed(body: Body) -> Any:
    """The JSON value of a payload, or None when it is none. Half a surrogate pair in a text stands as its escape."""
    try:
        return json.loads(_whole_characters(body.text)) if body.text else None
    except (ValueError, RecursionError):
        return None


def _whole_characters(text: str) -> str:
    """JSON lets halves of surrogate pairs through, which no file can hold: they become text that says what they were."""
    if "\\ud" not in text.lower():
        return text
    return ESCAPE.sub(lambda e: f"\\\\u{e['half']}" if e["half"] else e.group(), text)


def answered(exchange: Exchange | None) -> Any:
    """The JSON value that SS answered, or None."""
    return parsed(exchange.response_body) if exchange is not None else None


def walk(value: Any, where: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every (place, key, value) of a JSON value, itself first, the shallowest first.

    Items of lists have the key of their list, the value itself has none.
    """
    queue: deque[tuple[str, str, Any]] = deque([(where, "", value)])
    while queue:
        place, key, item = queue.popleft()
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


def nearest(value: Any, names: Iterable[str]) -> Found | None:
    """As `find`, but shallow wins over deep first: a job's own state over the status of one of its runs."""
    wanted = [plain(name) for name in names]
    depths: dict[int, list[tuple[int, str, Any]]] = {}
    for place, key, item in walk(value):
        if plain(key) in wanted and isinstance(item, str) and item:
            depths.setdefault(place.count(".") + place.count("["), []).append((wanted.index(plain(key)), place, item))
    if not depths:
        return None
    _, place, item = min(depths[min(depths)], key=lambda found: found[0])
    return Found(value=item, where=place)


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
    """The job's status in lower case; what stands nearest to the top is the job's own."""
    status = nearest(answer, STATUS)
    return str(status.value).strip().lower() if status else None


def is_terminal(status: str | None) -> bool:
    """Whether a job with this status has ended."""
    return status is not None and status in SUCCEEDED | FAILED


def error_code(answer: Any) -> Found | None:
    """A code that a program can recognise: a word, as text, without blanks, or a URI. A bare number or a sentence is none.

    It stands at the top of the answer, or in a member that speaks of the error; a `type` elsewhere is no error's code.
    """
    for place, holder in _speaking(answer, ""):
        for name in map(plain, ERROR_CODE):
            for key, value in holder.items():
                if plain(key) == name and isinstance(value, str) and CODE.fullmatch(value) and value != "about:blank":
                    return Found(value=value, where=f"{place}.{key}".lstrip("."))
    return None


def _speaking(value: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """An object, then the objects in those of its members that speak of an error."""
    if isinstance(value, list):
        for number, item in enumerate(value):
            yield from _speaking(item, f"{place}[{number}]")
    if isinstance(value, dict):
        yield place, value
        for key, item in value.items():
            if SPEAKS_OF_AN_ERROR.search(key):
                yield from _speaking(item, f"{place}.{key}".lstrip("."))


def error_objects(value: Any) -> tuple[dict[str, Any], ...]:
    """Every object, at any depth, that is an error: it stands under a name that says so, or has an error code itself."""
    strict = {plain(name) for name in ERROR_CODE[:2]}
    return tuple(
        item
        for _, key, item in walk(value)
        if isinstance(item, dict) and ("error" in key.lower() or strict & {plain(k) for k in item})
    )


def strings(value: Any) -> tuple[str, ...]:
    """Every text in a JSON value, keys left out."""
    return tuple(item for _, _, item in walk(value) if isinstance(item, str))


def scalars(value: Any) -> tuple[str | int | float, ...]:
    """Every text and number in a JSON value, keys left out."""
    return tuple(item for _, _, item in walk(value) if isinstance(item, str | int | float) and not isinstance(item, bool))


def names_in(value: Any, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that stand, as whole words, in any text of the value."""
    everything = "\n".join(strings(value))
    return tuple(name for name in names if stands_in(name, everything))


def names_or_keys_in(value: Any, names: Iterable[str]) -> tuple[str, ...]:
    """As `names_in`, the keys of objects included: a table may be keyed by its columns."""
    keys = [str(k) for _, _, item in walk(value) if isinstance(item, dict) for k in item]
    return names_in([value, keys], names)


def stands_in(name: str, text: str) -> bool:
    """Whether the name stands in the text as a whole word (letters, digits and underscores make a word)."""
    return bool(name) and re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", text) is not None


def indexed_artifacts(answer: Any) -> tuple[dict[str, Any], ...]:
    """The rows of an artifact index: objects that name a path, in a list, by path, or grouped; else paths alone.

    What stands under a usual name of an index wins, be it empty; a list of another name counts only without one.
    """
    nodes = [(plain(key), item) for place, key, item in walk(answer) if not place.endswith("]")]
    for name in INDEX:
        rows = [found for key, item in nodes if key == name and (found := _rows(item, paths=True)) is not None]
        if rows:
            return tuple(row for found in rows for row in found)
    return next((found for _, item in nodes if (found := _rows(item, paths=False))), ())


def _rows(node: Any, paths: bool) -> tuple[dict[str, Any], ...] | None:
    """The rows in a node, None when it holds none; `paths` allows paths without objects, and objects by path."""
    if isinstance(node, list):
        if all(isinstance(row, dict) and artifact_path(row) for row in node):
            return tuple(node)
        return tuple({PATH[0]: row} for row in node) if paths and all(isinstance(row, str) and row for row in node) else None
    if not (paths and isinstance(node, dict) and node):
        return None
    if all(isinstance(row, dict) and re.search(r"[./]", path) for path, row in node.items()):
        return tuple({PATH[0]: path, **row} for path, row in node.items())
    groups = [_rows(group, paths) if isinstance(group, list) else None for group in node.values()]
    return None if None in groups else tuple(row for group in groups if group for row in group)


def artifact_id(row: dict[str, Any]) -> str | None:
    """The id by which an index row is downloaded: its own, else its path, else what names it."""
    return _first(row, ASKED_BY)


def artifact_path(row: dict[str, Any]) -> str | None:
    """The path by which people know what an index row lists: its path, else its file's name in its folder, else its id.

    An id may tell nothing of the file, as one of a database does; one that ends with the file's name is its path.
    """
    if path := _first(row, PATH):
        return path
    asked, name = artifact_id(row), _first(row, ("name",))
    file = _first(row, FILE_NAME) or (name if name and IS_A_FILE.search(name) else None)
    if file is None or asked is None or asked == file or asked.endswith(f"/{file}"):
        return asked
    folder = _first(row, FOLDER)
    return f"{folder.rstrip('/')}/{file}" if folder and "/" not in file else file


def _first(row: dict[str, Any], names: Iterable[str]) -> str | None:
    return next((text for name in names if (text := _text(row, name))), None)


def _text(row: dict[str, Any], name: str) -> str | None:
    """The text that stands under this name in the row itself, however the name is written; None when it is empty."""
    return next((v for k, v in row.items() if plain(k) == plain(name) and isinstance(v, str) and v), None)


def artifact_kind(row: dict[str, Any]) -> str:
    """What the index calls the artifact, or nothing."""
    return next((str(row[k]) for k in ("kind", "type", "role") if isinstance(row.get(k), str)), "")
