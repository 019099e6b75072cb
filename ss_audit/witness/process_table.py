"""The process table: what the operating system says of SS's processes, whatever SS says of itself."""

from collections.abc import Mapping
from typing import Any

import psutil

from ss_audit.evidence.model import ProcessSeen


def look(
    role: str,
    pid: int,
    phase: str,
    *,
    started_at: float | None = None,
    env: Mapping[str, str] | None = None,
    exit_status: int | None = None,
) -> ProcessSeen:
    """One process at this moment.

    In: `role` ("api", "worker"), `phase` ("start", "before restart", ...); `started_at` (seconds since the epoch) when the
    process that is expected started, so that a later one with the same pid isn't taken for it; `env` what we set for it;
    `exit_status` how it ended, if the caller knows. Out: `alive` False if it is gone, or only its exit status is left.
    """
    command: tuple[str, ...] = ()
    cwd = ""
    seen_start: float | None = None
    alive = False
    try:
        process = psutil.Process(pid)
        with process.oneshot():
            seen_start = process.create_time()
            alive = process.status() != psutil.STATUS_ZOMBIE and started_at in (None, seen_start)
            if alive:
                command = tuple(process.cmdline())
                cwd = process.cwd()
    except psutil.AccessDenied:
        alive = seen_start is not None and started_at in (None, seen_start)
    except psutil.NoSuchProcess:
        alive = False
    state = "running" if alive else "gone" if exit_status is None else f"ended with {exit_status}"
    return ProcessSeen(
        title=f"{role} process {pid}, {phase}: {state}",
        role=role,
        phase=phase,
        pid=pid,
        command=command,
        cwd=cwd,
        started_at=seen_start if alive else started_at,
        alive=alive,
        exit_status=exit_status,
        env=dict(env or {}),
    )


def descendants(pid: int) -> tuple[int, ...]:
    """Every process below `pid` that still runs, parents before children; none when `pid` is gone."""
    try:
        below = psutil.Process(pid).children(recursive=True)
        return tuple(process.pid for process in below if _runs(process))
    except psutil.NoSuchProcess:
        return ()


def owner_of_port(port: int) -> int | None:
    """The process that listens on this TCP port, the oldest if several share it; None if there is none that we may see."""
    owners = {connection_pid for connection_pid, listened in _listeners() if listened == port}
    return min(owners, key=_start_or_never, default=None)


def _listeners() -> list[tuple[int, int]]:
    """(pid, port) of all listening TCP sockets; where the whole table isn't ours to read (macOS), of our own processes."""
    try:
        return [
            (connection.pid, _port(connection.laddr))
            for connection in psutil.net_connections(kind="tcp")
            if connection.status == psutil.CONN_LISTEN and connection.pid is not None
        ]
    except psutil.AccessDenied:
        found = []
        for process in psutil.process_iter():
            try:
                found += [
                    (process.pid, _port(connection.laddr))
                    for connection in process.net_connections(kind="tcp")
                    if connection.status == psutil.CONN_LISTEN
                ]
            except (psutil.AccessDenied, psutil.NoSuchProcess):
                continue
        return found


def _port(address: tuple[Any, ...]) -> int:
    return int(address[1]) if address else 0


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _start_or_never(pid: int) -> float:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return float("inf")
