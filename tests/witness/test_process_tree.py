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


@pytest.mark.parametrize(
    ("first", "program"), [("#!/bin/sh", "/bin/sh"), ("#! /bin/sh -e", "/bin/sh"), ("#!/usr/bin/env sh", "/usr/bin/env")]
)
def test_of_a_script_that_ended_before_anybody_looked_its_interpreter_ran(tmp_path: Path, first: str, program: str) -> None:
    script = tmp_path / "stata-mp"
    script.write_text(f"{first}\nexit 0\n")
    tree = ProcessTree(1, None)
    tree.assume(77, str(script), [str(script), "-b", "do", "stata.do"])
    leaf = tree.leaf()
    assert leaf is not None
    assert leaf.look.executable == str(Path(program).resolve())
