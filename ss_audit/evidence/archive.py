"""The event log and the files beside it: append-only, hash-chained, redacted as they are written.

Each line of `events.jsonl` is one JSON object whose `prev` is the SHA-256 of the line before (of the empty string for
the first), and is flushed before anyone can act on it: what was seen is on disk even if the audit dies at once.
A thread of its own writes the log: an interruption (Ctrl-C) strikes the main thread anywhere, and must not leave a line
whose digest nobody remembers.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ss_audit.evidence.model import Body, E, Evidence, now
from ss_audit.evidence.redaction import Redactor

INLINE_LIMIT = 1 << 20
DEVICE = re.compile(r"(?:con|prn|aux|nul|conin_|conout_|com\d|lpt\d)(?:\.|$)", re.I)
"""What Windows takes for a device, with any ending."""
GENESIS = hashlib.sha256(b"").hexdigest()


class Archive:
    """Writes one run's evidence into `folder` (the bundle's data folder). Safe to use from several threads."""

    def __init__(self, folder: Path, redactor: Redactor, evidence_limit: int = 1 << 30) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.redactor = redactor
        self.evidence_limit = evidence_limit
        self.entries: dict[str, Evidence] = {}
        self._log = (folder / "events.jsonl").open("x", encoding="utf-8", newline="\n")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="event-log")
        self._seq = 0
        self.head = GENESIS
        self._failure: OSError | None = None

    def record(self, entry: E) -> E:
        """Writes an evidence entry. In: without id. Out: the same entry, redacted, with its id."""
        data = self._masked(entry.model_dump(mode="json", exclude={"id"}))
        return self._writer.submit(self._record, entry, data).result()

    def event(self, type_: str, data: Mapping[str, Any]) -> str:
        """Writes an event that is no evidence: the plan, an observation, a finding, the verdict. Out: its id."""
        return self._writer.submit(self._append, type_, {"data": self._masked(dict(data))}).result()

    def get(self, ids: Iterable[str]) -> tuple[Evidence, ...]:
        """The entries with these ids, in this order; unknown ids are a bug of the caller's and raise KeyError."""
        return tuple(self.entries[i] for i in ids)

    def body(self, raw: bytes, media_type: str = "", keep_as: str | None = None) -> Body:
        """A payload, redacted. `keep_as` is a path below the data folder where a copy is kept as a file as well."""
        text = _as_text(raw, media_type)
        masked = None if text is None else self.redactor.mask(text)
        copy = raw if masked is None or masked == text else masked.encode("utf-8")
        file = self._keep(keep_as, copy) if keep_as and raw else None
        inline = masked if masked is not None and len(copy) <= INLINE_LIMIT else None
        if raw and inline is None and file is None:
            file = self._keep(f"bodies/{hashlib.sha256(raw).hexdigest()[:32]}", copy)
        return Body(
            media_type=media_type,
            size=len(raw),
            sha256=hashlib.sha256(raw).hexdigest(),
            text=inline,
            file=file,
            masked=self.redactor.masked_names(text) if text is not None else (),
        )

    def close(self) -> None:
        """No line after this one."""
        self._writer.shutdown()
        self._log.close()

    def _keep(self, name: str, content: bytes) -> str:
        relative = Path(*(safe_name(part) for part in Path(name).parts))
        target = self.folder / relative
        if len(content) > self.evidence_limit:
            content = content[: 1 << 16]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return relative.as_posix()

    def _masked(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.redactor.mask(value)
        if isinstance(value, Mapping):
            return {self.redactor.mask(str(k)): self._masked(v) for k, v in value.items()}
        if isinstance(value, list | tuple):
            return [self._masked(v) for v in value]
        return value

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


def safe_name(part: str) -> str:
    """One path part that is safe on any file system; distinct parts stay distinct."""
    clean = re.sub(r"[^A-Za-z0-9._=+-]", "_", part)[:100].strip(".") or "_"
    clean = f"_{clean}" if DEVICE.match(clean) else clean
    return clean if clean == part else f"{clean}-{hashlib.sha256(part.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _as_text(raw: bytes, media_type: str) -> str | None:
    """The text of a payload, or None when it is none. Old Stata logs may be Latin-1: they are text all the same."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1") if media_type.startswith("text/") and b"\0" not in raw else None
