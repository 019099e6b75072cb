"""Logs of containers that the engine does not keep: by the operator's command, else not at all; and containers made anew."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ss_audit.settings import Settings
from ss_audit.stack.docker import found
from ss_audit.stack.docker.attached import AttachedContainers
from ss_audit.stack.docker.container import SSContainer
from ss_audit.stack.docker.kept_logs import KeptLogs, why_not_kept
from ss_audit.stack.docker.watch import Watch
from ss_audit.stack.interface import Role
from ss_audit.stack.remote.operators_logs import OperatorsLogs

from .fakes import FakeContainer, FakeEngine


class FakeOperator:
    """Whose commands show what stands in a file of that name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, _: str, template: str, **__: Any) -> tuple[None, bytes]:
        return None, (self.folder / template).read_bytes()


def unkept(role: Role) -> FakeContainer:
    container = FakeContainer(f"ss-{role}", role)
    container.keeps_log = False
    return container


@pytest.fixture
def logs(tmp_path: Path) -> KeptLogs:
    """The engine keeps neither log; the operator shows the worker's."""
    roles: tuple[Role, Role] = ("api", "worker")
    containers = {role: SSContainer(role, unkept(role)) for role in roles}  # type: ignore[arg-type]
    settings = Settings(worker_log_command="worker.log")
    (tmp_path / "worker.log").write_text("before\n")
    return KeptLogs(containers, OperatorsLogs(settings, FakeOperator(tmp_path)))  # type: ignore[arg-type]


def test_the_operators_command_shows_what_the_engine_does_not_keep(logs: KeptLogs, tmp_path: Path) -> None:
    marks = logs.marks()
    assert set(marks) == {"worker"}
    with (tmp_path / "worker.log").open("a") as log:
        log.write("new\n")
    assert logs.since("worker", marks["worker"]) == ("new",)
    assert logs.of_its_start("worker") == ("before", "new")


def test_what_nothing_shows_is_told_and_no_error(logs: KeptLogs) -> None:
    assert logs.of_its_start("api") is None
    assert list(logs.unseen()) == ["api"]
    assert "give api_log_command" in logs.unseen()["api"]


def test_a_log_that_the_engine_keeps_is_read_from_it() -> None:
    container = SSContainer("worker", FakeContainer())  # type: ignore[arg-type]
    assert why_not_kept(container) is None


def test_a_container_without_a_log_starts_and_says_nothing() -> None:
    fake = unkept("worker")
    fake.start = lambda: None  # type: ignore[attr-defined]
    fake.client = None  # type: ignore[attr-defined]
    container = SSContainer("worker", fake)  # type: ignore[arg-type]
    container.start()
    assert container.said() == ()


def test_a_container_that_was_made_anew_has_the_role_of_the_old(monkeypatch: pytest.MonkeyPatch) -> None:
    old, api = FakeContainer("w1", "worker"), FakeContainer()
    new = FakeContainer("w2", "worker", StartedAt="2026-01-31T09:00:00Z")
    there = [api, old]
    monkeypatch.setattr("ss_audit.stack.docker.attached.wait_for_worker", lambda *_: "logged its start")
    named: dict[Role, str | None] = {"api": None, "worker": None}
    stack = AttachedContainers.__new__(AttachedContainers)
    Watch.__init__(stack, SimpleNamespace(record=lambda seen: seen))  # type: ignore[arg-type]
    stack._look_up = lambda: found.containers(FakeEngine(*there), "p", named)  # type: ignore[arg-type]
    stack._settings = Settings(timeout_startup=5)
    stack._wait = lambda: None  # type: ignore[method-assign]
    stack.containers = stack._look_up()
    stack.alive_since("api")
    stack.alive_since("worker")
    old.gone = True
    there[1:] = [new]
    (revived,) = stack.revive()
    assert (revived.role, revived.alive, revived.where) == ("worker", True, "container w2, id-of-w2")
