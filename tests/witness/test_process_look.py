"""What the shim sees of a process and those below it, by /proc and by ps: other systems have only ps."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from ss_audit.witness.stata_shim import process_look
from ss_audit.witness.stata_shim.process_look import Look, above, below

WAYS = [
    pytest.param(
        process_look._below_by_proc,
        id="proc",
        marks=pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
    ),
    pytest.param(process_look._below_by_ps, id="ps"),
]


@pytest.fixture
def nested() -> Iterator[subprocess.Popen[bytes]]:
    """A shell, and a sleep below it."""
    with subprocess.Popen(["/bin/sh", "-c", "echo up; sleep 30; true"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while len(below(process.pid)) < 2 or "sleep" not in below(process.pid)[1].command[0]:
            assert process.poll() is None
        yield process
        for look in reversed(below(process.pid)):
            os.kill(look.pid, 9)


@pytest.mark.parametrize("way", WAYS)
def test_tree(way: Callable[[int], list[Look]], nested: subprocess.Popen[bytes]) -> None:
    shell, sleep = way(nested.pid)
    assert (shell.pid, shell.parent) == (nested.pid, os.getpid())
    assert shell.command[:2] == ("/bin/sh", "-c")
    assert (sleep.parent, sleep.command) == (nested.pid, ("sleep", "30"))
    assert shell.started
    assert shell.executable


@pytest.mark.parametrize("way", WAYS)
def test_the_dead_are_left_out(way: Callable[[int], list[Look]]) -> None:
    with subprocess.Popen(["/bin/sh", "-c", "exit 0"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert way(process.pid) == []
    assert way(process.pid) == []


@pytest.mark.parametrize("linux", [pytest.param(True, marks=WAYS[0].marks), False])
def test_ancestors(linux: bool, nested: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    sleep = below(nested.pid)[1]
    monkeypatch.setattr(process_look, "LINUX", linux)
    assert above(sleep.pid)[:3] == (nested.pid, os.getpid(), os.getppid())
    assert above(2**22 + 1) == ()


@pytest.mark.parametrize(
    ("clock", "seconds"), [("0:00.35", 0.35), ("00:01:05", 65.0), ("1-02:00:00", 93600.0), ("123:04.50", 7384.5)]
)
def test_clocks_of_ps(clock: str, seconds: float) -> None:
    assert process_look._seconds(clock) == pytest.approx(seconds)
