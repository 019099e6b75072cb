"""What the operator's commands need to be run: an archive that can be read back, and a keeper."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.redaction import Redactor
from ss_audit.stack.operator_command import Operator
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.to_undo import ToUndo


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    made = Archive(tmp_path / "data", Redactor())
    yield made
    made.close()


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    with Keeper() as running:
        yield running


@pytest.fixture
def operator(archive: Archive, keeper: Keeper, tmp_path: Path) -> Operator:
    return Operator(archive, keeper, 20.0, tmp_path / "scratch")


@pytest.fixture
def to_undo(keeper: Keeper, tmp_path: Path) -> ToUndo:
    return ToUndo(keeper, tmp_path / "scratch", tmp_path, 20.0)
