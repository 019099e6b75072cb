"""The tree of a run's processes, where a process ends while it is looked at."""

import subprocess
from pathlib import Path

import pytest

from ss_audit.witness.stata_shim import process_tree
from ss_audit.witness.stata_shim.process_look import Look
from ss_audit.witness.stata_shim.process_tree import ProcessTree
from witness.desk import LINUX_ONLY, PYTHON


@LINUX_ONLY
def test_command_that_ends_while_it_is_looked_at_is_known_by_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name was read, its program could not be opened any more: a record without a digest would speak against SS."""
    command = [PYTHON, "-c", "pass"]
    process = subprocess.Popen(command)
    look = Look(process.pid, 1, "7", 0.0, PYTHON, tuple(command))
    process.wait()
    monkeypatch.setattr(process_tree, "below", lambda root: [look._replace(pid=root), look])
    tree = ProcessTree(1, None)
    tree.sample()
    assert tree.leaf() is None
    tree.assume(process.pid, PYTHON, command)
    leaf = tree.leaf()
    assert leaf is not None
    assert leaf.program is not None
    assert leaf.program.size == Path(PYTHON).stat().st_size
