"""A run read back from its bundle: what verify judges again, and what every report is made from. Reads, never writes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ss_audit.checks.judgement import Finding
from ss_audit.evidence import seen
from ss_audit.evidence.model import Evidence
from ss_audit.evidence.observation import Observation

KINDS: Mapping[str, type[Evidence]] = MappingProxyType({kind.kind: kind for kind in Evidence.__subclasses__()})


class BundleUnreadable(Exception):
    """There is no run to read. The text names the file and the line, and says what is wrong."""


@dataclass(frozen=True)
class Event:
    """One line of the event log. `line` counts from 1; `raw` is the line without its line feed; `kind` only for evidence."""

    line: int
    raw: bytes
    id: str
    at: str
    type: str
    prev: str
    data: Mapping[str, Any]
    kind: str | None = None


@dataclass(frozen=True)
class RunRead:
    """A run as its bundle tells it. `data` is the bundle's data folder; `verdict` is verdict.json, None when unfinished."""

    data: Path
    events: tuple[Event, ...]
    verdict: Mapping[str, Any] | None

    @cached_property
    def entries(self) -> Mapping[str, Evidence]:
        """Every evidence entry by id, in the order of the log."""
        return {e.id: KINDS[e.kind].model_validate({**e.data, "id": e.id}) for e in self.events if e.kind is not None}

    @cached_property
    def observations(self) -> Mapping[str, Observation]:
        """The last observation of each kind, by the name of its class."""
        found: dict[str, Observation] = {}
        for event in self.of_type("observation"):
            kind: type[Observation] = getattr(seen, event.data["kind"])
            found[event.data["kind"]] = kind.rebuilt(event.data["structure"], self.entries)
        return found

    @cached_property
    def findings(self) -> Mapping[str, Finding]:
        """The last finding of each check, by the check's id."""
        return {e.data["check"]: Finding.model_validate(e.data) for e in self.of_type("finding")}

    def of_type(self, type_: str) -> Iterator[Event]:
        """The events of this type, in order."""
        return (event for event in self.events if event.type == type_)


def read_run(bundle: Path) -> RunRead:
    """The run in this bundle folder. Raises `BundleUnreadable`; that a chain is broken is not this function's business."""
    data = bundle / "data"
    verdict: Any = None
    try:
        if (data / "verdict.json").exists():
            verdict = json.loads((data / "verdict.json").read_bytes())
        lines = (data / "events.jsonl").read_bytes().split(b"\n")
    except OSError as error:
        raise BundleUnreadable(f"{error.filename} can't be read: {error.strerror}") from None
    except ValueError as error:
        raise BundleUnreadable(f"{data / 'verdict.json'} is no JSON: {error}") from None
    whole = lines[:-1]  # what comes after the last line feed was being written when the run was killed
    return RunRead(data=data, events=tuple(_event(number, raw) for number, raw in enumerate(whole, 1)), verdict=verdict)


def _event(number: int, raw: bytes) -> Event:
    try:
        line = json.loads(raw)
        return Event(
            line=number, raw=raw, id=line["id"], at=line["at"], type=line["type"], prev=line["prev"],
            data=line["data"], kind=line.get("kind"),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise BundleUnreadable(f"events.jsonl, line {number} is no event: {type(error).__name__}: {error}") from None
