"""An SS that runs in containers already: attached to, read through the engine, and left as it was found."""

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ss_audit.evidence.model import LogWindow, OperatorCommand, ProcessSeen, Recorder, Statement
from ss_audit.settings import Settings
from ss_audit.stack.docker import found, start_again
from ss_audit.stack.docker.container import SSContainer
from ss_audit.stack.docker.engine import Engine, NoSuchThing, NotUsable
from ss_audit.stack.docker.kept_logs import KeptLogs
from ss_audit.stack.docker.watch import Watch
from ss_audit.stack.errors import NotPutBack, NotReady, StackError
from ss_audit.stack.interface import ROLES, Connection, Marks, RestartSeen, Role
from ss_audit.stack.operator_command import Operator, filled
from ss_audit.stack.readiness import wait_for, wait_for_worker
from ss_audit.stack.remote import reach, signs
from ss_audit.stack.remote.in_use import LibraryInUse
from ss_audit.stack.remote.library import OperatorsLibrary
from ss_audit.stack.remote.operators_logs import OperatorsLogs
from ss_audit.stack.to_undo import ToUndo

STOP_SECONDS = 10.0
LAST_WORDS = 15
MAY_RESTART = "docker_may_restart"


class AttachedContainers(Watch):
    """One SS in containers of somebody else's. They are restarted only where the operator allowed it, never removed.

    In: the settings; the engine; API and worker, and what finds them anew; where evidence goes; what runs the operator's
    commands; the library by the operator's means; the list of what is to be undone, and what undoes the rest at the end.
    """

    def __init__(
        self,
        settings: Settings,
        engine: Engine,
        containers: dict[Role, SSContainer],
        look_up: Callable[[], dict[Role, SSContainer]],
        recorder: Recorder,
        operator: Operator,
        library: OperatorsLibrary,
        to_undo: ToUndo,
        undo: Callable[[], None],
    ) -> None:
        super().__init__(recorder)
        self._settings, self._engine = settings, engine
        self._operator, self._to_undo, self._undo = operator, to_undo, undo
        self._library = LibraryInUse(library, to_undo, lambda: self.restart("change of library"), self._way_to_restart)
        self._stopped: set[Role] = set()
        self._connection: Connection | None = None
        self._base_url = settings.base_url.rstrip("/") if settings.base_url else None
        self._look_up = look_up
        self.containers = containers
        self._logs = KeptLogs(self.containers, OperatorsLogs(settings, operator))

    @property
    def base_url(self) -> str:
        """What the settings say, else the API container's port as it was found last. Raises `StackError` before the start."""
        if self._base_url is None:
            raise StackError("where SS's API answers is not known before the start")
        return self._base_url

    @property
    def connection(self) -> Connection:
        """TLS, proxy and tenant as the settings have them."""
        if self._connection is None:
            self._connection = reach.connection(self._settings)
        return self._connection

    @property
    def revision(self) -> str | None:
        """The images, beyond doubt: the API's, and the worker's where that is another."""
        ids = dict.fromkeys(str(container.container.attrs.get("Image")) for container in self._in_order())
        return ", ".join(ids)

    def described(self) -> dict[str, Any]:
        """The containers as they are, and whether they may be restarted."""
        detail = {c.role: c.facts() for c in self._in_order()}
        may = {MAY_RESTART: self._settings.docker_may_restart}
        return {"revision": self.revision, "containers": detail, **may, "logs_unseen": self._logs.unseen()}

    def start(self) -> tuple[ProcessSeen, ...]:
        """Looks at the containers and waits until the API answers. Raises `StackError`, also when a container does not run."""
        for container in self._in_order():
            if not container.is_alive:
                tail = "\n".join(f"    {line}" for line in container.said()[-LAST_WORDS:])
                raise StackError(
                    f"the container {container.name} (SS's {container.role}) does not run; its last words:\n{tail}"
                )
            self.alive_since(container.role)
        self._wait()
        self._recorder.record(Statement(title=f"SS answers at {self.base_url}", detail=self.described()))
        return self.processes("start")

    def stop(self) -> None:
        """Starts what was stopped for a restart, puts SS back on its own library, undoes the rest; each is tried.

        Raises `NotPutBack`.
        """
        failures: list[StackError] = []
        for step in (self._start_stopped, self._library.put_back, self._undo):
            try:
                step()
            except StackError as error:
                failures.append(error)
        if failures:
            raise NotPutBack(failures)

    def restart(self, phase: str = "restart") -> RestartSeen:
        """Restarts both containers, worker first, or has the operator's `restart_command` do it, and waits for SS.

        Raises `StackError` where neither is allowed.
        """
        before = self._recorded(f"before {phase}")
        commanded: OperatorCommand | None = None
        if self._settings.docker_may_restart:
            self._restart_both()
        elif self._settings.restart_command is not None:
            commanded, _ = self._operator.run("restart_command", self._settings.restart_command)
            self._wait_for_new({seen.role: seen.started_at for seen in before})
        else:
            raise StackError(f"the containers may not be restarted: {MAY_RESTART}=true would allow it")
        self._wait()
        for role in ROLES:
            self.alive_since(role)
        return RestartSeen(before=before, after=self._recorded(f"after {phase}"), commanded=commanded)

    def strangers(self) -> tuple[ProcessSeen, ...]:
        """None: what else runs in these containers is not ours to look at."""
        return ()

    def revive(self) -> tuple[ProcessSeen, ...]:
        """Starts again what ended, where that is allowed; else waits for whoever watches over it. Raises `StackError`."""
        self.check_alive()
        dead = [c.role for c in self._in_order() if not c.is_alive]
        for role in dead:
            if not self._runs(role) and self._settings.docker_may_restart:
                self.containers[role].start()
            self._ready(role)
        self._wait()
        for role in ROLES:
            self.alive_since(role)
        return tuple(self._recorder.record(self.containers[role].seen("after revival")) for role in dead)

    def first_logs(self) -> tuple[LogWindow, ...]:
        """Of what each log got since its container was started, the lines of SS's own start alone: the others from before
        the audit are other people's. None of a log that can't be seen."""
        windows = []
        for role in ROLES:
            lines = self._logs.of_its_start(role)
            if lines is not None:
                own = tuple(line for line in lines if signs.STARTED[role].search(line))
                title = f"{role} log, the lines of its start"
                windows.append(self._recorder.record(LogWindow(title=title, process=role, lines=own)))
        return tuple(windows)

    def log_marks(self) -> Marks:
        """Where the logs stand that can be seen."""
        return self._logs.marks()

    def log_windows(self, marks: Marks, title: str) -> tuple[LogWindow, ...]:
        """What came since then, of each log that could be seen then."""
        windows = ((role, self._logs.since(role, marks[role])) for role in ROLES if role in marks)
        return tuple(
            self._recorder.record(LogWindow(title=f"{title}: {role} log", process=role, lines=lines)) for role, lines in windows
        )

    def run_on(self, library: Path | None) -> bool:
        """Has SS run on this library, and restarts it, since SS reads its index once per process. Raises `NotInUse`."""
        return self._library.run_on(library)

    def _restart_both(self) -> None:
        """Worker first. What is stopped is started again, whatever comes in between."""
        try:
            for role in reversed(ROLES):
                self._note_stop(role)
                self.containers[role].stop(STOP_SECONDS)
            for role in ROLES:
                self.containers[role].start()
                self._ready(role)
                self._note_start(role)
        except BaseException:
            with contextlib.suppress(StackError):  # stop() tries again, and tells
                self._start_stopped()
            raise

    def _note_stop(self, role: Role) -> None:
        container = self.containers[role]
        self._stopped.add(role)
        words = (sys.executable, "-I", start_again.__file__, str(container.container.id))
        self._to_undo.note("start", role, f"the container {container.name}, which the audit had stopped, is started", words)

    def _note_start(self, role: Role) -> None:
        self._stopped.discard(role)
        self._to_undo.done("start", role)

    def _start_stopped(self) -> None:
        """Starts what we stopped and did not start again. Raises the first failure, after all.

        A stop that was interrupted goes on in the engine, and would end what is started meanwhile: it is waited for first.
        """
        failures: list[StackError] = []
        for role in [role for role in ROLES if role in self._stopped]:
            try:
                self.containers[role].stop(STOP_SECONDS)
                self.containers[role].start()
            except StackError as error:
                failures.append(error)
            else:
                self._note_start(role)
        if failures:
            raise failures[0]

    def _way_to_restart(self) -> tuple[str, ...] | None:
        """The command that restarts both without us; None where they may not be restarted."""
        if self._settings.docker_may_restart:
            ids = (str(self.containers[role].container.id) for role in reversed(ROLES))
            return (sys.executable, "-I", start_again.__file__, *ids)
        command = self._settings.restart_command
        return filled(command, {}) if command is not None else None

    def _ready(self, role: Role) -> None:
        """Waits until the container runs, and the worker until it works."""
        name = self.containers[role].name
        wait_for(lambda: self._runs(role) or None, self._settings.timeout_startup, f"{name} to run again")
        if role == "worker":
            wait_for_worker(self.containers[role], self._settings.timeout_startup)

    def _wait_for_new(self, old: dict[str, float | None]) -> None:
        """Waits until each role's container runs with another start time; that one does not is for the checks to judge."""

        def are_new() -> bool | None:
            self._find_recreated()
            now = {role: container.state() for role, container in self.containers.items()}
            return all(state.running and state.started_at != old.get(role) for role, state in now.items()) or None

        with contextlib.suppress(NotReady):
            wait_for(are_new, self._settings.timeout_startup, "the containers to be restarted")

    def _runs(self, role: Role) -> bool:
        """Whether the container that has the role by now runs."""
        self._find_recreated()
        return self.containers[role].is_alive

    def _find_recreated(self) -> None:
        """A container that was removed may have a successor that has its role. There may be two, or none, for a while."""
        if any(container.is_gone for container in self.containers.values()):
            with contextlib.suppress(NotUsable, NoSuchThing):
                self.containers.update(self._look_up())

    def _wait(self) -> None:
        """Until the API answers, wherever it listens by now."""
        if self._settings.base_url is None:
            api = self.containers["api"]
            self._base_url = wait_for(
                lambda: found.base_url(self._engine, api), self._settings.timeout_startup, f"{api.name} to listen", by=api
            )
        reach.wait_until_reachable(self.base_url, self.connection, self._settings.timeout_startup)
