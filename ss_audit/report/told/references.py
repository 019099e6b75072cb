"""Where an evidence id leads: its line of the event log, and the files that hold what it is about."""

import os
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ss_audit.evidence.model import (
    Body,
    Evidence,
    Exchange,
    FileSeen,
    LlmCall,
    LogWindow,
    ProcessSeen,
    StataProcess,
    Statement,
    StoredArtifact,
)
from ss_audit.report.told.words import in_words, shortened
from ss_audit.run_reading import RunRead

EXCERPT = 700


@dataclass(frozen=True)
class Reference:
    """`id` and what it is; `line` of the event log; `files` as (name, link), the ones that hold it whole."""

    id: str
    title: str
    kind: str
    at: str
    line: int
    log: str
    files: tuple[tuple[str, str], ...]
    excerpt: str


class References:
    """Every entry of a run, with links from the folder of the reports to the bundle."""

    def __init__(self, run: RunRead, folder: Path) -> None:
        self._run = run
        self._base = relative_link(run.data, folder)
        self._lines = {event.id: event.line for event in run.events}
        self.log = f"{self._base}/events.jsonl"

    def of(self, ids: Iterable[str]) -> tuple[Reference, ...]:
        """Those of the ids that the log has, each once, in the order given."""
        return tuple(self.to(i) for i in dict.fromkeys(ids) if i in self._run.entries)

    def to(self, id_: str) -> Reference:
        """Raises KeyError for an id that the log does not have."""
        entry = self._run.entries[id_]
        files = tuple((file, f"{self._base}/{quote(file)}") for file in _files(entry))
        return Reference(
            id=id_, title=entry.title, kind=entry.kind.replace("_", " "), at=f"{entry.at:%H:%M:%S.%f}"[:-3],
            line=self._lines[id_], log=self.log, files=files, excerpt=_excerpt(entry),
        )  # fmt: skip

    def to_file(self, file: str) -> str:
        """The link to a file of the data folder."""
        return f"{self._base}/{quote(file)}"


def relative_link(target: Path, folder: Path) -> str:
    """The link from a page in `folder` to `target`, URL-encoded; absolute only where no relative one exists."""
    try:
        return quote(Path(os.path.relpath(target, folder)).as_posix())
    except ValueError:  # another drive of a Windows machine
        return target.absolute().as_uri()


def _files(entry: Evidence) -> Sequence[str]:
    bodies: tuple[Body, ...] = ()
    if isinstance(entry, StoredArtifact | FileSeen):
        bodies = (entry.body,)
    elif isinstance(entry, Exchange | LlmCall):
        bodies = (entry.request_body, entry.response_body)
    return tuple(body.file for body in bodies if body.file)


def _excerpt(entry: Evidence) -> str:
    """What it says in short, for a reader who does not open the log."""
    match entry:
        case Exchange():
            said = entry.response_body.text or entry.failure or ""
            return f"{entry.method} {entry.url} → {entry.status or 'no answer'}\n{shortened(said, EXCERPT)}"
        case StoredArtifact() | FileSeen():
            name = entry.rel_path if isinstance(entry, StoredArtifact) else entry.path
            return f"{name}, {entry.body.size} bytes, sha256 {entry.body.sha256 or 'not kept'}\n{_head(entry.body.text or '')}"
        case LogWindow():
            return _head("\n".join(entry.lines)) or "(no line)"
        case LlmCall():
            asked = (
                f"asked for {entry.model_asked or 'no model'}, answered by {entry.model_echoed or 'a model that was not named'}"
            )
            status = entry.status or f"no answer: {entry.failure}"
            return f"{entry.upstream_host}: {status}; {asked}; response id {entry.response_id or 'none'}"
        case StataProcess():
            status = "not seen" if entry.exit_status is None else entry.exit_status
            return (
                f"{shlex.join(entry.command)} → exit status {status}, done by {entry.leaf_executable or 'nobody that was seen'}"
            )
        case ProcessSeen():
            return f"{entry.role}, pid {entry.pid}, {'alive' if entry.alive else 'gone'}: {shlex.join(entry.command)}"
        case Statement():
            return shortened(in_words(entry.detail), EXCERPT)
        case _:
            return shortened(in_words(entry.model_dump(mode="json", exclude={"id", "at", "title"})), EXCERPT)


def _head(text: str) -> str:
    """The first lines, as they stand."""
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()}\n… ({len(text) - EXCERPT} more characters)"
