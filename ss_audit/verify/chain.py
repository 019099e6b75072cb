"""The event log as a chain: each line carries the digest of the line before, and nothing is missing or comes twice."""

import hashlib
from collections.abc import Iterator

from ss_audit.evidence.archive import GENESIS
from ss_audit.run_reading import LOG, Event, RunRead
from ss_audit.verify.problem import Problem

FILE = f"data/{LOG}"


def chain_problems(run: RunRead) -> Iterator[Problem]:
    """Where the chain is broken. A log that merely ends too early has no broken link: others tell that it has no end."""
    before = GENESIS
    for event in run.events:
        if event.prev != before:
            where = f"it does not carry the digest of line {event.line - 1}" if event.line > 1 else "it is not the first line"
            yield Problem(FILE, event.line, f"the chain is broken: {where}; one of the two was changed, added or moved")
        if (event.seq, event.id) != (event.line, f"E{event.line:04d}"):
            yield Problem(FILE, event.line, f"it says that it is line {event.seq} with the id {event.id}")
        before = hashlib.sha256(event.raw).hexdigest()
    yield from _ends(run.events)


def head(run: RunRead) -> str:
    """The digest of the last line, hex; of an empty log that of nothing."""
    return hashlib.sha256(run.events[-1].raw).hexdigest() if run.events else GENESIS


def _ends(events: tuple[Event, ...]) -> Iterator[Problem]:
    """The plan comes first and once, the verdict last; once, but where the end itself takes it back."""
    for event in events:
        if (event.type == "planned") != (event.line == 1):
            yield Problem(FILE, event.line, "the plan has to stand in the first line and nowhere else")
        if event.type == "verdict" and event.line != len(events) and not _is_taken_back(events, event.line):
            yield Problem(FILE, event.line, "the verdict has to stand in the last line and nowhere else")


def _is_taken_back(events: tuple[Event, ...], line: int) -> bool:
    """Whether all that follows the verdict in this line is a closing with a doubt that is new, and the verdict on that."""
    before = [event.data for event in events[:line] if event.type == "closing"]
    after = events[line:]
    if not before or [event.type for event in after] != ["closing", "verdict"]:
        return False
    closing = after[0].data
    more = set(closing.get("leaked") or ()) > set(before[-1].get("leaked") or ())
    return more or bool(closing.get("said") and not before[-1].get("said"))
