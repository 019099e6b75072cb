"""Nothing that the audit started outlives it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from ss_audit.stack import keeper as sidecar
from ss_audit.stack.errors import KeeperLost
from ss_audit.stack.process import ManagedProcess
from ss_audit.stack.readiness import wait_for_event
from ss_audit.stack.sidecar import Keeper

from .programs import FAMILY

AUDIT = """
import json, os, pathlib, subprocess, sys, time
from ss_audit.stack.process import ManagedProcess
from ss_audit.stack.readiness import wait_for_event
from ss_audit.stack.sidecar import Keeper
keeper, here = Keeper(), pathlib.Path(sys.argv[1])
family = ManagedProcess("family", [sys.executable, "-c", sys.argv[2]], env=dict(os.environ), cwd=here, log=here / "log", keeper=keeper)
pids = wait_for_event(family, "FAMILY", 20)["pids"]
unkept = subprocess.Popen(["sleep", "300"], env=os.environ | keeper.environment(), start_new_session=True)
print(json.dumps([*pids, unkept.pid, keeper.pid]), flush=True)
time.sleep(300)
"""  # noqa: E501


def gone_within(pids: list[int], seconds: float) -> list[int]:
    """Those that are still there afterwards; a zombie is gone."""
    end = time.monotonic() + seconds
    while (left := [pid for pid in pids if sidecar.birth(pid) is not None]) and time.monotonic() < end:
        time.sleep(0.05)
    return left


def start_audit(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    audit = subprocess.Popen([sys.executable, "-c", AUDIT, folder, FAMILY], stdout=subprocess.PIPE, text=True)
    assert audit.stdout is not None
    return audit, json.loads(audit.stdout.readline())


def test_after_kill_9_of_the_audit_everything_even_what_was_just_being_started_is_gone_within_5_seconds(tmp_path: Path) -> None:
    audit, pids = start_audit(tmp_path)
    assert gone_within(pids, 0) == pids, "the family has to be alive before"
    audit.kill()
    audit.wait()
    assert gone_within(pids, 5) == []


def test_a_grandchild_whose_parent_died_first_is_ended_too(tmp_path: Path) -> None:
    audit, (family, *others) = start_audit(tmp_path)
    os.kill(family, signal.SIGKILL)
    audit.kill()
    audit.wait()
    child, own_session, *rest = others
    # This one, in a session of its own and with an emptied environment, has no tie left by which to know it.
    os.kill(own_session, signal.SIGKILL)
    assert gone_within([family, child, *rest], 5) == []


def test_a_child_that_was_never_handed_over_is_found_by_its_marker() -> None:
    keeper = Keeper()
    child = subprocess.Popen(["sleep", "300"], env={**os.environ, **keeper.environment()}, start_new_session=True)
    deadline_for_exec = time.monotonic() + 5
    while keeper.leaked() != (child.pid,) and time.monotonic() < deadline_for_exec:
        time.sleep(0.02)
    assert keeper.close() == (child.pid,)
    assert child.wait(timeout=5) == -signal.SIGTERM


def test_a_stranger_with_a_used_pid_is_left_alone() -> None:
    stranger = subprocess.Popen(["sleep", "300"], start_new_session=True)
    try:
        assert stranger.pid in sidecar.kin({stranger.pid: sidecar.birth(stranger.pid) or ""}, "no such marker")
        assert sidecar.kin({stranger.pid: "born at another time"}, "no such marker") == {}
    finally:
        stranger.kill()
        stranger.wait()


def test_the_keeper_does_not_die_with_a_ctrl_c_or_a_term_to_all() -> None:
    keeper = Keeper()
    child = subprocess.Popen(["sleep", "300"], start_new_session=True)
    keeper.keep(child.pid)
    # Its signal handlers stand once it has begun to read: it reads, so the child is gone, only after they were set.
    wait_until_ignored(keeper.pid, signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(keeper.pid, number)
    assert sidecar.birth(keeper.pid)
    keeper.close()
    assert child.wait(timeout=5) == -signal.SIGTERM


def wait_until_ignored(pid: int, number: signal.Signals) -> None:
    for _ in range(200):
        ignored = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigIgn"))
        if int(ignored.split()[1], 16) >> (number - 1) & 1:
            return
        time.sleep(0.02)
    pytest.fail(f"{number.name} is never ignored")


def test_an_orderly_close_leaves_no_keeper_and_touches_nothing_released(tmp_path: Path) -> None:
    keeper = Keeper()
    process = ManagedProcess("sleeper", ["sleep", "300"], env={}, cwd=tmp_path, log=tmp_path / "log", keeper=keeper)
    process.stop()
    assert keeper.close() == ()
    assert not psutil.pid_exists(keeper.pid)
    assert keeper.close() == ()


def test_without_its_keeper_nothing_more_is_started(tmp_path: Path) -> None:
    keeper = Keeper()
    os.kill(keeper.pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(keeper.pid)], timeout=5)
    with pytest.raises(KeeperLost):
        ManagedProcess("sleeper", ["sleep", "300"], env={}, cwd=tmp_path, log=tmp_path / "log", keeper=keeper)
    assert keeper.close() == (), "what could not be kept was ended at once"


@pytest.mark.skipif(not Path("/bin/ps").exists() and not Path("/usr/bin/ps").exists(), reason="no ps here")
def test_where_there_is_no_proc_the_process_table_comes_from_ps() -> None:
    mine = sidecar._table_of_ps()[os.getpid()]
    assert (mine.pid, mine.parent) == (os.getpid(), os.getppid())
    assert mine.birth.endswith(time.strftime("%Y"))


def test_the_event_of_a_helper_is_waited_for(tmp_path: Path, keeper: Keeper) -> None:
    told = [sys.executable, "-c", 'print(\'banner\'); print(\'{"event": "READY", "port": 7}\', flush=True); input()']
    process = ManagedProcess("helper", told, env={}, cwd=tmp_path, log=tmp_path / "log", keeper=keeper)
    assert wait_for_event(process, "READY", 10)["port"] == 7
    process.stop()
