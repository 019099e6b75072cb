"""An engine that is there, the image of the reference SS built on it, and what may not be left behind on it."""

import contextlib
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest
import requests
from docker import DockerClient
from docker.errors import DockerException
from whole_audit.running import ROOT, Command, Ended, run, start, waited_for

TAG = f"reference-ss:tests-{os.getpid()}"
COMPOSE = ROOT / "containers" / "compose.yaml"
Starter = Callable[..., Command]
DOCKER = {"stack": "docker"}


@pytest.fixture(scope="session")
def engine() -> Iterator[DockerClient]:
    """The engine that DOCKER_HOST names."""
    try:
        client = docker.from_env(timeout=60)
        client.ping()
    except (DockerException, requests.RequestException, OSError) as error:
        pytest.skip(f"no container engine answers here: {str(error)[:200]}")
    yield client
    client.close()


@pytest.fixture(scope="session")
def image(engine: DockerClient) -> Iterator[str]:
    """The image of the reference SS, as `containers/build.py` makes it."""
    built = subprocess.run([sys.executable, str(ROOT / "containers" / "build.py"), TAG], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    yield TAG
    engine.images.remove(TAG, force=True)


def there(engine: DockerClient) -> set[str]:
    """All containers, volumes and networks of the engine."""
    containers = {f"container {c.name} started {c.attrs['State']['StartedAt']}" for c in engine.containers.list(all=True)}
    return (
        containers | {f"volume {v.name}" for v in engine.volumes.list()} | {f"network {n.name}" for n in engine.networks.list()}
    )


def ours(engine: DockerClient) -> list[str]:
    """The containers that an audit made."""
    return [str(c.name) for c in engine.containers.list(all=True, filters={"label": "ss-audit.run"}, ignore_removed=True)]


@pytest.fixture
def leaves_nothing(engine: DockerClient) -> Iterator[None]:
    """Fails a test after which the engine has other containers, volumes or networks than before."""
    before = there(engine)
    yield
    waited_for(lambda: there(engine) == before or None, 30.0, otherwise=None)
    assert there(engine) == before


@pytest.fixture(scope="session")
def started(image: str, engine: DockerClient, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, set[str]]:
    """The whole rehearsal in containers of the audit's own, and what was on the engine afterwards but not before."""
    before = there(engine)
    ended = run(tmp_path_factory.mktemp("started"), "ss-audit", "rehearse", settings={**DOCKER, "docker_image": image})
    return ended, there(engine) - before


@dataclass(frozen=True)
class Project:
    """A compose project that somebody runs."""

    name: str
    port: int

    def means(self) -> dict[str, str]:
        """Everything that its operator can do for an audit, as settings."""
        act = shlex.join([sys.executable, str(Path(__file__).with_name("operating.py")), self.name])
        return {
            **DOCKER,
            "compose_project": self.name,
            "docker_may_restart": "true",
            "library_swap_command": f"{act} swap {{library}}",
            "package_install_command": f"{act} install {{ado_file}}",
            "package_remove_command": f"{act} remove {{package}}",
        }


@pytest.fixture(scope="session")
def project(image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The compose file of the rehearsal, up."""
    place = tmp_path_factory.mktemp("compose")
    with contextlib.ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        ports = [one.getsockname()[1] for one in held]
    environment = {**os.environ, "IMAGE": image, "SS_PORT": str(ports[0]), "LLM_PORT": str(ports[1])}
    made = Project(f"rehearsal{os.getpid()}", ports[0])

    def compose(*words: str) -> None:
        program = "docker-compose"
        subprocess.run([program, "-f", str(COMPOSE), "-p", made.name, *words], env=environment, cwd=place, check=True)

    try:
        compose("up", "-d")
    except FileNotFoundError:
        pytest.skip("docker-compose is not installed here")
    yield made
    compose("down", "-v", "--timeout", "3")


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Starter]:
    """Starts a command in a place of the test's own. What a failed test leaves running is ended."""
    begun: list[Command] = []

    def make(*command: str, **more: object) -> Command:
        begun.append(start(tmp_path / f"run-{len(begun)}", *command, **more))  # type: ignore[arg-type]
        return begun[-1]

    yield make
    for command in begun:
        for process in [*command.running(), *([command.process] if command.process.poll() is None else [])]:
            process.kill()


def timed(command: Command) -> tuple[Ended, float]:
    """A command's end, and the seconds until then."""
    began = time.monotonic()
    return command.end(), time.monotonic() - began
