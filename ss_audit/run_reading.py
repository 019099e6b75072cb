"""A run read back from its bundle: what verify judges again, and what every report is made from. Reads, never writes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ss_audit.checks.judgement import Finding
from ss_audit.evidence import har, seen
from ss_audit.evidence.model import Evidence, Exchange
from ss_audit.evidence.observation import Observation

KINDS: Mapping[str, type[Evidence]] = MappingProxyType({kind.kind: kind for kind in Evidence.__subclasses__()})

LOG, VERDICT = "events.jsonl", "verdict.json"


class BundleUnreadable(Exception):
    """There is no run to read. The text names the file and the line, and says what is wrong."""


@dataclass(frozen=True)
class Event:
    """One line of the event log. `line` counts from 1; `raw` is the line without its line feed; `kind` only for evidence."""

    line: int
    raw: bytes
    seq: int
    id: str
    at: str
    type: str
    prev: str
    data: Mapping[str, Any]
    kind: str | None = None


@dataclass(frozen=True)
class RunRead:
    """A run as its bundle tells it. `data` is the bundle's data folder; `verdict` is verdict.json, None when unfinished.

    `half_a_line` says that the log ends in a line without its line feed, which was being written when the run was killed.
    """

    data: Path
    events: tuple[Event, ...]
    verdict: Mapping[str, Any] | None
    half_a_line: bool = False

    @cached_property
    def entries(self) -> Mapping[str, Evidence]:
        """Every evidence entry by id, in the order of the log. Raises `BundleUnreadable` for one that is none."""
        return {event.id: _entry(event) for event in self.events if event.type == "evidence"}

    @cached_property
    def observations(self) -> Mapping[str, Observation]:
        """The last observation of each kind, by the name of its class; none where the last look did not succeed."""
        last = {str(e.data.get("kind")): e for e in self.events if e.type in ("observation", "could_not_look")}
        return {kind: observation(e, self.entries) for kind, e in last.items() if e.type == "observation"}

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """The last finding of each check, by the check's id. Raises `BundleUnreadable` for one that is none."""
        return {found.check: found for found in map(finding, self.of_type("finding"))}

    @cached_property
    def archives(self) -> Mapping[str, tuple[str, ...]]:
        """The ids of the HTTP exchanges in each HAR, by its path below `data`."""
        return har.grouped(_steps(self.events))

    def of_type(self, type_: str) -> Iterator[Event]:
        """The events of this type, in order."""
        return (event for event in self.events if event.type == type_)


def read_run(bundle: Path) -> RunRead:
    """The run in this bundle folder. Raises `BundleUnreadable`; that a chain is broken is not this function's business."""
    data = bundle / "data"
    verdict: Any = None
    try:
        if (data / VERDICT).exists():
            verdict = json.loads((data / VERDICT).read_bytes())
        lines = (data / LOG).read_bytes().split(b"\n")
    except OSError as error:
        raise BundleUnreadable(f"{error.filename} can't be read: {error.strerror}") from None
    except ValueError as error:
        raise BundleUnreadable(f"{data / VERDICT} is no JSON: {error}") from None
    if verdict is not None and not isinstance(verdict, dict):
        raise BundleUnreadable(f"{data / VERDICT} holds no object")
    events = tuple(_event(number, raw) for number, raw in enumerate(lines[:-1], 1))
    return RunRead(data=data, events=events, verdict=verdict, half_a_line=lines[-1] != b"")


def observation(event: Event, entries: Mapping[str, Evidence]) -> Observation:
    """The observation that an event of this type holds, made of these entries. Raises `BundleUnreadable`."""
    try:
        kind = getattr(seen, event.data["kind"])
        made = kind.rebuilt(event.data["structure"], entries)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise BundleUnreadable(f"events.jsonl, line {event.line} is no observation: {_said(error)}") from None
    if not isinstance(made, Observation):
        raise BundleUnreadable(f"events.jsonl, line {event.line} is no observation")
    return made


def finding(event: Event) -> Finding:
    """The finding that an event of this type holds. Raises `BundleUnreadable`."""
    try:
        return Finding.model_validate(event.data)
    except ValueError as error:
        raise BundleUnreadable(f"events.jsonl, line {event.line} is no finding: {_said(error)}") from None


def _entry(event: Event) -> Evidence:
    try:
        return KINDS[str(event.kind)].model_validate({**event.data, "id": event.id})
    except (ValueError, LookupError, TypeError) as error:
        raise BundleUnreadable(f"events.jsonl, line {event.line} is no evidence: {_said(error)}") from None


def _steps(events: tuple[Event, ...]) -> Iterator[har.Step]:
    ends = {"observing": "started", "observation": "ended", "could_not_look": "ended"}
    for event in events:
        if event.type in ends:
            yield har.Step(what=ends[event.type], name=str(event.data.get("kind")))
        elif event.kind == Exchange.kind:
            yield har.Step(what="exchange", name=event.id)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _event(number: int, raw: bytes) -> Event:
    try:
        line = json.loads(raw)
        if not isinstance(line["data"], dict) or not all(isinstance(line[k], str) for k in ("id", "at", "type", "prev")):
            raise TypeError("a field is of another kind")
        return Event(
            line=number, raw=raw, seq=line["seq"], id=line["id"], at=line["at"], type=line["type"], prev=line["prev"],
            data=line["data"], kind=line.get("kind"),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BundleUnreadable(f"events.jsonl, line {number} is no event: {_said(error)}") from None
