"""How an SS of our own comes up and goes down, whatever it is made of: the API on a port of its own, then the worker."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from ss_audit.evidence.model import LogWindow, ProcessSeen, Recorder
from ss_audit.stack.errors import NotReady, PortTaken, ProcessDied, StackDidNotStart, StackError, ending
from ss_audit.stack.hints import hint
from ss_audit.stack.interface import ROLES, Connection, Role
from ss_audit.stack.ports import free_port
from ss_audit.stack.readiness import Starting, wait_for_api, wait_for_worker
from ss_audit.stack.spec import StackSpec

PORT_TRIES = 3
HOST = "127.0.0.1"
SHOWN_WIDTH = 600


class Part(Starting, Protocol):
    """API or worker, once launched."""

    @property
    def command(self) -> tuple[str, ...]: ...


P = TypeVar("P", bound=Part)


class Beginning(ABC, Generic[P]):
    """The part of a stack that starts and ends it. In: what to start; where evidence goes; what masks an error's text.

    Use `base_url` afresh after each start: the port is kept over a restart unless someone else took it meanwhile.
    """

    def __init__(self, spec: StackSpec, recorder: Recorder, mask: Callable[[str], str]) -> None:
        self._what, self._evidence, self._mask = spec, recorder, mask
        self._at_start: set[int] = set()
        self._port: int | None = None

    @property
    @abstractmethod
    def _parts(self) -> dict[Role, P]:
        """What runs, by role; a part that is withdrawn is taken out of it."""

    @abstractmethod
    def _launch(self, role: Role, port: int) -> P:
        """Launches this role and puts it among the parts, without waiting for it."""

    @abstractmethod
    def _withdraw(self, part: P) -> None:
        """Ends what was launched, with all that it started."""

    @abstractmethod
    def _tail(self, part: P) -> tuple[str, ...]:
        """The last lines that this part has logged since it was launched."""

    @abstractmethod
    def _as_seen(self, part: P, phase: str) -> ProcessSeen:
        """The part at this moment, not recorded yet."""

    @property
    def base_url(self) -> str:
        """Where the API answers, without a slash at the end. Raises `StackError` before the first start."""
        if self._port is None:
            raise StackError(f"stack {self._what.name} was never started: start() comes first")
        return f"http://{HOST}:{self._port}"

    @property
    def connection(self) -> Connection:
        """Plain HTTP over loopback."""
        return Connection()

    def _started(self, role: Role) -> str:
        try:
            ready = self._start_api() if role == "api" else self._start_worker()
        except BaseException:
            self._end_all()
            raise
        self._at_start.update(self._parts[role].family())
        return ready

    def _start_api(self) -> str:
        port = 0
        for _ in range(PORT_TRIES):
            port = self._port = self._port or free_port(HOST)
            api = self._launch("api", port)
            try:
                with self._explained(api, "api"):
                    said = wait_for_api(api, self.base_url, port, HOST, self._what.timeout_startup)
            except PortTaken:
                # The only thing that is tried again: between choosing a port and binding it someone was faster.
                self._withdraw(self._parts.pop("api"))
                self._port = None
            else:
                in_vain = "" if said.is_ready else f", and was not ready after {self._what.timeout_startup:g} s"
                return f"answered {said.status} to {said.path} on port {port}, which it holds{in_vain}"
        raise PortTaken(port, PORT_TRIES)

    def _start_worker(self) -> str:
        worker = self._launch("worker", self._port or 0)
        with self._explained(worker, "worker"):
            return wait_for_worker(worker, self._what.timeout_startup)

    @contextmanager
    def _explained(self, part: P, role: Role) -> Iterator[None]:
        """Turns the failed wait for a part into an error with its last words, which are recorded too."""
        try:
            yield
        except ProcessDied as error:
            seen, tail = self._last_words(part, role, "ended before it was ready")
            advice = hint(tail, ending(error.exit_status))
            raise StackDidNotStart(f"SS's {role}", part.command, tail, advice, seen) from error
        except NotReady as error:
            _, tail = self._last_words(part, role, "not ready in time")
            raise NotReady(error.waited_seconds, error.for_what, part.command, tail) from error

    def _last_words(self, part: P, role: Role, title: str) -> tuple[ProcessSeen, tuple[str, ...]]:
        tail = self._tail(part)
        seen = self._evidence.record(self._as_seen(part, title))
        self._evidence.record(LogWindow(title=f"{role} {title}: its last words", process=role, lines=tail))
        return seen, tuple(self._mask(line)[:SHOWN_WIDTH] for line in tail)

    def _end_all(self) -> None:
        """Worker first: an API that is gone would look to it like a fault."""
        failures: list[StackError] = []
        for role in reversed(ROLES):
            if part := self._parts.pop(role, None):
                try:
                    self._withdraw(part)
                except StackError as error:
                    failures.append(error)
        if failures:
            raise failures[0]
