"""What is read of a container: its log, its state, its role and its address. No engine is needed."""

from types import SimpleNamespace
from typing import Any

import pytest

from ss_audit.doctor.containers import of_containers, of_logs
from ss_audit.doctor.model import ContainersSeen
from ss_audit.evidence.model import LogWindow
from ss_audit.settings import Settings, contradictions
from ss_audit.stack.docker import found
from ss_audit.stack.docker.attached import AttachedContainers
from ss_audit.stack.docker.container import SSContainer
from ss_audit.stack.docker.engine import NotUsable
from ss_audit.stack.docker.kept_logs import KeptLogs
from ss_audit.stack.docker.logs import ContainerLog, Place
from ss_audit.stack.docker.watch import Watch
from ss_audit.stack.logs import LOST
from ss_audit.stack.remote.operators_logs import OperatorsLogs

from .fakes import FakeContainer, FakeEngine


def log_of(container: FakeContainer) -> ContainerLog:
    return ContainerLog(lambda: container)  # type: ignore[arg-type, return-value]


def seen(container: FakeContainer) -> SSContainer:
    return SSContainer("worker", container)  # type: ignore[arg-type]


def test_a_window_holds_what_came_since_the_mark() -> None:
    container = FakeContainer()
    log = log_of(container)
    container.write(1, "before")
    container.write(2, "before, too")
    mark = log.mark()
    assert log.since(mark) == ()
    container.write(2, "in the same second")
    container.write(3, "")
    container.write(3, "with a  blank")
    assert log.since(mark) == ("in the same second", "", "with a  blank")
    assert log.since(Place()) == ("before", "before, too", "in the same second", "", "with a  blank")
    assert log.tail(mark, 1) == ("with a  blank",)


def test_equal_lines_are_told_apart_by_their_time() -> None:
    container = FakeContainer()
    container.write(1, "again")
    mark = log_of(container).mark()
    container.write(2, "again")
    assert log_of(container).since(mark) == ("again",)


def test_a_log_that_was_rotated_or_replaced_says_so() -> None:
    container = FakeContainer()
    container.write(1, "old")
    mark = log_of(container).mark()
    container.lines.clear()
    container.write(9, "new")
    assert log_of(container).since(mark) == (LOST, "new")


def test_of_what_came_before_the_audit_only_the_lines_of_the_start_are_taken() -> None:
    worker = FakeContainer("ss-worker", "worker", StartedAt="2026-01-31T08:15:10.5Z")
    for second, text in ((5, "SS_WORKER_STARTUP of the time before"), (10, "SS_WORKER_STARTUP"), (20, "a job of others")):
        worker.write(second, text)
    kept: list[LogWindow] = []
    stack = AttachedContainers.__new__(AttachedContainers)
    Watch.__init__(stack, SimpleNamespace(record=lambda window: kept.append(window) or window))  # type: ignore[arg-type,func-returns-value]
    stack.containers = {"api": SSContainer("api", FakeContainer()), "worker": SSContainer("worker", worker)}  # type: ignore[arg-type]
    stack._logs = KeptLogs(stack.containers, OperatorsLogs(Settings(), None))  # type: ignore[arg-type]
    windows = stack.first_logs()
    assert [(window.process, window.lines) for window in windows] == [("api", ()), ("worker", ("SS_WORKER_STARTUP",))]
    assert kept == list(windows)


def test_a_log_of_a_container_that_was_removed_is_lost() -> None:
    container = FakeContainer()
    container.write(1, "old")
    mark = log_of(container).mark()
    container.gone = True
    assert log_of(container).since(mark) == (LOST,)


def test_a_container_is_seen_with_its_command_and_without_its_secrets() -> None:
    process = seen(FakeContainer()).seen("start")
    assert process.command == ("python", "-m", "src.worker")
    assert process.env == {"LANG": "C", "SS_LLM_API_KEY": "***"}
    assert (process.pid, process.alive, process.exit_status) == (4711, True, None)
    assert process.where == "container ss-api, id-of-ss-api"[:35]
    assert process.started_at == pytest.approx(1769847300.123456)


@pytest.mark.parametrize(("code", "status", "told"), [(3, 3, "exit status 3"), (137, -9, "killed by signal 9")])
def test_a_container_that_ended_keeps_its_pid_and_tells_how(code: int, status: int, told: str) -> None:
    container = FakeContainer()
    watched = seen(container)
    container.attrs["State"] |= {"Running": False, "Pid": 0, "ExitCode": code}
    process = watched.seen("look")
    assert (process.pid, process.alive, process.exit_status) == (4711, False, status)
    assert told in process.title


def test_running_out_of_memory_is_told() -> None:
    container = FakeContainer(Running=False, ExitCode=137, OOMKilled=True)
    assert "out of memory" in seen(container).seen("look").title


def test_a_container_that_was_removed_is_dead_and_no_error() -> None:
    container = FakeContainer()
    watched = seen(container)
    container.gone = True
    assert not watched.is_alive
    assert watched.is_gone
    assert watched.seen("look").exit_status is None


