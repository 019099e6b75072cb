"""The keeper: a process beside the audit that ends everything the audit started, should the audit die.

Started as `python -I keeper.py MARKER` with a pipe from the audit on its standard input, one JSON object a line:
`{"keep": PID, "birth": MARK}`, `{"release": PID}`, `{"run": COMMAND, "seconds": LIMIT}` (null for one that keeps limits of its
own), `{"remove": FOLDER}` and, at an orderly close, `{"done": true}`. When the pipe ends without that last line, the audit has
died (SIGKILL included): the keeper ends what is left, then runs the commands (which end or put back what is no process of
ours: containers, another's SS), then removes the folders.

It runs alone with nothing but the standard library. The process table below also serves the audit itself.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, NamedTuple

MARKER_NAME = "AUDIT_KEPT_BY"
GRACE_SECONDS = 2.0
PROC = Path("/proc")


class Entry(NamedTuple):
    """One live process. `family` is its session (its process group where there is no /proc); `birth` tells two
    processes that had the same pid apart."""

    pid: int
    parent: int
    family: int
    birth: str


def process_table() -> dict[int, Entry]:
    """Every process by pid that is not a zombie."""
    return _table_of_proc() if (PROC / "self" / "stat").exists() else _table_of_ps()


def birth(pid: int) -> str | None:
    """The birth mark of a process; None when there is none (any more)."""
    entry = _entry_of_proc(pid) if (PROC / "self" / "stat").exists() else _table_of_ps().get(pid)
    return entry.birth if entry else None


def kin(kept: Mapping[int, str], marker: str) -> dict[int, Entry]:
    """What belongs to the kept processes: themselves, their sessions, whoever carries the marker, and all descendants.

    In: birth marks by pid, and the value (or its beginning) of the marker variable. A pid whose birth mark differs is a
    stranger that got a used number: neither it nor its session counts.
    """
    table = process_table()
    families = {pid for pid, mark in kept.items() if pid in table and table[pid].birth == mark}
    mark = f"{MARKER_NAME}={marker}".encode()
    found = {pid: entry for pid, entry in table.items() if entry.family in families or _carries(pid, mark)}
    grown = True
    while grown:
        more = {pid: entry for pid, entry in table.items() if entry.parent in found and pid not in found}
        found.update(more)
        grown = bool(more)
    found.pop(os.getpid(), None)
    return found


def end(find: Callable[[], Mapping[int, Entry]], grace: float, patience: float = 2.0) -> tuple[Entry, ...]:
    """Ends what `find` finds, and whatever they start meanwhile: SIGTERM, after `grace` seconds SIGKILL.

    Out: what is still alive `patience` seconds after the first SIGKILL; empty when all are gone.
    """
    known: dict[tuple[int, str], Entry] = {}
    kill_at = time.monotonic() + grace
    while True:
        current = {(e.pid, e.birth): e for e in find().values()}
        table = process_table()
        alive = {key: e for key, e in (known | current).items() if e.pid in table and table[e.pid].birth == e.birth}
        if not alive:
            return ()
        late = time.monotonic() - kill_at
        if late > patience:
            return tuple(alive.values())
        for key, entry in alive.items():
            if late >= 0:
                _signal(entry.pid, signal.SIGKILL)
            elif key not in known:
                _signal(entry.pid, signal.SIGTERM)
        known |= current
        time.sleep(0.05)


def main(arguments: list[str], pipe: IO[bytes]) -> int:
    """Keeps until the pipe ends. Exit status 0, or 1 when something outlived SIGKILL."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    marker = arguments[0]
    kept: dict[int, str] = {}
    commands: list[tuple[list[str], float | None]] = []
    folders: list[str] = []
    for line in pipe:
        try:
            message = json.loads(line)
        except ValueError:
            continue  # the audit died in the middle of a line
        if "keep" in message:
            kept[message["keep"]] = message["birth"]
        elif "release" in message:
            kept.pop(message["release"], None)
        elif "run" in message:
            commands.append((message["run"], message["seconds"]))
        elif "remove" in message:
            folders.append(message["remove"])
        elif "done" in message:
            return 0
    # A child that was being started when the audit died carries the marker only from its exec on: look again.
    end(lambda: kin(kept, marker), GRACE_SECONDS)
    time.sleep(0.2)
    outlived = end(lambda: kin(kept, marker), GRACE_SECONDS / 2, patience=1.0)
    for command, seconds in commands:
        with contextlib.suppress(OSError, subprocess.TimeoutExpired):
            subprocess.run(command, stdin=subprocess.DEVNULL, timeout=seconds, check=False)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if outlived else 0


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def _carries(pid: int, mark: bytes) -> bool:
    try:
        environment = (PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return any(variable.startswith(mark) for variable in environment.split(b"\0"))


def _table_of_proc() -> dict[int, Entry]:
    pids = (int(name) for name in os.listdir(PROC) if name.isdigit())  # noqa: PTH208  (names only, no Path a process)
    return {entry.pid: entry for entry in map(_entry_of_proc, pids) if entry}


def _entry_of_proc(pid: int) -> Entry | None:
    """proc_pid_stat(5): after the command in parentheses come state, ppid, pgrp, session, …, starttime (the 22nd field)."""
    try:
        fields = (PROC / str(pid) / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
    if len(fields) < 20 or fields[0] in "ZX":
        return None
    return Entry(pid, int(fields[1]), int(fields[3]), fields[19])


def _table_of_ps() -> dict[int, Entry]:
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,pgid=,state=,lstart="],
        capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    return {entry.pid: entry for entry in _entries_of_ps(listing.stdout.splitlines())}


def _entries_of_ps(lines: Iterable[str]) -> Iterable[Entry]:
    for line in lines:
        pid, parent, group, state, born = line.split(None, 4)
        if not state.startswith("Z"):
            yield Entry(int(pid), int(parent), int(group), born.strip())


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:], sys.stdin.buffer))
