"""No engine, one that may not be used, one that hangs; containers that are killed, and an audit that is."""

import os
import shlex
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient
from whole_audit.running import PROGRAMS, Command, Ended, waited_for

from ss_audit.stack.docker.engine import ANSWER_TIMEOUT, Engine, EngineUnreachable

from .conftest import DOCKER, Starter, ours, timed

pytestmark = [pytest.mark.once, pytest.mark.timeout(200)]
DEAD = "SS stays up while it is audited"
QUICKLY = 60.0
UNPRIVILEGED = ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")


def evidence_of(phase: str, role: str) -> Any:
    return lambda e: (
        e["type"] == "evidence" and e["kind"] == "process" and (e["data"]["phase"], e["data"]["role"]) == (phase, role)
    )


def container_of(command: Command, engine: DockerClient, phase: str, role: str) -> Any:
    """The container that was in that phase, as the engine has it now."""
    event = command.wait_for_event(evidence_of(phase, role))
    name = event["data"]["title"].split("container ")[1].split(",")[0]
    return engine.containers.get(name)


def assert_nobody_could_look(run: Ended, seconds: float) -> None:
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "environment"), run.said
    assert "Traceback" not in run.said
    assert (run.left_running, run.left_lying) == ((), ())
    assert seconds < QUICKLY


def test_no_engine(begin: Starter, tmp_path: Path) -> None:
    nowhere = {"DOCKER_HOST": f"unix://{tmp_path}/nobody.sock"}
    run, seconds = timed(begin("behave", settings={**DOCKER, "docker_image": "any"}, environment=nowhere))
    assert_nobody_could_look(run, seconds)
    assert "no engine listens there: start it" in run.said.split("VERDICT:", 1)[0]


@pytest.fixture
def forbidden(tmp_path: Path) -> Iterator[str]:
    """A socket that nobody may connect to, but for who may everything."""
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        path.chmod(0)
        yield f"unix://{path}"


def test_an_engine_that_may_not_be_used(begin: Starter, forbidden: str) -> None:
    without = UNPRIVILEGED if os.geteuid() == 0 else ()
    behave = (*without, str(PROGRAMS / "behave"))
    command = begin(*behave, settings={**DOCKER, "docker_image": "any"}, environment={"DOCKER_HOST": forbidden})
    run, seconds = timed(command)
    assert_nobody_could_look(run, seconds)
    assert "you are not permitted to use it" in run.said.split("VERDICT:", 1)[0]


def test_an_engine_that_hangs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "engine.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
        server.listen()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        monkeypatch.setattr("ss_audit.stack.docker.engine.ANSWER_TIMEOUT", 1.0)
        with pytest.raises(EngineUnreachable, match="nothing answered within"):
            Engine()
    assert ANSWER_TIMEOUT <= 10.0


@pytest.mark.usefixtures("leaves_nothing")
def test_a_container_that_is_killed_in_mid_run(begin: Starter, image: str, engine: DockerClient) -> None:
    command = begin("behave", "--tags=@started,@redeem", settings={**DOCKER, "docker_image": image})
    container_of(command, engine, "start", "api").kill()
    run = command.end()
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "environment"), run.said
    assert run.outcomes[DEAD] == "error"
    assert "fail" not in run.outcomes.values(), "a death from outside is not SS's fault"
    assert "killed by signal 9" in " ".join(run.said.split())


@pytest.mark.usefixtures("leaves_nothing")
def test_a_container_that_ends_again_after_its_restart(begin: Starter, image: str, engine: DockerClient) -> None:
    command = begin("behave", "--tags=@started,@redeem", settings={**DOCKER, "docker_image": image})
    container_of(command, engine, "start", "worker").kill()
    container_of(command, engine, "after revival", "worker").kill()
    run = command.end()
    assert (run.code, run.outcomes[DEAD]) == (1, "fail"), run.said


@pytest.mark.usefixtures("leaves_nothing")
def test_a_container_that_can_be_started_only_once(begin: Starter, image: str, engine: DockerClient) -> None:
    program = (
        "import os, pathlib, runpy, sys; once = pathlib.Path(os.environ['SS_JOBS_DIR']).with_name('once'); "
        "sys.exit(3) if once.exists() else once.touch(); sys.argv[1:] = ['worker']; "
        "runpy.run_module('rehearsal.reference_ss', run_name='__main__')"
    )
    settings = {**DOCKER, "docker_image": image, "worker_command": f"{{python}} -c {shlex.quote(program)}"}
    command = begin("behave", "--tags=@started,@redeem", settings=settings)
    container_of(command, engine, "start", "worker").kill()
    run = command.end()
    assert (run.code, run.outcomes[DEAD]) == (1, "fail"), run.said


@pytest.mark.usefixtures("leaves_nothing")
def test_a_container_that_is_removed_in_mid_run(begin: Starter, image: str, engine: DockerClient) -> None:
    command = begin("behave", "--tags=@started,@redeem", settings={**DOCKER, "docker_image": image})
    container_of(command, engine, "start", "api").remove(force=True)
    run = command.end()
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "environment"), run.said
    assert run.outcomes[DEAD] == "error"


@pytest.mark.usefixtures("leaves_nothing")
def test_a_command_that_does_not_start_tells_its_last_words(begin: Starter, image: str) -> None:
    settings = {**DOCKER, "docker_image": image, "worker_command": "{python} -c 'raise SystemExit(\"no licence here\")'"}
    run = begin("behave", "--tags=@redeem", settings=settings).end()
    assert (run.code, run.verdict["blame"]) == (2, "environment"), run.said
    assert "no licence here" in run.said
    assert "worker did not start" in run.said


@pytest.mark.parametrize("source", ["/no/such/place", "nosuchvolume"])
@pytest.mark.usefixtures("leaves_nothing")
def test_a_mount_that_is_not_there_is_not_made(begin: Starter, image: str, source: str) -> None:
    settings = {**DOCKER, "docker_image": image, "docker_volumes": f"{source}:/opt/stata:ro"}
    run = begin("behave", "--tags=@redeem", settings=settings).end()
    assert (run.code, run.verdict["blame"]) == (2, "operator")
    assert f"docker_volumes names {source}, which is neither" in run.said


@pytest.mark.usefixtures("leaves_nothing")
def test_an_audit_that_is_killed_leaves_no_container(begin: Starter, image: str, engine: DockerClient) -> None:
    command = begin("behave", settings={**DOCKER, "docker_image": image})
    command.wait_for_event(evidence_of("start", "worker"))
    assert ours(engine)
    command.process.send_signal(signal.SIGKILL)
    waited_for(lambda: not ours(engine) or None, 30.0)
    run = command.end()
    assert (run.left_running, run.left_lying) == ((), ())


@pytest.mark.usefixtures("leaves_nothing")
def test_an_audit_that_is_killed_while_a_container_is_made(begin: Starter, image: str, engine: DockerClient) -> None:
    command = begin("behave", settings={**DOCKER, "docker_image": image})
    waited_for(lambda: ours(engine) or None, 60.0)
    command.process.send_signal(signal.SIGKILL)
    waited_for(lambda: not ours(engine) or None, 40.0)
    assert command.end().left_running == ()
