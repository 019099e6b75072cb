"""What `start_commands` shows: how API and worker were started elsewhere, and as which processes. Pure.

One line for each role, `api` and `worker`; what stands in brackets may be left out, in any order:

    api [pid=4711] [started=2026-01-31T08:15:00Z] [id=container-or-pod]: the command that started it

or JSON: a list, an object by role, or one object a line, with the keys `role`, `command`, `pid`, `started`, `id`. A time is
ISO 8601, seconds since the epoch, or PowerShell's `/Date(milliseconds)/`. It is compared only with what the same host said
before, so a wrong clock does no harm.
"""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from ss_audit.evidence.model import ProcessSeen
from ss_audit.stack.interface import ROLES

LINE = re.compile(r"\s*(?P<role>api|worker)(?P<facts>(?:\s+(?:pid|started|id)=\S*)*)\s*:\s+(?P<command>\S.*?)\s*$")
POWERSHELL_DATE = re.compile(r"/Date\((\d+)(?:[+-]\d+)?\)/")


def processes_in(output: str, phase: str) -> tuple[ProcessSeen, ...]:
    """The processes that it names, API first; the last line of a role counts. What says nothing of a role is passed over."""
    told = {str(facts.get("role")): facts for facts in _told(output) if facts.get("role") in ROLES and facts.get("command")}
    return tuple(_process(told[role], phase) for role in ROLES if role in told)


def _process(facts: Mapping[str, Any], phase: str) -> ProcessSeen:
    role, command, where = str(facts["role"]), facts["command"], str(facts.get("id") or "")
    pid = str(facts.get("pid") or "")
    shown = f"pid {pid}" if pid else where or "pid not told"
    return ProcessSeen(
        title=f"{role}, {phase}: {shown}, as start_commands tells",
        role=role,
        phase=phase,
        pid=int(pid) if pid.isdigit() else 0,
        command=tuple(map(str, command)) if isinstance(command, list) else _words(str(command)),
        started_at=moment(facts.get("started")),
        where=where or "the operator's host",
    )


def _words(command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command, posix="\\" not in command))
    except ValueError:
        return tuple(command.split())


def _told(output: str) -> Iterator[Mapping[str, Any]]:
    whole = _json(output)
    if whole is not None:
        yield from _objects(whole)
        return
    for line in output.splitlines():
        found = LINE.match(line)
        if found:
            yield {
                "role": found["role"],
                "command": found["command"],
                **dict(fact.split("=", 1) for fact in found["facts"].split()),
            }
        elif (value := _json(line)) is not None:
            yield from _objects(value)


def _objects(value: Any) -> Iterable[Mapping[str, Any]]:
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    if isinstance(value, dict):
        by_role = [{**item, "role": role} for role, item in value.items() if isinstance(item, dict)]
        return by_role or [value]
    return []


def _json(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def moment(said: object) -> float | None:
    """A time as seconds since the epoch; None when it is none that we know."""
    text = str(said or "").strip()
    if found := POWERSHELL_DATE.search(text):
        return int(found[1]) / 1000
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
