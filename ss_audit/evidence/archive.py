"""The event log and the files beside it: append-only, hash-chained, redacted as they are written.

Each line of `events.jsonl` is one JSON object whose `prev` is the SHA-256 of the line before (of the empty string for
the first), and is flushed before anyone can act on it: what was seen is on disk even if the audit dies at once.
A thread of its own writes the log: an interruption (Ctrl-C) strikes the main thread anywhere, and must not leave a line
whose digest nobody remembers.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

from ss_audit.evidence.body_writer import BodyWriter
from ss_audit.evidence.masked_fields import fields_masked
from ss_audit.evidence.model import Body, E, Evidence, now
from ss_audit.evidence.plain_text import on_a_line, storable
from ss_audit.evidence.redaction import Redactor
from ss_audit.evidence.shelf import Shelf

GENESIS = hashlib.sha256(b"").hexdigest()


class Archive:
    """Writes one run's evidence into `folder` (the bundle's data folder). Safe to use from several threads."""

    def __init__(self, folder: Path, redactor: Redactor, evidence_limit: int = 1 << 30) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.redactor = redactor
        self.evidence_limit = evidence_limit
        self.entries: dict[str, Evidence] = {}
        self._shelf = Shelf()
        self._log = (folder / "events.jsonl").open("x", encoding="utf-8", newline="\n")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="event-log")
        self._seq = 0
        self.head = GENESIS
        self._failure: OSError | None = None

    def record(self, entry: E) -> E:
        """Writes an evidence entry. In: without id. Out: the same entry, redacted, with its id."""
        titled = entry.model_copy(update={"title": on_a_line(entry.title)})
        data = {name: value for name, value in fields_masked(titled, self.masked).items() if name != "id"}
        return self._writer.submit(self._record, entry, data).result()

    def event(self, type_: str, data: Mapping[str, Any]) -> str:
        """Writes an event that is no evidence: the plan, an observation, a finding, the verdict. Out: its id."""
        return self.event_of_ours(type_, self.masked(dict(data)))

    def event_of_ours(self, type_: str, data: Mapping[str, Any]) -> str:
        """An event in which nothing is masked: digests and names of ours, or what was masked before. Out: its id."""
        return self._writer.submit(self._append, type_, {"data": dict(data)}).result()

    def get(self, ids: Iterable[str]) -> tuple[Evidence, ...]:
        """The entries with these ids, in this order; unknown ids are a bug of the caller's and raise KeyError."""
        return tuple(self.entries[i] for i in ids)

    def body(self, raw: bytes, media_type: str = "", keep_as: str | None = None) -> Body:
        """A payload, redacted. `keep_as` is a path below the data folder where a copy is kept as a file as well."""
        writer = self.writer(media_type, keep_as)
        writer.write(raw)
        return writer.finish()

    def writer(
        self, media_type: str = "", keep_as: str | None = None, before_writing: Callable[[bytes], None] = lambda _: None
    ) -> BodyWriter:
        """For a payload that comes piece by piece; see `BodyWriter`."""
        return BodyWriter(self.folder, self._place, self.redactor, self.evidence_limit, media_type, keep_as, before_writing)

    def close(self) -> None:
        """No line after this one."""
        self._writer.shutdown()
        self._log.close()

    def _place(self, name: str) -> PurePosixPath:
        return self._shelf.place(self.redactor.mask(name))

    def masked(self, value: Any) -> Any:
        """JSON data as it is written down: every text in it, keys included, without secrets. Twice changes nothing."""
        if isinstance(value, str):
            return storable(self.redactor.mask(value))
        if isinstance(value, Mapping):
            return {self.masked(str(k)): self.masked(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.masked(v) for v in value]
        return value

    def judged(self, value: Any) -> Any:
        """As `masked`, for what is made of masked evidence: keys and wording are ours, and only known secrets are masked."""
        if isinstance(value, str):
            return storable(self.redactor.mask_known(value))
        if isinstance(value, Mapping):
            return {str(k): self.judged(v) for k, v in value.items()}
        return [self.judged(v) for v in value] if isinstance(value, list | tuple) else value

    def _record(self, entry: E, data: Mapping[str, Any]) -> E:
        known = type(entry).model_validate({**data, "id": self._next_id()})
        self._append("evidence", {"kind": entry.kind, "data": data})
        self.entries[known.id] = known
        return known

    def _append(self, type_: str, rest: Mapping[str, Any]) -> str:
        event_id = self._next_id()
        event = {"seq": self._seq + 1, "id": event_id, "at": now().isoformat(), "type": type_, "prev": self.head, **rest}
        line = json.dumps(event, ensure_ascii=False, sort_keys=False, separators=(",", ":"))
        if self._failure is not None:
            raise self._failure  # what comes after half a line can't be read
        try:
            self._log.write(line + "\n")
            self._log.flush()
            os.fsync(self._log.fileno())
        except OSError as error:
            self._failure = error
            raise
        self._seq += 1
        self.head = hashlib.sha256(line.encode("utf-8", "surrogatepass")).hexdigest()
        return event_id

    def _next_id(self) -> str:
        return f"E{self._seq + 1:04d}"
