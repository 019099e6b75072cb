"""Real processes: a keeper that must find nothing left, a recorder that keeps what it gets, and a small stack."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ss_audit.evidence.model import E, Evidence
from ss_audit.stack.local import LocalStack
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.spec import StackSpec

from . import programs

StackMaker = Callable[..., LocalStack]


class Records:
    """A recorder that writes nothing: entries get their number as id."""

    def __init__(self) -> None:
        self.entries: list[Evidence] = []

    def record(self, entry: E) -> E:
        kept = entry.model_copy(update={"id": f"e{len(self.entries) + 1}"})
        self.entries.append(kept)
        return kept


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    kept = Keeper()
    yield kept
    assert kept.close() == (), "the test left a process behind"


@pytest.fixture
def stack_of(tmp_path: Path, records: Records, keeper: Keeper) -> Iterator[StackMaker]:
    made: list[LocalStack] = []

    def make(
        api: str = programs.API, worker: str = programs.WORKER, mask: Callable[[str], str] = str, **settings: object
    ) -> LocalStack:
        folder = tmp_path / f"stack-{len(made)}"
        values = {"env": {}, "timeout_startup": 10.0, "timeout_stop": 3.0} | settings
        spec = StackSpec.model_validate(
            {
                "name": "small",
                "api_command": ("{python}", "-c", api, "{host}", "{port}"),
                "worker_command": ("{python}", "-c", worker),
                "python": sys.executable,
                "cwd": folder / "cwd",
                **values,
            }
        )
        made.append(LocalStack(spec, records, keeper, folder, mask=mask))
        return made[-1]

    yield make
    for stack in made:
        stack.stop()
