"""What the shim says of the file behind a process, whatever the file is called."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from ss_audit.witness.stata_shim import program
from ss_audit.witness.stata_shim.program import Program
from witness.desk import LINUX_ONLY, PYTHON, Desk


def test_copy_of_an_interpreter_is_known_for_what_it_is(tmp_path: Path) -> None:
    copied = Path(shutil.copy(PYTHON, tmp_path / "stata-mp"))
    assert os.path.realpath(Program(str(copied)).same_as() or "") == PYTHON
    shell = Path(shutil.copy(os.path.realpath("/bin/sh"), tmp_path / "stata-se"))
    assert Path(Program(str(shell)).same_as() or "").read_bytes() == shell.read_bytes()


def test_altered_copy_is_known_by_its_entry_point(tmp_path: Path) -> None:
    altered = tmp_path / "stata-mp"
    altered.write_bytes(Path(PYTHON).read_bytes() + b"\0")
    found = Program(str(altered))
    assert (found.same_as(), found.entry_points()) == (None, ("Python",))


def test_other_program_is_neither(tmp_path: Path) -> None:
    other = tmp_path / "stata-mp"
    other.write_bytes(b"\x7fELF, as far as that goes" * 1000)
    found = Program(str(other))
    assert (found.same_as(), found.entry_points()) == (None, ())
    assert (found.size, found.sha256()) == (25_000, hashlib.sha256(other.read_bytes()).hexdigest())


@pytest.mark.parametrize("before", [1, 5, 8, 12, 15])
def test_entry_point_across_two_reads_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    monkeypatch.setattr(program, "_CHUNK", 64)
    file = tmp_path / "stata-mp"
    file.write_bytes(b"x" * (128 - before) + b"pypy_main_startup" + b"x" * 100)
    assert Program(str(file)).entry_points() == ("PyPy",)


@LINUX_ONLY
def test_run_records_them(desk: Desk) -> None:
    """Of the program that opened the log, not of a helper that it calls and that inherits it."""
    (desk.folder / "opt").mkdir()
    shell = shutil.copy(os.path.realpath("/bin/sh"), desk.folder / "opt" / "stata-mp")
    desk.run(f"'{shell}' -c 'exec 3> stata.log; sleep 0.05; echo done >&3' x")
    run = desk.only_run()
    assert Path(run.leaf_executable or "").name == "stata-mp"
    assert run.leaf_same_as
    assert Path(run.leaf_same_as).read_bytes() == Path(shell).read_bytes()
    leaf = next(node for node in run.tree if node.pid == run.leaf_pid)
    assert (leaf.executable, leaf.wrote_log) == (run.leaf_executable, True)
