"""Runs that many tests look at: each is carried out once, when the first test asks for it."""

import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from .running import ROOT, Command, Ended, run, start

NAMES = tuple(
    name
    for file in sorted(ROOT.glob("features/*.feature"))
    for tags, name in re.findall(r"^ +(@.+)\n +Scenario: (.+)$", file.read_text(), re.M)
    if "@if_" not in tags
)
"""What is planned without any setting."""
PROJECT = ("environment.py", "features", "openspec", "pyproject.toml", "rehearsal", "ss_audit", "steps")
Starter = Callable[..., Command]
Runner = Callable[..., Ended]


@pytest.fixture(scope="session")
def whole(rehearsal: Ended) -> Ended:
    """The whole rehearsal, as `make audit` carries it out."""
    return rehearsal


@pytest.fixture(scope="session")
def two_at_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, Ended]:
    """Two whole audits by `behave` at the same time, into the same reports folder."""
    place = tmp_path_factory.mktemp("two")
    reports = place / "reports"
    first, second = (start(place / name, "behave", reports=reports) for name in ("first", "second"))
    return first.end(), second.end()


@pytest.fixture(scope="session")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Ended]]]:
    """Each scenario run alone, by name: two at a time, started in the order of the plan."""
    place = tmp_path_factory.mktemp("alone")
    with ThreadPoolExecutor(2) as pool:
        yield {name: pool.submit(run, place / str(i), "behave", "-n", f"^{re.escape(name)}$") for i, name in enumerate(NAMES)}


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


@pytest.fixture
def carry_out(begin: Starter) -> Runner:
    """Starts a command in a place of the test's own and waits for its end."""

    def make(*command: str, **more: object) -> Ended:
        return begin(*command, **more).end()

    return make


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project that a test may break; use it with PYTHONPATH and as the folder to start in."""
    copy = tmp_path / "project"
    copy.mkdir()
    for name in PROJECT:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, copy / name)
    return copy
