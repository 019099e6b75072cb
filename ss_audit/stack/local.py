"""An SS of our own on this machine: API and worker as processes, started, watched, restarted and stopped."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ss_audit.evidence.model import LogWindow, ProcessSeen, Recorder, Statement
from ss_audit.stack.disk import require_free
from ss_audit.stack.environment import child_environment, masked
from ss_audit.stack.errors import NotReady, PortTaken, ProcessDied, StackDidNotStart, StackError, ending
from ss_audit.stack.hints import hint
from ss_audit.stack.interface import ROLES, Connection, Marks, RestartSeen, Role
from ss_audit.stack.logs import Cursor, LogFile
from ss_audit.stack.ports import free_port
from ss_audit.stack.process import ManagedProcess
from ss_audit.stack.readiness import LIVENESS_PATH, wait_for_api, wait_for_worker
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.spec import StackSpec
from ss_audit.witness import process_table

PORT_TRIES = 3
HOST = "127.0.0.1"
SHOWN_WIDTH = 600


class LocalStack:
    """One running SS.

    In: what to start; where evidence goes; the keeper; a folder of its own, under which logs lie; `mask` for whatever is
    shown in an error; the environment from which a few names are passed on. Use `base_url` afresh after each start: the
    port is kept over a restart unless someone else took it meanwhile.
    """

    def __init__(
        self,
        spec: StackSpec,
        recorder: Recorder,
        keeper: Keeper,
        folder: Path,
        *,
        mask: Callable[[str], str] = str,
        inherited: Mapping[str, str] | None = None,
    ) -> None:
        self.spec, self.folder = spec, folder.absolute()
        self._recorder, self._keeper, self._mask = recorder, keeper, mask
        self._env = child_environment(spec.env, os.environ if inherited is None else inherited)
        self._shown_env = masked(spec.env)
        self._running: dict[Role, ManagedProcess] = {}
        self._deaths: dict[int, ProcessSeen] = {}
        self._at_start: set[int] = set()
        self._port: int | None = None
        self.logs: dict[Role, LogFile] = {role: LogFile(self.folder / f"{role}.log") for role in ROLES}

    @property
    def base_url(self) -> str:
        """Where the API answers, without a slash at the end. Raises `StackError` before the first start."""
        if self._port is None:
            raise StackError(f"stack {self.spec.name} was never started: start() comes first")
        return f"http://{HOST}:{self._port}"

    @property
    def connection(self) -> Connection:
        """Plain HTTP over loopback."""
        return Connection()

    @property
    def revision(self) -> str | None:
        """SS's source revision, where git knows it."""
        return self.spec.revision

    def described(self) -> dict[str, Any]:
        """How it is started: command templates, revision, notes."""
        spec = self.spec
        commands = {"api_command": list(spec.api_command), "worker_command": list(spec.worker_command)}
        return {"revision": spec.revision, "dirty": spec.dirty, **commands, "notes": list(spec.notes)}

    def start(self) -> tuple[ProcessSeen, ...]:
        """Starts the API, waits until it answers, then the worker. Out: both, recorded. A stopped stack can be started again.

        Raises `StackDidNotStart`, `NotReady`, `PortTaken` or `NoSpace`; then nothing of this stack runs.
        """
        if self._running:
            raise StackError(f"stack {self.spec.name} runs already: restart() restarts it")
        require_free(self.folder)
        for folder in (self.folder, self.spec.cwd):
            folder.mkdir(parents=True, exist_ok=True)
        facts = {role: self._started(role) for role in ROLES}
        self._recorder.record(Statement(title=f"Stack {self.spec.name} is up", detail=self._up(facts)))
        return self.processes("start")

    def stop(self) -> None:
        """Ends worker and API with all they started; how they were at that moment is recorded first. Stopping twice is fine."""
        if self._running:
            self.processes("end")
        self._end_all()

    def restart(self, phase: str = "restart") -> RestartSeen:
        """Ends both and starts both again, on the same state. Raises as `start`."""
        before = self.processes(f"before {phase}")
        self._end_all()
        for role in ROLES:
            self._started(role)
        return RestartSeen(before=before, after=self.processes(f"after {phase}"))

    def processes(self, phase: str) -> tuple[ProcessSeen, ...]:
        """API and worker at this moment, recorded; those that died are among them, with their exit status."""
        return tuple(self._recorder.record(self._seen(process, phase)) for process in self._in_order())

    def check_alive(self) -> tuple[ProcessSeen, ...]:
        """Those that ended although nobody asked them to; empty when all is well. Each death is recorded once."""
        dead = [process for process in self._in_order() if not process.is_alive]
        for process in dead:
            if process.pid not in self._deaths:
                self._deaths[process.pid] = self._recorder.record(self._seen(process, "ended unasked"))
        return tuple(self._deaths[process.pid] for process in dead)

    def strangers(self) -> tuple[ProcessSeen, ...]:
        """Processes of SS that were not there when it had been started; to be asked when no job is under way."""
        families = {role: process.family() for role, process in self._running.items()}
        pids = {pid: role for role, family in families.items() for pid in family if pid not in self._at_start}
        seen = (process_table.look(role, pid, "came unasked") for pid, role in pids.items())
        return tuple(self._recorder.record(stranger) for stranger in seen if stranger.alive)

    def revive(self) -> tuple[ProcessSeen, ...]:
        """Starts again what died. Out: what was started, recorded. Raises as `start`."""
        roles: list[Role] = [role for role in ROLES if role in self._running and not self._running[role].is_alive]
        self.check_alive()
        for role in roles:
            self._running.pop(role).stop(self.spec.timeout_stop)
            self._started(role)
        revived = [self._running[role] for role in roles]
        return tuple(self._recorder.record(self._seen(process, "after revival")) for process in revived)

    def log_marks(self) -> Mapping[Role, Cursor]:
        """Where both logs stand now."""
        return {role: log.mark() for role, log in self.logs.items()}

    def log_windows(self, marks: Marks, title: str) -> tuple[LogWindow, ...]:
        """What both logs got since the marks, recorded: API first, an empty window included."""
        return tuple(
            self._recorder.record(
                LogWindow(title=f"{title}: {role} log", process=role, lines=self.logs[role].since(marks[role]))
            )
            for role in ROLES
        )

    def first_logs(self) -> tuple[LogWindow, ...]:
        """Both logs from their start, recorded."""
        return tuple(
            self._recorder.record(LogWindow(title=f"{role} log from its start", process=role, lines=log.since(Cursor(None, 0))))
            for role, log in self.logs.items()
        )

    def run_on(self, library: Path | None) -> None:
        """Nothing: its library was given at its start."""

    def _started(self, role: Role) -> str:
        try:
            ready = self._start_api() if role == "api" else self._start_worker()
        except BaseException:
            self._end_all()
            raise
        self._at_start.update(self._running[role].family())
        return ready

    def _start_api(self) -> str:
        port = 0
        for _ in range(PORT_TRIES):
            port = self._port = self._port or free_port(HOST)
            api = self._launch("api", port)
            try:
                with self._explained(api):
                    status = wait_for_api(api, self.base_url, port, HOST, self.spec.timeout_startup)
            except PortTaken:
                # The only thing that is tried again: between choosing a port and binding it someone was faster.
                self._running.pop("api").stop(self.spec.timeout_stop)
                self._port = None
            else:
                return f"answered {status} to {LIVENESS_PATH} on port {port}, which it holds"
        raise PortTaken(port, PORT_TRIES)

    def _start_worker(self) -> str:
        worker = self._launch("worker", self._port or 0)
        with self._explained(worker):
            return wait_for_worker(worker, self.spec.timeout_startup)

    def _launch(self, role: Role, port: int) -> ManagedProcess:
        command = self.spec.filled(self._template(role), HOST, port)
        log = self.logs[role].path
        process = ManagedProcess(role, command, env=self._env, cwd=self.spec.cwd, log=log, keeper=self._keeper)
        self._running[role] = process
        return process

    @contextmanager
    def _explained(self, process: ManagedProcess) -> Iterator[None]:
        """Turns the failed wait for a process into an error with its last words, which are recorded too."""
        try:
            yield
        except ProcessDied as error:
            seen, tail = self._last_words(process, "ended before it was ready")
            advice = hint(tail, ending(error.exit_status))
            raise StackDidNotStart(f"SS's {process.role}", process.command, tail, advice, seen) from error
        except NotReady as error:
            _, tail = self._last_words(process, "not ready in time")
            raise NotReady(error.waited_seconds, error.for_what, process.command, tail) from error

    def _last_words(self, process: ManagedProcess, title: str) -> tuple[ProcessSeen, tuple[str, ...]]:
        role: Role = "api" if process.role == "api" else "worker"
        tail = self.logs[role].tail(process.log_begin)
        seen = self._recorder.record(self._seen(process, title))
        self._recorder.record(LogWindow(title=f"{role} {title}: its last words", process=role, lines=tail))
        return seen, tuple(self._mask(line)[:SHOWN_WIDTH] for line in tail)

    def _end_all(self) -> None:
        """Worker first: an API that is gone would look to it like a fault."""
        failures: list[StackError] = []
        for role in reversed(ROLES):
            if process := self._running.pop(role, None):
                try:
                    process.stop(self.spec.timeout_stop)
                except StackError as error:
                    failures.append(error)
        if failures:
            raise failures[0]

    def _in_order(self) -> list[ManagedProcess]:
        return [self._running[role] for role in ROLES if role in self._running]

    def _template(self, role: Role) -> tuple[str, ...]:
        return self.spec.api_command if role == "api" else self.spec.worker_command

    def _seen(self, process: ManagedProcess, phase: str) -> ProcessSeen:
        status = process.exit_status
        state = "alive" if status is None else f"ended ({ending(status)})"
        return ProcessSeen(
            title=f"{process.role}, {phase}: pid {process.pid}, {state}",
            role=process.role,
            phase=phase,
            pid=process.pid,
            command=process.command,
            cwd=str(process.cwd),
            started_at=process.started_at,
            alive=status is None,
            exit_status=status,
            env=self._shown_env,
        )

    def _up(self, ready: Mapping[Role, str]) -> dict[str, Any]:
        spec = self.spec
        return {
            "stack": spec.name,
            "base_url": self.base_url,
            "start_commands": {process.role: list(process.command) for process in self._in_order()},
            "command_templates": {"api": list(spec.api_command), "worker": list(spec.worker_command)},
            "environment": self._shown_env,
            "cwd": str(spec.cwd),
            "ss_root": str(spec.ss_root) if spec.ss_root else None,
            "revision": spec.revision,
            "dirty": spec.dirty,
            "notes": list(spec.notes),
            "ready": dict(ready),
        }
