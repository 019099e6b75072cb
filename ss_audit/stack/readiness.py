"""Waiting for facts: bounded, never longer than the fact takes, and over at once when who should bring it has died."""

import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol, TypeVar

import httpx

from ss_audit.ss.wire import look
from ss_audit.stack.errors import NotReady, PortTaken, ProcessDied
from ss_audit.stack.logs import LogFile, events
from ss_audit.stack.ports import is_listened_on, owned_by
from ss_audit.stack.process import ManagedProcess

T = TypeVar("T")
READINESS_PATH, LIVENESS_PATH = "/health/ready", "/health/live"
WORKER_STARTED = re.compile(r"SS_WORKER_STARTUP(?!_)")
WORKER_RUNNER_CHOSEN = re.compile(r"SS_WORKER_RUNNER_SELECTED")
SETTLE_SECONDS = 1.0
OBSERVATION_SECONDS = 5.0


class Health(NamedTuple):
    """What SS says of itself: the status with which it answered at this path, and whether that lets us begin."""

    path: str
    status: int
    is_ready: bool


class Starting(Protocol):
    """Who is waited for: a process of ours, or the first process of a container. As `ManagedProcess` says."""

    @property
    def role(self) -> str: ...
    @property
    def pid(self) -> int: ...
    @property
    def exit_status(self) -> int | None: ...
    @property
    def is_alive(self) -> bool: ...
    def said(self) -> tuple[str, ...]: ...
    def family(self) -> tuple[int, ...]: ...


def wait_for(fact: Callable[[], T | None], timeout: float, for_what: str, by: Starting | None = None) -> T:
    """The fact, as soon as it is there. Raises `NotReady` after `timeout` seconds, `ProcessDied` when `by` has ended."""
    begin = time.monotonic()
    pause = 0.02
    while True:
        died = by is not None and not by.is_alive
        if (found := fact()) is not None:
            return found
        if by is not None and died:
            raise ProcessDied(by.role, by.pid, by.exit_status)
        if (waited := time.monotonic() - begin) >= timeout:
            raise NotReady(waited, for_what)
        time.sleep(min(pause, timeout - waited))
        pause = min(pause * 1.5, 0.25)


def wait_for_event(process: ManagedProcess, event: str, timeout: float) -> dict[str, Any]:
    """The first JSON line with this `event` in the process's log, e.g. the one that tells the port of a helper server.

    Raises as `wait_for`.
    """
    log = LogFile(process.log)

    def seen() -> dict[str, Any] | None:
        return next((found for found in events(log.since(process.log_begin)) if found.get("event") == event), None)

    return wait_for(seen, timeout, f"{event} from {process.role}", by=process)


def health(ask: Callable[[str], int | None]) -> Health | None:
    """Whether SS says that it is ready, and where it says nothing of that, that it lives; where of neither, any answer will do.

    In: how to get the status at a path, None for no answer. Out: None when nobody answers. An error of the server, or a 429,
    says "not yet"; a refusal says that there is no such route, or none for us.
    """
    ready = ask(READINESS_PATH)
    if ready is not None and (_says_yes(ready) or _says_not_yet(ready)):
        return Health(READINESS_PATH, ready, _says_yes(ready))
    live = ask(LIVENESS_PATH)
    if live is None:
        return None if ready is None else Health(READINESS_PATH, ready, False)
    return Health(LIVENESS_PATH, live, ready is not None and not _says_not_yet(live))


def _says_yes(status: int) -> bool:
    return 200 <= status < 300


def _says_not_yet(status: int) -> bool:
    return status >= 500 or status == 429


def wait_for_api(api: Starting, base_url: str, port: int, host: str, timeout: float) -> Health:
    """What our API said when it was ready. An answer by a stranger is none.

    One that answers and does not become ready in time is taken as it is: what it is worth then, its jobs will show.
    Raises `PortTaken`, `NotReady` when nothing was answered, `ProcessDied`.
    """
    last: list[Health] = []

    def is_ours() -> bool:
        return owned_by(api.family(), port) is not None

    def status(path: str) -> int | None:
        try:
            return look(base_url + path, 2.0).status
        except httpx.HTTPError:
            return None

    def ready() -> Health | None:
        if not is_ours():
            # Ours may have bound the port between the two looks, so it is asked once more.
            if is_listened_on(port, host) and not is_ours():
                raise PortTaken(port)
            return None
        if found := health(status):
            last[:] = [found]
        return found if found and found.is_ready else None

    try:
        return wait_for(ready, timeout, f"an HTTP answer from SS's API on port {port}", by=api)
    except NotReady:
        if last:
            return last[0]
        raise
    except ProcessDied:
        if is_listened_on(port, host):
            raise PortTaken(port) from None
        raise


def wait_for_worker(worker: Starting, timeout: float) -> str:
    """How we know that the worker works: "logged its start", or "alive" for one that logs none.

    A worker tells of the runner that it chose before it binds its metrics port, so only its start-up event counts at once;
    after the runner's it has to live for another second, and without either for five. Raises `NotReady`, `ProcessDied`.
    """
    begin = time.monotonic()
    chosen_at: list[float] = []

    def started() -> str | None:
        lines = worker.said()
        if any(WORKER_STARTED.search(line) for line in lines):
            return "logged its start" if worker.is_alive else None
        if not chosen_at and any(WORKER_RUNNER_CHOSEN.search(line) for line in lines):
            chosen_at.append(time.monotonic())
        waited = time.monotonic() - begin
        if chosen_at and time.monotonic() - chosen_at[0] >= SETTLE_SECONDS:
            return "logged its runner and lives" if worker.is_alive else None
        return "alive" if waited >= min(OBSERVATION_SECONDS, timeout / 2) and worker.is_alive else None

    return wait_for(started, timeout, "SS's worker to start", by=worker)
