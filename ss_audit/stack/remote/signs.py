"""What shows that a role started anew where nobody sees processes: its log's start-up line, a start time that health tells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ss_audit.evidence.model import LogWindow, ProcessSeen
from ss_audit.evidence.seen import RestartSign
from ss_audit.ss import facts
from ss_audit.stack.interface import ROLES, RestartSeen, Role
from ss_audit.stack.logs import LOST

STARTED: Mapping[Role, re.Pattern[str]] = {
    "api": re.compile(r"SS_API_STARTUP(?!_)|Started server process|Application startup complete|Uvicorn running on", re.I),
    "worker": re.compile(r"SS_WORKER_STARTUP(?!_)|SS_WORKER_RUNNER_SELECTED|SS_WORKER_STARTED"),
}
START_TIME = ("started_at", "start_time", "process_start_time", "boot_time", "booted_at", "started")
MOST_SHOWN = 200


def in_logs(windows: Iterable[LogWindow], marks: Mapping[Role, Sequence[str] | None]) -> tuple[RestartSign, ...]:
    """The first start-up line of each role among what its log got since the restart was asked for, which was at the marks."""
    found = ((w, line) for w in windows for line in start_lines(w.process, w.lines, marks.get(w.process) or ()))
    first = {window.process: (window, line) for window, line in reversed(tuple(found))}
    return tuple(
        RestartSign(role=role, what=f"its log says: {line.strip()[:MOST_SHOWN]}", evidence=window.id)
        for role, (window, line) in sorted(first.items())
    )


def start_lines(role: Role, new: Sequence[str], before: Sequence[str]) -> tuple[str, ...]:
    """The start-up lines among what a log got. Where it could not be told apart what is new, none that stood there before."""
    known = set(before) if LOST in new[:1] else set[str]()
    return tuple(line for line in new if STARTED[role].search(line) and line not in known)


def shown(seen: RestartSeen) -> frozenset[Role]:
    """The roles of which it is shown that they started anew."""
    return anew(seen.before, seen.after) | {sign.role for sign in seen.signs}


def start_time(health: Any) -> str | None:
    """When the API started, by its own word; None where health does not tell."""
    told = facts.find(health, START_TIME)
    return str(told.value) if told is not None else None


def anew(before: Iterable[ProcessSeen], after: Iterable[ProcessSeen]) -> frozenset[Role]:
    """The roles that are other processes than before, by times and names of the same host alone."""
    old = {seen.role: seen for seen in before}
    new = {seen.role: seen for seen in after if seen.alive}
    return frozenset(role for role in ROLES if role in old and role in new and is_another(old[role], new[role]))


def is_another(before: ProcessSeen, after: ProcessSeen) -> bool:
    """Whether `after` started later; where no times are told, whether its pid or its container is another one."""
    if before.started_at is not None and after.started_at is not None:
        return after.started_at > before.started_at
    return (before.where, before.pid) != (after.where, after.pid)
