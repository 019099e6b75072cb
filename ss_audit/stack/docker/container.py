"""One container of SS: what the engine and the operating system say of it, and how it is started and ended."""

import contextlib
from datetime import datetime
from typing import Any, NamedTuple

from docker.models.containers import Container

from ss_audit.evidence.model import ProcessSeen
from ss_audit.stack.docker.engine import EngineRefused, NoSuchThing, explained, patient
from ss_audit.stack.docker.logs import ContainerLog, Place
from ss_audit.stack.environment import masked
from ss_audit.stack.errors import StackError, ending
from ss_audit.stack.interface import Role
from ss_audit.witness import process_table

SIGNALLED = 128
NEVER = "0001-01-01"
ID_SHOWN = 12


class State(NamedTuple):
    """A container at one moment. `started` is the engine's own text, `started_at` the same as seconds since the epoch;
    `pid` is its first process as the engine's machine numbers it, 0 when it does not run; a signal makes the exit status
    negative."""

    running: bool
    pid: int
    started: str
    started_at: float | None
    exit_status: int | None
    out_of_memory: bool
    health: str | None
    restarts: int


class SSContainer:
    """API or worker in a container. `command` is the executed one, entry point included; `env` has its secrets masked.

    Raises `StackError` from whatever has to ask the engine, but for `is_alive` of a container that is gone.
    """

    def __init__(self, role: Role, container: Container) -> None:
        self.role = role
        self.container = container
        with explained(f"the container {container.name} was looked at"):
            container.reload()
        config = container.attrs["Config"]
        self.command: tuple[str, ...] = (container.attrs["Path"], *container.attrs["Args"])
        self.cwd: str = config.get("WorkingDir") or "/"
        self.env = masked(variables_of(container))
        self.log = ContainerLog(lambda: self.container)
        self.log_begin = Place()
        self._last = _state(container.attrs)

    @property
    def name(self) -> str:
        """The container's name."""
        return str(self.container.name)

    @property
    def pid(self) -> int:
        """Of its first process, also after that ended."""
        return self._last.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs, or when the container is gone altogether."""
        return self.state().exit_status

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self.state().running

    @property
    def is_gone(self) -> bool:
        """Whether somebody removed it."""
        try:
            with explained(f"the container {self.name} was looked at"):
                self.container.reload()
        except NoSuchThing:
            return True
        return False

    def state(self) -> State:
        """As the engine sees it now; of a container that was removed, the last that was known, not running."""
        try:
            with explained(f"the container {self.name} was looked at"):
                self.container.reload()
        except NoSuchThing:
            return self._last._replace(running=False, exit_status=None)
        state = _state(self.container.attrs)
        # A container that ended has no pid any more; what it had belongs to the record.
        self._last = state if state.pid or state.started != self._last.started else state._replace(pid=self._last.pid)
        return self._last

    def start(self) -> None:
        """Starts it. Raises `EngineRefused`, also for a command that can't be executed."""
        with contextlib.suppress(EngineRefused):  # a log that the engine does not keep is no reason not to start
            self.log_begin = self.log.mark()
        with explained(f"the container {self.name} was to start"), patient(self.container.client):
            self.container.start()
        self.state()

    def stop(self, timeout: float) -> None:
        """SIGTERM, after `timeout` seconds SIGKILL. One that does not run is fine."""
        stopping = explained(f"the container {self.name} was to stop")
        with contextlib.suppress(NoSuchThing), stopping, patient(self.container.client):
            self.container.stop(timeout=max(1, round(timeout)))

    def remove(self) -> None:
        """Ends and removes it, with the volumes that it made. One that is gone is fine."""
        removing = explained(f"the container {self.name} was to be removed")
        with contextlib.suppress(NoSuchThing), removing, patient(self.container.client):
            self.container.remove(force=True, v=True)

    def said(self) -> tuple[str, ...]:
        """Its log since its last start; nothing of a log that the engine does not keep."""
        try:
            return self.log.since(self.log_begin)
        except EngineRefused:
            return ()

    def family(self) -> tuple[int, ...]:
        """The pids of its processes as this machine numbers them; only where the engine runs on this machine."""
        pid = self.pid
        return (pid, *process_table.descendants(pid)) if pid else ()

    def table(self) -> list[list[str]]:
        """Its processes as the engine tells them (`docker top`); empty when it does not run or the engine can't tell."""
        try:
            with explained(f"the processes of {self.name} were asked for"):
                found = self.container.top(ps_args="-eo pid,ppid,lstart,args")
        except EngineRefused:
            return []
        return [[str(word) for word in row] for row in found.get("Processes") or ()]

    def facts(self) -> dict[str, Any]:
        """Everything about it that the record should have, secrets masked."""
        state = self.state()
        attrs = self.container.attrs
        return {
            "container": self.name,
            "id": self.container.id,
            "image": attrs["Config"].get("Image"),
            "image_id": attrs.get("Image"),
            "command": list(self.command),
            "cwd": self.cwd,
            "environment": self.env,
            "started_at": state.started,
            "pid": state.pid,
            "running": state.running,
            "exit_status": state.exit_status,
            "out_of_memory": state.out_of_memory,
            "health": state.health,
            "restart_count": state.restarts,
            "restart_policy": (attrs["HostConfig"].get("RestartPolicy") or {}).get("Name") or "no",
            "mounts": [f"{m.get('Source')}:{m.get('Destination')}:{'rw' if m.get('RW') else 'ro'}" for m in attrs["Mounts"]],
            "processes": self.table(),
        }

    def seen(self, phase: str) -> ProcessSeen:
        """Its first process at this moment, not recorded yet. Never raises: an engine that is gone shows as not alive."""
        try:
            state = self.state()
        except StackError as error:
            state, how = self._last._replace(running=False, exit_status=None), f"not to be seen ({error})"
        else:
            how = "alive" if state.running else f"ended ({ending(state.exit_status)}{', out of memory' * state.out_of_memory})"
        return ProcessSeen(
            title=f"{self.role}, {phase}: container {self.name}, pid {state.pid}, {how}",
            role=self.role,
            phase=phase,
            pid=state.pid,
            command=self.command,
            cwd=self.cwd,
            started_at=state.started_at,
            alive=state.running,
            exit_status=state.exit_status,
            env=self.env,
            where=f"container {self.name}, {str(self.container.id)[:ID_SHOWN]}",
        )


def variables_of(container: Container) -> dict[str, str]:
    """Its environment as the engine shows it, secrets in clear."""
    return dict(line.partition("=")[::2] for line in container.attrs["Config"].get("Env") or ())


def _state(attrs: dict[str, Any]) -> State:
    state = attrs["State"]
    started = str(state.get("StartedAt") or NEVER)
    running = bool(state.get("Running"))
    code = int(state.get("ExitCode") or 0)
    return State(
        running=running,
        pid=int(state.get("Pid") or 0),
        started=started,
        started_at=None if started.startswith(NEVER) else datetime.fromisoformat(started.replace("Z", "+00:00")).timestamp(),
        exit_status=None if running else SIGNALLED - code if code > SIGNALLED else code,
        out_of_memory=bool(state.get("OOMKilled")),
        health=(state.get("Health") or {}).get("Status"),
        restarts=int(attrs.get("RestartCount") or 0),
    )
