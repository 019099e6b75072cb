"""An SS of our own in containers: API and worker from one image, started, watched, restarted and removed."""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from docker.types import LogConfig

from ss_audit.evidence.model import LogWindow, ProcessSeen, Recorder, Statement
from ss_audit.stack.beginning import HOST, Beginning
from ss_audit.stack.disk import require_free
from ss_audit.stack.docker.container import SSContainer
from ss_audit.stack.docker.engine import Engine, EngineRefused, explained, patient
from ss_audit.stack.docker.logs import Place
from ss_audit.stack.docker.spec import ContainerSpec
from ss_audit.stack.docker.sweep import LABEL
from ss_audit.stack.docker.watch import Watch
from ss_audit.stack.environment import child_environment
from ss_audit.stack.errors import StackDidNotStart, StackError
from ss_audit.stack.interface import ROLES, RestartSeen, Role
from ss_audit.witness import process_table


class ContainerStack(Watch, Beginning[SSContainer]):
    """One running SS in containers that share this machine's network, so that both sides reach each other over loopback.

    In: what to start; the engine; where evidence goes; a folder of its own; `mask` for whatever is shown in an error.
    """

    def __init__(
        self, spec: ContainerSpec, engine: Engine, recorder: Recorder, folder: Path, *, mask: Callable[[str], str] = str
    ) -> None:
        Watch.__init__(self, recorder)
        Beginning.__init__(self, spec, recorder, mask)
        self.spec, self.folder = spec, folder.absolute()
        self._engine = engine
        self._env = child_environment(spec.env, {})

    @property
    def revision(self) -> str:
        """The image, beyond doubt."""
        return self.spec.digest

    def described(self) -> dict[str, Any]:
        """Image, command templates, mounts and notes."""
        spec = self.spec
        commands = {"api_command": list(spec.api_command), "worker_command": list(spec.worker_command)}
        image = {"image": spec.image, "digest": spec.digest, "user": spec.user, "mounts": spec.binds, "network": "host"}
        return {"revision": spec.digest, **image, **commands, "notes": list(spec.notes)}

    def start(self) -> tuple[ProcessSeen, ...]:
        """Starts the API, waits until it answers, then the worker. Out: both, recorded.

        Raises `StackDidNotStart`, `NotReady`, `PortTaken`, `NoSpace` or another `StackError`; then nothing of it is left.
        """
        if self.containers:
            raise StackError(f"stack {self.spec.name} runs already: restart() restarts it")
        for folder in self.spec.shared:
            folder.mkdir(parents=True, exist_ok=True)
        require_free(self.folder)
        ready = {role: self._started(role) for role in ROLES}
        up = {"base_url": self.base_url, **self.described(), "ready": ready, "containers": self.facts()}
        self._recorder.record(Statement(title=f"Stack {self.spec.name} is up in containers", detail=up))
        return self.processes("start")

    def stop(self) -> None:
        """Ends and removes worker and API; how they were at that moment is recorded first. Stopping twice is fine."""
        if self.containers:
            self.processes("end")
        self._end_all()

    def restart(self, phase: str = "restart") -> RestartSeen:
        """Ends both and starts the same containers again, on the same state. Raises as `start`."""
        before = self._recorded(f"before {phase}")
        for role in reversed(ROLES):
            self.containers[role].stop(self.spec.timeout_stop)
        for role in ROLES:
            self._started(role)
        return RestartSeen(before=before, after=self._recorded(f"after {phase}"))

    def revive(self) -> tuple[ProcessSeen, ...]:
        """Starts again what ended. Out: what was started, recorded. Raises as `start`."""
        roles = [role for role in ROLES if role in self.containers and not self.containers[role].is_alive]
        self.check_alive()
        for role in roles:
            self._started(role)
        return tuple(self._recorder.record(self.containers[role].seen("after revival")) for role in roles)

    def strangers(self) -> tuple[ProcessSeen, ...]:
        """Processes in the containers that were not there when they had been started."""
        pids = {pid: role for role, found in self.containers.items() for pid in found.family() if pid not in self._at_start}
        seen = (process_table.look(role, pid, "came unasked") for pid, role in pids.items())
        return tuple(self._recorder.record(stranger) for stranger in seen if stranger.alive)

    def first_logs(self) -> tuple[LogWindow, ...]:
        """Both logs from their start, recorded."""
        return self._windows({role: Place() for role in self.containers}, "{0} log from its start")

    def run_on(self, library: Path | None) -> bool:  # noqa: ARG002  (it can't be altered)
        """Nothing: its library was given at its start."""
        return False

    @property
    def _parts(self) -> dict[Role, SSContainer]:
        return self.containers

    def _started(self, role: Role) -> str:
        ready = super()._started(role)
        self.alive_since(role)
        return ready

    def _launch(self, role: Role, port: int) -> SSContainer:
        found = self.containers.get(role)
        if found is None or found.is_gone:
            found = self.containers[role] = self._created(role, port)
        try:
            found.start()
        except EngineRefused as error:
            advice = "The engine could not execute the command: is the image the right one, and is its entry in it?"
            raise StackDidNotStart(f"SS's {role}", found.command, [self._mask(str(error))], advice) from error
        return found

    def _created(self, role: Role, port: int) -> SSContainer:
        spec = self.spec
        command = spec.filled(spec.api_command if role == "api" else spec.worker_command, HOST, port)
        with explained(f"a container for SS's {role} was to be made"), patient(self._engine.client):
            made = self._engine.client.containers.create(
                spec.image,
                list(command[1:]),
                entrypoint=[command[0]],
                name=f"ss-audit-{spec.name}-{role}-{secrets.token_hex(4)}",
                labels={LABEL: spec.run},
                environment=self._env,
                user=spec.user,
                volumes=spec.binds,
                network_mode="host",
                log_config=LogConfig(type=LogConfig.types.JSON),
            )
        return SSContainer(role, made)

    def _withdraw(self, part: SSContainer) -> None:
        part.stop(self.spec.timeout_stop)
        part.remove()

    def _tail(self, part: SSContainer) -> tuple[str, ...]:
        return part.log.tail(part.log_begin)

    def _as_seen(self, part: SSContainer, phase: str) -> ProcessSeen:
        return part.seen(phase)

    def facts(self) -> Mapping[str, Any]:
        """Everything that the engine tells of both, secrets masked."""
        return {role: container.facts() for role, container in self.containers.items()}
