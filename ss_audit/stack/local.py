"""An SS of our own on this machine: API and worker as processes, started, watched, restarted and stopped."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ss_audit.evidence.model import LogWindow, ProcessSeen, Recorder, Statement
from ss_audit.stack.beginning import HOST, Beginning
from ss_audit.stack.disk import require_free
from ss_audit.stack.environment import child_environment, masked
from ss_audit.stack.errors import StackError, ending
from ss_audit.stack.interface import ROLES, Marks, RestartSeen, Role
from ss_audit.stack.logs import Cursor, LogFile
from ss_audit.stack.process import ManagedProcess
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.spec import StackSpec
from ss_audit.witness import process_table


class LocalStack(Beginning[ManagedProcess]):
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
        super().__init__(spec, recorder, mask)
        self.spec, self.folder = spec, folder.absolute()
        self._recorder, self._keeper = recorder, keeper
        self._env = child_environment(spec.env, os.environ if inherited is None else inherited)
        self._shown_env = masked(spec.env)
        self._running: dict[Role, ManagedProcess] = {}
        self._deaths: dict[int, ProcessSeen] = {}
        self.logs: dict[Role, LogFile] = {role: LogFile(self.folder / f"{role}.log") for role in ROLES}

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
        return tuple(self._recorder.record(self._as_seen(process, phase)) for process in self._in_order())

    def check_alive(self) -> tuple[ProcessSeen, ...]:
        """Those that ended although nobody asked them to; empty when all is well. Each death is recorded once."""
        dead = [process for process in self._in_order() if not process.is_alive]
        for process in dead:
            if process.pid not in self._deaths:
                self._deaths[process.pid] = self._recorder.record(self._as_seen(process, "ended unasked"))
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
        return tuple(self._recorder.record(self._as_seen(process, "after revival")) for process in revived)

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

    def run_on(self, library: Path | None) -> bool:  # noqa: ARG002  (it can't be altered)
        """Nothing: its library was given at its start."""
        return False

    @property
    def _parts(self) -> dict[Role, ManagedProcess]:
        return self._running

    def _launch(self, role: Role, port: int) -> ManagedProcess:
        command = self.spec.filled(self._template(role), HOST, port)
        log = self.logs[role].path
        process = ManagedProcess(role, command, env=self._env, cwd=self.spec.cwd, log=log, keeper=self._keeper)
        self._running[role] = process
        return process

    def _withdraw(self, part: ManagedProcess) -> None:
        part.stop(self.spec.timeout_stop)

    def _tail(self, part: ManagedProcess) -> tuple[str, ...]:
        return LogFile(part.log).tail(part.log_begin)

    def _in_order(self) -> list[ManagedProcess]:
        return [self._running[role] for role in ROLES if role in self._running]

    def _template(self, role: Role) -> tuple[str, ...]:
        return self.spec.api_command if role == "api" else self.spec.worker_command

    def _as_seen(self, part: ManagedProcess, phase: str) -> ProcessSeen:
        status = part.exit_status
        state = "alive" if status is None else f"ended ({ending(status)})"
        return ProcessSeen(
            title=f"{part.role}, {phase}: pid {part.pid}, {state}",
            role=part.role,
            phase=phase,
            pid=part.pid,
            command=part.command,
            cwd=str(part.cwd),
            started_at=part.started_at,
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
