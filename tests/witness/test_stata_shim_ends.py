"""How a run ends: by itself, by a signal, or with the shim, which takes along all that it started."""

import os
import signal

import psutil
import pytest

from witness.desk import BATCH, LINUX_ONLY, PYTHON, Desk
from witness.waiting import runs, until


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGPIPE])
def test_death_by_signal_passes_through(desk: Desk, number: signal.Signals) -> None:
    assert desk.run(desk.script("stata", f"ulimit -c 0; kill -{number.value} $$")).returncode == -number
    assert desk.only_run().exit_status == -number


def test_signal_reaches_stata_which_may_end_in_its_own_way(desk: Desk) -> None:
    process = desk.start(desk.script("stata", "trap 'echo caught; exit 7' TERM; echo $$ > pid; while :; do sleep 0.02; done"))
    desk.pid_in("pid")
    process.terminate()
    assert process.communicate(timeout=5)[0] == b"caught\n"
    assert process.returncode == 7
    assert desk.only_run().exit_status == 7


def test_unhandled_sigterm_ends_both(desk: Desk) -> None:
    process = desk.start(desk.script("stata", "echo $$ > pid; exec sleep 30"))
    pid = desk.pid_in("pid")
    process.terminate()
    assert process.wait(5) == -signal.SIGTERM
    assert not runs(pid)


def test_ignored_signal_stays_ignored(desk: Desk) -> None:
    """Stata ignores SIGINT in batch mode; and what a parent ignores its children ignore."""
    real = desk.script("stata", "trap '' INT; echo $$ > pid; sleep 0.3; echo done")
    process = desk.start(real)
    desk.pid_in("pid")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=5)[0] == b"done\n"
    assert process.returncode == 0


def test_kill_of_the_shim_takes_a_nested_stata_along(desk: Desk) -> None:
    stata = desk.script("stata.py", "import os, time\nopen('inner', 'w').write(str(os.getpid()))\ntime.sleep(30)", PYTHON)
    process = desk.start(desk.script("wrapper", f"echo $$ > outer; {stata}; true"))
    outer, inner = desk.pid_in("outer"), desk.pid_in("inner")
    process.kill()
    process.communicate(timeout=2)
    until(lambda: not runs(outer) and not runs(inner), seconds=2)
    run = desk.only_run()
    assert (run.ended_at, run.exit_status, run.tree) == (None, None, ())
    assert run.arguments == tuple(BATCH)


@LINUX_ONLY
@pytest.mark.parametrize("way", ["{} & wait", "({} &); sleep 30"], ids=["child", "orphan"])
def test_kill_of_the_shim_takes_a_stata_of_its_own_session_along(desk: Desk, way: str) -> None:
    """`timeout`, `sudo` and `setsid` put what they start into a group or session of its own; a launcher may leave it behind."""
    process = desk.start(desk.script("wrapper", way.format("setsid sh -c 'echo $$ > inner; exec sleep 30'")))
    inner = desk.pid_in("inner")
    process.kill()
    process.communicate(timeout=2)
    until(lambda: not runs(inner), seconds=2)


def test_shim_that_ends_leaves_nothing_running(desk: Desk) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    desk.run(desk.script("stata", "exit 0"))
    left = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    assert [child.cmdline() for child in left] == []


@LINUX_ONLY
def test_kill_of_shim_and_guard_together_leaves_no_stata(desk: Desk) -> None:
    process = desk.start(desk.script("stata", "echo $$ > pid; exec sleep 30"))
    stata = desk.pid_in("pid")
    guard = psutil.Process(stata).parent()
    assert guard is not None
    assert guard.ppid() == process.pid
    process.kill()
    guard.kill()
    process.communicate(timeout=2)
    until(lambda: not runs(stata), seconds=2)


@LINUX_ONLY
def test_kill_of_the_guard_alone_is_a_killed_stata_to_ss(desk: Desk) -> None:
    process = desk.start(desk.script("stata", "echo $$ > pid; exec sleep 30"))
    guard = psutil.Process(desk.pid_in("pid")).parent()
    assert guard is not None
    guard.kill()
    assert process.wait(5) == -signal.SIGKILL
    assert (desk.only_run().exit_status, desk.only_run().cpu_seconds) == (-signal.SIGKILL, None)


def test_stata_ends_though_a_child_of_its_own_goes_on(desk: Desk) -> None:
    """As without the shim: what a command leaves behind is neither waited for nor killed when the command ends by itself."""
    got = desk.run(desk.script("stata", "sleep 30 > /dev/null 2>&1 & echo $! > left; exit 0"))
    left = desk.pid_in("left")
    assert got.returncode == 0
    assert runs(left)
    os.kill(left, signal.SIGKILL)