def roles(*containers: FakeContainer, project: str | None = "p", **named: str | None) -> dict[Any, str]:
    return {
        role: one.name
        for role, one in found.containers(FakeEngine(*containers), project, {"api": None, "worker": None, **named}).items()  # type: ignore[arg-type, dict-item]
    }


def test_services_are_known_by_their_names() -> None:
    there = [FakeContainer("p_ss-api_1", "ss-api"), FakeContainer("p_Worker_1", "Worker"), FakeContainer("p_db_1", "db")]
    assert roles(*there) == {"api": "p_ss-api_1", "worker": "p_Worker_1"}


def test_services_and_containers_can_be_named() -> None:
    there = [FakeContainer("web", "web"), FakeContainer("queue", "queue")]
    assert roles(*there, api="web", worker="queue") == {"api": "web", "worker": "queue"}
    assert roles(*there, project=None, api="web", worker="queue") == {"api": "web", "worker": "queue"}


def test_what_is_not_clear_has_to_be_named() -> None:
    there = [FakeContainer("a1", "api"), FakeContainer("w1", "worker"), FakeContainer("w2", "worker")]
    with pytest.raises(NotUsable, match=r"SS's worker is not clear \(2 containers fit; .*\): name it with worker_container"):
        roles(*there)
    with pytest.raises(NotUsable, match="no service is named so"):
        roles(FakeContainer("web", "web"), FakeContainer("w", "worker"))


def published(*ports: tuple[str, str]) -> FakeContainer:
    container = FakeContainer()
    bound = {f"{port}/tcp": [{"HostIp": host, "HostPort": port}] for host, port in ports}
    container.attrs["NetworkSettings"]["Ports"] = {**bound, "9000/tcp": None}
    return container


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:8000"), ("127.0.0.1", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000")],
)
def test_the_published_port_is_where_ss_answers(host: str, url: str) -> None:
    container = published((host, "8000"))
    assert found.base_url(FakeEngine(), seen(container)) == url  # type: ignore[arg-type]


def test_without_one_published_port_it_has_to_be_said() -> None:
    with pytest.raises(NotUsable, match="publishes no port: say where SS's API answers"):
        found.base_url(FakeEngine(), seen(FakeContainer()))  # type: ignore[arg-type]
    with pytest.raises(NotUsable, match="has several ports"):
        found.base_url(FakeEngine(), seen(published(("127.0.0.1", "8000"), ("127.0.0.1", "8001"))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({}, "stack=docker needs docker_image"),
        ({"docker_image": "ss", "compose_project": "p"}, "say one of them"),
        ({"api_container": "a"}, "worker_container is not named"),
        ({"compose_project": "p", "docker_volumes": "a:/b"}, "docker_volumes are for docker_image"),
        ({"docker_image": "ss", "docker_volumes": "a:/b,relative"}, "docker_volumes has 'relative'"),
        ({"compose_project": "p", "library_swap_command": "swap"}, "library_swap_command needs {library}"),
        ({"compose_project": "p", "tunnel_command": "ssh -N host"}, "tunnel_command is for stack=remote"),
        ({"compose_project": "p", "proxy": "socks5://proxy:1080"}, "not one of socks5; for SOCKS use a tunnel_command"),
        ({"compose_project": "p", "profile": "production"}, "production needs task_codes"),
    ],
)
def test_settings_that_cannot_be_meant(settings: dict[str, str], problem: str) -> None:
    assert any(problem in said for said in contradictions(Settings(stack="docker", **settings)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "settings",
    [
        {"docker_image": "ss", "docker_volumes": "/usr/local/stata18:/usr/local/stata18:ro,data:/data"},
        {"compose_project": "p", "docker_may_restart": "true"},
        {"api_container": "a", "worker_container": "w"},
    ],
)
def test_settings_that_can_be_meant(settings: dict[str, str]) -> None:
    assert contradictions(Settings(stack="docker", **settings)) == []  # type: ignore[arg-type]


def test_the_doctor_knows_an_image_that_stands_in() -> None:
    image = ContainersSeen(engine="unix:///e", detail="image ss, sha256:1", stands_in="reference SS")
    assert (of_containers(image, production=False).state, of_containers(image, production=True).state) == ("note", "missing")
    assert of_containers(image.model_copy(update={"stands_in": None}), production=True).state == "ok"
    assert of_containers(image.model_copy(update={"problem": "no engine"}), production=False).state == "missing"


def test_a_log_that_neither_engine_nor_operator_shows_is_told_before() -> None:
    seen = ContainersSeen(engine="unix:///e", unseen_logs=(("api", "no log of a: give x"), ("worker", "no log of w: give y")))
    api, worker = of_logs(seen)
    assert (api.state, api.detail, api.remedy) == ("note", "no log of a", "give x")
    assert (worker.state, "is known how” can't be evidenced: no log of w" in worker.detail) == ("missing", True)
    assert list(of_logs(seen.model_copy(update={"unseen_logs": ()}))) == []
