"""An SS of our own in containers: API and worker from one image, started, watched, restarted and removed."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docker.types import LogConfig

from ss_audit.evidence.model import LogWindow, ProcessSeen, Recorder, Statement
from ss_audit.stack.disk import require_free
from ss_audit.stack.docker.container import SSContainer
from ss_audit.stack.docker.engine import Engine, EngineRefused, explained
from ss_audit.stack.docker.logs import Place
from ss_audit.stack.docker.spec import ContainerSpec
from ss_audit.stack.docker.sweep import LABEL
from ss_audit.stack.docker.watch import Watch
from ss_audit.stack.environment import child_environment
from ss_audit.stack.errors import NotReady, PortTaken, ProcessDied, StackDidNotStart, StackError, ending
from ss_audit.stack.hints import hint
from ss_audit.stack.interface import ROLES, Connection, RestartSeen, Role
from ss_audit.stack.local import HOST, PORT_TRIES, SHOWN_WIDTH
from ss_audit.stack.ports import free_port
from ss_audit.stack.readiness import LIVENESS_PATH, wait_for_api, wait_for_worker
from ss_audit.witness import process_table


class ContainerStack(Watch):
    """One running SS in containers that share this machine's network, so that both sides reach each other over loopback.

    In: what to start; the engine; where evidence goes; a folder of its own; `mask` for whatever is shown in an error.
    """

    def __init__(
        self, spec: ContainerSpec, engine: Engine, recorder: Recorder, folder: Path, *, mask: Callable[[str], str] = str
    ) -> None:
        super().__init__(recorder)
        self.spec, self.folder = spec, folder.absolute()
        self._engine, self._mask = engine, mask
        self._env = child_environment(spec.env, {})
        self._at_start: set[int] = set()
        self._port: int | None = None

    @property
    def base_url(self) -> str:
        """Where the API answers. Raises `StackError` before the first start."""
        if self._port is None:
            raise StackError(f"stack {self.spec.name} was never started: start() comes first")
        return f"http://{HOST}:{self._port}"

    @property
    def connection(self) -> Connection:
        """Plain HTTP over loopback."""
        return Connection()

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
        self._remove_all()

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

    def run_on(self, library: Path | None) -> None:
        """Nothing: its library was given at its start."""

    def _started(self, role: Role) -> str:
        try:
            ready = self._start_api() if role == "api" else self._start_worker()
        except BaseException:
            self._remove_all()
            raise
        self.alive_since(role)
        self._at_start.update(self.containers[role].family())
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
                self.containers.pop("api").remove()
                self._port = None
            else:
                return f"answered {status} to {LIVENESS_PATH} on port {port}, which it holds"
        raise PortTaken(port, PORT_TRIES)

    def _start_worker(self) -> str:
        worker = self._launch("worker", self._port or 0)
        with self._explained(worker):
            return wait_for_worker(worker, self.spec.timeout_startup)

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
        with explained(f"a container for SS's {role} was to be made"):
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

    @contextmanager
    def _explained(self, container: SSContainer) -> Iterator[None]:
        """Turns the failed wait for a container into an error with its last words, which are recorded too."""
        try:
            yield
        except ProcessDied as error:
            seen, tail = self._last_words(container, "ended before it was ready")
            advice = hint(tail, ending(error.exit_status))
            raise StackDidNotStart(f"SS's {container.role}", container.command, tail, advice, seen) from error
        except NotReady as error:
            _, tail = self._last_words(container, "not ready in time")
            raise NotReady(error.waited_seconds, error.for_what, container.command, tail) from error

    def _last_words(self, container: SSContainer, title: str) -> tuple[ProcessSeen, tuple[str, ...]]:
        tail = container.log.tail(container.log_begin)
        seen = self._recorder.record(container.seen(title))
        window = LogWindow(title=f"{container.role} {title}: its last words", process=container.role, lines=tail)
        self._recorder.record(window)
        return seen, tuple(self._mask(line)[:SHOWN_WIDTH] for line in tail)

    def _remove_all(self) -> None:
        """Worker first: an API that is gone would look to it like a fault."""
        failures: list[StackError] = []
        for role in reversed(ROLES):
            if container := self.containers.pop(role, None):
                try:
                    container.stop(self.spec.timeout_stop)
                    container.remove()
                except StackError as error:
                    failures.append(error)
        if failures:
            raise failures[0]

    def facts(self) -> Mapping[str, Any]:
        """Everything that the engine tells of both, secrets masked."""
        return {role: container.facts() for role, container in self.containers.items()}
