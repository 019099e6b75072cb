"""Programs in SS_STATA_CMD that are no Stata: each is refuted, and each for a reason of its own."""

import os
import shlex
import shutil
import sys
import sysconfig
from pathlib import Path

import pytest
from stata_log.synthetic import head

from real_parts.auditing import Judged, with_stata

DISGUISED = (sys.executable, Path(__file__).with_name("disguised_stata.py"))
RUNNER = "stata.the_runner_is_real"
ECHO = "stata.the_log_echoes_the_do_file"
NUMBERS = "stata.the_numbers_are_right"
FORM = "stata.the_log_is_well_formed"
LINUX_ONLY = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="what a process runs is read from /proc")


@pytest.fixture(scope="module")
def hidden(tmp_path_factory: pytest.TempPathFactory) -> tuple[Judged, Path]:
    """The engine that hides what it is, and what its run left in its folder."""
    place = tmp_path_factory.mktemp("hidden")
    return with_stata(place, *DISGUISED, "--keep", place / "kept", "--"), place / "kept"


def refuted(found: Judged) -> bool:
    return (found.outcome, found.part, found.ended.code) == ("fail", "REFUTED", 1)


def script(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n", "utf-8")
    path.chmod(0o755)
    return path


def test_a_program_that_does_nothing(tmp_path: Path) -> None:
    found = with_stata(tmp_path, shutil.which("true"))
    assert refuted(found)
    assert found.failed() == {RUNNER}
    assert found.saw(RUNNER) == "the process that ran is true, which is no Stata"


def test_three_lines_that_write_a_plausible_log(tmp_path: Path) -> None:
    top = tmp_path / "head.txt"
    top.write_text("\n".join(head()) + "\n", "utf-8")
    text = r". do stata.do \n\n. regress y x\n\n       x |   1.5   .1   15.0   0.000   1.3   1.7\n\n. \nend of do-file\n"
    found = with_stata(
        tmp_path, script(tmp_path / "stata-mp", f"cat {shlex.quote(str(top))} > stata.log", f"printf '{text}' >> stata.log")
    )
    assert refuted(found)
    assert found.failed() >= {ECHO, RUNNER}
    assert "of the do-file are echoed; first difference" in found.saw(ECHO)
    assert "which is no Stata" in found.saw(RUNNER)


def test_the_log_of_another_run(tmp_path: Path, hidden: tuple[Judged, Path]) -> None:
    """Its own job was well served with it: only the do-file, the data and the program are others."""
    kept = shlex.quote(str(hidden[1]))
    found = with_stata(tmp_path, script(tmp_path / "stata-mp", f"rm {kept}/stata.do {kept}/data.csv 2>&-", f"cp -R {kept}/. ."))
    assert refuted(found)
    assert found.checks[FORM][0] == "pass"
    assert found.failed() >= {ECHO, RUNNER}
    assert "first difference" in found.saw(ECHO)


def test_the_rehearsal_engine_in_disguise(hidden: tuple[Judged, Path]) -> None:
    """Everything in its log is right: what gives it away is the process."""
    found, _ = hidden
    assert refuted(found)
    assert found.failed() == {RUNNER}
    assert found.saw(RUNNER) == f"the process that ran is {Path(os.path.realpath(sys.executable)).name}, which is no Stata"


def test_right_head_and_wrong_numbers(tmp_path: Path) -> None:
    found = with_stata(tmp_path, *DISGUISED, "--wrong", "--")
    assert refuted(found)
    assert found.failed() == {NUMBERS, RUNNER}
    assert "_cons" in found.saw(NUMBERS)


def test_numbers_of_data_in_double_precision(tmp_path: Path) -> None:
    found = with_stata(tmp_path, *DISGUISED, "--doubles", "--")
    assert refuted(found)
    assert found.failed() == {NUMBERS, RUNNER}
    assert "never stored single precision" in found.saw(NUMBERS)


ENGINE_INSIDE = f"""
import os, sys
if sys.orig_argv[1:2] == ["-b"]:
    from rehearsal.stata import cli
    cli.BANNER = {chr(10).join(head())!r} + chr(10)
    status = cli.main(sys.orig_argv[1:])
    os._exit(status)
"""


@LINUX_ONLY
@pytest.mark.parametrize(("more", "reason"), [(b"", "is a copy of python"), (b"\0" * 4_000_000, "its file starts Python")])
def test_a_python_that_is_called_stata_behind_a_wrapper(tmp_path: Path, more: bytes, reason: str) -> None:
    """A wrapper in front is no fault: what counts is the leaf, and that has Stata's name and command line."""
    called = tmp_path / "opt" / "bin" / "stata-mp"
    called.parent.mkdir(parents=True)
    real = Path(os.path.realpath(sys.executable))
    called.write_bytes(real.read_bytes() + more)
    called.chmod(0o755)
    (tmp_path / "opt" / "pyvenv.cfg").write_text(f"home = {real.parent}\n")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "sitecustomize.py").write_text(ENGINE_INSIDE)
    search = os.pathsep.join([str(inside), str(Path(__file__).parents[2]), *(p for p in sys.path if p.endswith("-packages"))])
    wrapper = script(
        tmp_path / "licence" / "take-a-seat",
        f"export PYTHONPATH={shlex.quote(search)} LD_LIBRARY_PATH={shlex.quote(sysconfig.get_config_var('LIBDIR'))}",
        '"$@"',
        "exit $?",
    )
    found = with_stata(tmp_path, wrapper, called)
    assert refuted(found)
    assert found.failed() == {RUNNER}
    assert found.saw(RUNNER).startswith("the process that ran is called stata-mp, but ")
    assert reason in found.saw(RUNNER)
    assert "take-a-seat" not in found.saw(RUNNER)
