"""`make audit` and `make test` find a Python that works, or say what to do; set up already, they lose no time."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the set-up reads, in a folder with a blank in its name."""
    folder = tmp_path / "a checkout"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "setup", folder / ".ci")
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def bare_path(folder: Path, *programs: str) -> str:
    """A PATH with what the set-up itself needs, and whatever is put there besides."""
    found = folder / "bin"
    found.mkdir()
    for program in ("sh", "make", "dirname", "cat", "cksum", "rm", "env", *programs):
        (found / program).symlink_to(str(shutil.which(program)))
    return str(found)


def set_up(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    environment = {"HOME": str(checkout), **environment}
    return subprocess.run(["make", "setup"], cwd=checkout, env=environment, capture_output=True, text=True, check=False)


def fake_python(file: Path, answers: str) -> None:
    """A program that calls itself a Python: `answers` is what its shell does."""
    file.write_text(f"#!/bin/sh\n{answers}\n")
    file.chmod(0o755)


def test_without_a_python_it_says_which_are_wanted(checkout: Path) -> None:
    ended = set_up(checkout, PATH=bare_path(checkout))
    assert ended.returncode == 2
    assert "no working Python 3.11, 3.12 or 3.13" in ended.stderr
    assert "PYTHON=" in ended.stderr


def test_a_python_that_was_named_and_does_not_fit_is_refused(checkout: Path) -> None:
    path = bare_path(checkout)
    fake_python(checkout / "bin" / "old", "exit 1")
    ended = set_up(checkout, PATH=path, PYTHON="old")
    assert ended.returncode == 2
    assert "PYTHON=old is no working Python" in ended.stderr


def test_a_shim_with_nothing_behind_it_is_passed_over(checkout: Path) -> None:
    path = bare_path(checkout)
    fake_python(checkout / "bin" / "python3.11", "echo 'command not found' >&2; exit 127")
    # answers like a Python whose real place is elsewhere, and ends the set-up when it comes to make the environment
    fake_python(checkout / "bin" / "python3.12", f'test "$1" = -c && exec "{sys.executable}" "$@"; exit 9')
    ended = set_up(checkout, PATH=path, PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull)
    assert "setting up .venv with Python " in ended.stdout
    assert ended.returncode == 2, "without an index nothing can be installed, and a half set-up must not pass for a whole one"
    assert not (checkout / ".venv" / ".made-from").exists()


def test_what_is_set_up_is_left_alone_until_the_lock_changes(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    fake_python(checkout / ".venv" / "bin" / "python", f'test "$1" = -c && exec "{sys.executable}" "$@"; exit 9')
    made_from = subprocess.run(
        "cat requirements.lock pyproject.toml | cksum; pwd",
        shell=True,
        cwd=checkout,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (checkout / ".venv" / ".made-from").write_text(made_from)
    path = os.environ["PATH"]
    assert (set_up(checkout, PATH=path).returncode, set_up(checkout, PATH=path).stdout) == (0, "")
    with (checkout / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert "setting up .venv" in set_up(checkout, PATH=path).stdout
