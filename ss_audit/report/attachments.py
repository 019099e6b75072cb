"""The evidence of a step as Allure attachments: named so that one finds it, each an entry of the event log by its id."""

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

import allure
from allure_commons.types import AttachmentType

from ss_audit.evidence.model import Body, Evidence, Exchange, FileSeen, LlmCall, LogWindow, StoredArtifact

MOST = 14
TELLING = ("stata.log", "run.meta.json", "run.error.json", "meta.json", "prompt.txt", "response.txt", "plan.json", "stata.do")


class Attachment(NamedTuple):
    """What Allure gets: a name that starts with the entry's id, text, and the kind of text."""

    name: str
    text: str
    kind: AttachmentType


def attach(entries: Sequence[Evidence]) -> None:
    """Attaches a step's evidence: the telling entries themselves, and a list of all when there are more."""
    shown = chosen(entries)
    for entry in shown:
        for attachment in attachments(entry):
            allure.attach(attachment.text, attachment.name, attachment.kind)
    if len(shown) < len(entries):
        listing = "\n".join(f"{entry.id}  {entry.title}" for entry in entries)
        allure.attach(listing, f"all {len(entries)} pieces of evidence of this step", AttachmentType.TEXT)


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


def attachments(entry: Evidence) -> Iterable[Attachment]:
    """One entry as attachments; an exchange gives its request and its response."""
    head = f"{entry.id} {entry.title}"
    match entry:
        case Exchange():
            yield Attachment(f"{head}, request", _request(entry), AttachmentType.TEXT)
            yield Attachment(f"{head}, response", _response(entry), AttachmentType.TEXT)
        case StoredArtifact() | FileSeen():
            yield Attachment(head, _text(entry.body), _kind(entry.body, getattr(entry, "rel_path", entry.title)))
        case LogWindow():
            yield Attachment(head, "\n".join(entry.lines) or "(no line)", AttachmentType.TEXT)
        case LlmCall():
            yield Attachment(head, _json(entry), AttachmentType.JSON)
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
    except ValueError:
        return body.text


def _kind(body: Body, name: str) -> AttachmentType:
    if name.endswith(".json"):
        return AttachmentType.JSON
    return AttachmentType.CSV if name.endswith(".csv") and body.text else AttachmentType.TEXT
