"""The engine as a process: how it is called, what it exits with, what ends it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ENGINE = [sys.executable, "-m", "rehearsal.stata"]


@pytest.mark.parametrize(
    ("arguments", "echo"),
    [
        (["-b", "do", "job.do"], ". do job.do \n"),
        (["-b", "do", "job"], ". do job \n"),
        (["-b", "job.do"], '. do "job.do" \n'),
        (["/e", "do", "job.do"], ". do job.do \n"),
        (["-e", "do", "job.do"], ". do job.do \n"),
        (["-q", "-b", "do", "job.do"], ". do job.do \n"),
    ],
)
def test_the_forms_of_the_call(tmp_path: Path, arguments: list[str], echo: str) -> None:
    (tmp_path / "job.do").write_text("display 6 * 7\n")
    done = subprocess.run([*ENGINE, *arguments], cwd=tmp_path, capture_output=True, timeout=30)
    assert done.returncode == 0
    log = (tmp_path / "job.log").read_text(encoding="utf-8")
    assert echo in log
    assert "\n42\n" in log


@pytest.mark.parametrize(
    ("source", "status"),
    [("error 111\n", 0), ("exit 7\n", 0), ("exit 7, STATA\n", 7), ("exit, STATA\n", 0), ("nosuchcommand\n", 0)],
)
def test_the_exit_status_is_zero_but_for_exit_with_stata(tmp_path: Path, source: str, status: int) -> None:
    (tmp_path / "job.do").write_text(source)
    done = subprocess.run([*ENGINE, "-b", "do", "job.do"], cwd=tmp_path, capture_output=True, timeout=30)
    assert done.returncode == status


def test_a_do_file_that_is_not_there_gives_one_code_and_status_zero(tmp_path: Path) -> None:
    done = subprocess.run([*ENGINE, "-b", "do", "absent.do"], cwd=tmp_path, capture_output=True, timeout=30)
    assert done.returncode == 0
    log = (tmp_path / "absent.log").read_text(encoding="utf-8")
    assert log.endswith(". do absent.do \nfile absent.do not found\nr(601);\n")


def test_without_batch_mode_it_says_what_it_is(tmp_path: Path) -> None:
    done = subprocess.run(ENGINE, cwd=tmp_path, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1
    assert "not Stata" in done.stderr


def _started(folder: Path) -> subprocess.Popen[bytes]:
    """A run that sleeps for long, past the point where its log shows that it does."""
    (folder / "job.do").write_text("display 1\nsleep 20000\n")
    process = subprocess.Popen([*ENGINE, "-b", "do", "job.do"], cwd=folder)
    log = folder / "job.log"
    limit = time.monotonic() + 20
    while not (log.exists() and ". sleep 20000\n" in log.read_text(encoding="utf-8")):
        assert time.monotonic() < limit
        assert process.poll() is None
        time.sleep(0.02)
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_killed_run_leaves_a_log_without_end(tmp_path: Path, number: signal.Signals) -> None:
    process = _started(tmp_path)
    process.send_signal(number)
    assert process.wait(10) == -number
    assert (tmp_path / "job.log").read_text(encoding="utf-8").endswith(". sleep 20000\n")


def test_an_interrupt_is_ignored(tmp_path: Path) -> None:
    process = _started(tmp_path)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.5)
    process.kill()
    process.wait(10)
