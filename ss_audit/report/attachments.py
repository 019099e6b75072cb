"""The evidence of a step as Allure attachments: named so that one finds it, each an entry of the event log by its id.

What SS sent is shown as plain text, JSON, a table or a picture, and never as a page: nothing in it runs in the report.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import allure
from allure_commons.types import AttachmentType

from ss_audit.evidence.model import Body, Evidence, Exchange, FileSeen, LogWindow, StoredArtifact
from ss_audit.report.evidence_names import names_of, run_numbers
from ss_audit.report.summary.picture import TITLE, estimates_seen

MOST = 14
TELLING = ("stata.log", "run.meta.json", "run.error.json", "meta.json", "prompt.txt", "response.txt", "plan.json", "stata.do")
PICTURES = {
    ".png": (AttachmentType.PNG, b"\x89PNG\r\n"),
    ".jpg": (AttachmentType.JPG, b"\xff\xd8\xff"),
    ".jpeg": (AttachmentType.JPG, b"\xff\xd8\xff"),
    ".gif": (AttachmentType.GIF, b"GIF8"),
}
"""By ending: the kind, and how such a file begins. SVG is not among them: it may hold a program."""


class Attachment(NamedTuple):
    """What Allure gets: a name that starts with the entry's id, text or a picture, and the kind of content."""

    name: str
    content: str | bytes
    kind: AttachmentType


def attach(entries: Sequence[Evidence], known: Mapping[str, Evidence], folder: Path) -> None:
    """Attaches a step's evidence: the telling entries themselves, and a list of all when there are more.

    `known` is all evidence so far, by id; `folder` is where files that an entry names lie.
    """
    runs = run_numbers(known.values())
    shown = chosen(entries)
    names = dict(zip((entry.id for entry in entries), names_of(entries, runs), strict=True))
    for entry in shown:
        for attachment in attachments(entry, names[entry.id], folder):
            allure.attach(attachment.content, attachment.name, attachment.kind)
    if len(shown) < len(entries):
        listing = "\n".join(f"{entry.id}  {names[entry.id]}" for entry in entries)
        allure.attach(listing, f"all {len(entries)} pieces of evidence of this step", AttachmentType.TEXT)


def attach_picture(entries: Sequence[Evidence]) -> None:
    """Attaches the plot of the estimates where a judgement rests on a Stata log and on the data that it is about."""
    picture = estimates_seen(entries)
    if picture is not None:
        allure.attach(picture, TITLE, AttachmentType.SVG)


def chosen(entries: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """At most `MOST`, in their order: what tells most first, then one of each title, then the rest."""
    if len(entries) <= MOST:
        return tuple(entries)
    names = [PurePosixPath(e.rel_path).name if isinstance(e, StoredArtifact) else "" for e in entries]
    order = sorted(range(len(entries)), key=lambda i: _rank(entries, names, i))
    return tuple(entries[i] for i in sorted(order[:MOST]))


def _rank(entries: Sequence[Evidence], names: Sequence[str], i: int) -> tuple[int, int]:
    if names[i] in TELLING:
        repeated = names[i] in names[:i]
        return (1 if repeated else 0, TELLING.index(names[i]))
    first_of_title = all(e.title != entries[i].title for e in entries[:i])
    first_of_kind = all(e.kind != entries[i].kind for e in entries[:i])
    return (0, len(TELLING)) if first_of_kind else (2 if first_of_title else 3, i)


def attachments(entry: Evidence, name: str, folder: Path) -> Iterable[Attachment]:
    """One entry, called `name`, as attachments; an exchange gives its request and its response."""
    head = f"{entry.id} {name}"
    match entry:
        case Exchange():
            yield Attachment(f"{head}, request", _request(entry), AttachmentType.TEXT)
            yield Attachment(f"{head}, response", _response(entry), AttachmentType.TEXT)
        case StoredArtifact() | FileSeen():
            path = entry.rel_path if isinstance(entry, StoredArtifact) else entry.path
            picture = _picture(entry.body, path, folder)
            yield Attachment(head, *picture) if picture else Attachment(head, _text(entry.body), _kind(entry.body, path))
        case LogWindow():
            yield Attachment(head, "\n".join(entry.lines) or "(no line)", AttachmentType.TEXT)
        case _:
            yield Attachment(head, _json(entry), AttachmentType.JSON)


def _json(entry: Evidence) -> str:
    return json.dumps(entry.model_dump(mode="json"), indent=2, ensure_ascii=False)


def _request(exchange: Exchange) -> str:
    lines = [f"{exchange.method} {exchange.url}", *(f"{k}: {v}" for k, v in exchange.request_headers)]
    return "\n".join([*lines, "", _text(exchange.request_body)])


def _response(exchange: Exchange) -> str:
    first = f"{exchange.status} after {exchange.elapsed_ms:g} ms" if exchange.status else f"no answer: {exchange.failure}"
    return "\n".join([first, *(f"{k}: {v}" for k, v in exchange.response_headers), "", _text(exchange.response_body)])


def _text(body: Body) -> str:
    if not body.size:
        return "(empty)"
    if body.text is None:
        return f"({body.size} bytes of {body.media_type or 'unknown type'}, sha256 {body.sha256}, kept as {body.file})"
    try:
        return json.dumps(json.loads(body.text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.text


def _kind(body: Body, path: str) -> AttachmentType:
    if not body.text:
        return AttachmentType.TEXT
    if path.endswith(".json") and _is_json(body.text):
        return AttachmentType.JSON
    return AttachmentType.CSV if path.endswith(".csv") else AttachmentType.TEXT


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _picture(body: Body, path: str, folder: Path) -> tuple[bytes, AttachmentType] | None:
    """The bytes of a picture that was kept whole and begins as one, with its kind."""
    kind, start = PICTURES.get(PurePosixPath(path).suffix.lower(), (None, b""))
    if kind is None or body.file is None or body.cut:
        return None
    try:
        content = (folder / body.file).read_bytes()
    except OSError:
        return None
    return (content, kind) if content.startswith(start) else None
