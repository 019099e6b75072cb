"""SS_STATA_CMD with the shim in front must mean to SS what it meant without. Windows forms as words only: none is run."""

import os
import shlex
import sys
from pathlib import Path

import pytest

from ss_audit.witness.stata_shim.command import (
    StataCommandError,
    batch_arguments,
    check_command,
    real_argv,
    write_shim,
)


@pytest.fixture
def stata(tmp_path: Path) -> Path:
    path = tmp_path / "Stata 18 – MP" / "stata-mp"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_existing_path_with_blanks_is_one_word(stata: Path) -> None:
    assert real_argv(str(stata)) == [str(stata)]
    assert real_argv(f"  {stata}\n") == [str(stata)]


def test_other_text_is_split_as_a_shell_does() -> None:
    assert real_argv("'/opt/my stata/stata-mp' -q \"a b\"") == ["/opt/my stata/stata-mp", "-q", "a b"]
    assert real_argv("/opt/my stata/stata-mp") == ["/opt/my", "stata/stata-mp"]


@pytest.mark.parametrize("text", ["", "   ", "'open"])
def test_text_without_words_is_refused(text: str) -> None:
    with pytest.raises(StataCommandError, match="SS_STATA_CMD"):
        real_argv(text)


def test_shim_stands_in_front_of_the_same_words(stata: Path, tmp_path: Path) -> None:
    setting = write_shim(tmp_path / "of ours", tmp_path / "rec", sys.executable, str(stata))
    words = real_argv(setting)
    assert words == [str(tmp_path / "of ours" / "ss-audit-stata-shim"), str(stata)]
    assert os.access(words[0], os.X_OK)
    assert (tmp_path / "rec").is_dir()


@pytest.mark.parametrize(
    "real",
    [
        "/bin/sh",
        "/bin/sh -c 'exit 0'",
        "/usr/bin/env LC_ALL=C stata-mp",
        "sh 'C:\\Program Files\\Stata18\\StataMP-64.exe'",
        "sh '/mnt/c/Program Files/Stata18/StataSE-64.EXE'",
        "sh wine StataMP-64.exe.old",
        "sh /stata/python.exe",
    ],
)
def test_ss_chooses_the_same_flag(real: str, tmp_path: Path) -> None:
    with_shim = real_argv(write_shim(tmp_path / "stata.exe tools", tmp_path / "rec", sys.executable, real))
    without = real_argv(real)
    assert with_shim[1:] == without
    assert batch_arguments(with_shim, "x.do") == batch_arguments(without, "x.do")


@pytest.mark.parametrize(
    ("words", "flag"),
    [
        (["/opt/stata/stata-mp"], "-b"),
        (["/mnt/c/Program Files/Stata18/StataMP-64.exe"], "/e"),
        (["/shim", "/x/STATASE-64.EXE"], "/e"),
        (["/stata/run.exe"], "-b"),
        (["wine", "stata-mp"], "-b"),
    ],
)
def test_flag(words: list[str], flag: str) -> None:
    assert batch_arguments(words, "stata.do") == [flag, "do", "stata.do"]


@pytest.mark.parametrize("form", ["absent", "folder", "not executable", "bare", "relative"])
def test_command_that_cannot_run_is_named(form: str, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("x")
    first, said = {
        "absent": (str(tmp_path / "nope"), "does not exist"),
        "folder": (str(tmp_path), "can't be executed"),
        "not executable": (str(plain), "can't be executed"),
        "bare": ("no-such-stata", "nowhere on PATH"),
        "relative": ("bin/stata", "relative path"),
    }[form]
    with pytest.raises(StataCommandError, match=said):
        write_shim(tmp_path / "shim", tmp_path / "rec", sys.executable, shlex.quote(first))
    assert not (tmp_path / "shim").exists()


def test_bare_name_is_looked_for_where_ss_will_look(stata: Path) -> None:
    check_command(["stata-mp"], search_path=str(stata.parent))
    with pytest.raises(StataCommandError):
        check_command(["stata-mp"], search_path="/nonexistent")


def test_interpreter_with_blanks_still_works(stata: Path, tmp_path: Path) -> None:
    import subprocess

    python = tmp_path / "my python"
    python.symlink_to(os.path.realpath(sys.executable))
    setting = write_shim(tmp_path / "it's", tmp_path / "re c", str(python), str(stata))
    got = subprocess.run([*real_argv(setting), "-b", "do", "x.do"], cwd=tmp_path, check=False)
    assert got.returncode == 0
    assert len(list((tmp_path / "re c").glob("*.end.json"))) == 1
