"""A managed process: logged, ended with all it started, never through a shell."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from ss_audit.stack import keeper as sidecar
from ss_audit.stack.errors import NotReady, ProcessDied, StackDidNotStart
from ss_audit.stack.logs import LogFile
from ss_audit.stack.process import ManagedProcess
from ss_audit.stack.readiness import wait_for, wait_for_event
from ss_audit.stack.sidecar import Keeper

from .programs import FAMILY, ORDERLY, ORPHANING


def started(keeper: Keeper, folder: Path, program: str, *arguments: str) -> ManagedProcess:
    command = [sys.executable, "-c", program, *arguments]
    return ManagedProcess("program", command, env=dict(os.environ), cwd=folder, log=folder / "log", keeper=keeper)


def test_stop_ends_the_whole_family_even_what_is_deaf_to_sigterm(tmp_path: Path, keeper: Keeper) -> None:
    process = started(keeper, tmp_path, FAMILY)
    pids = wait_for_event(process, "FAMILY", 10)["pids"]
    assert set(pids) <= set(process.family())
    assert process.stop(timeout=0.3) == -signal.SIGTERM
    assert [pid for pid in pids if sidecar.birth(pid) is not None] == []


def test_stop_waits_for_a_process_that_finishes_its_work_first(tmp_path: Path, keeper: Keeper) -> None:
    slow = """
import signal, sys, time
def finish(*_): time.sleep(0.5); print('{"event": "FINISHED"}', flush=True); sys.exit(7)
signal.signal(signal.SIGTERM, finish); print('{"event": "UP"}', flush=True); time.sleep(300)
"""
    process = started(keeper, tmp_path, slow)
    wait_for_event(process, "UP", 10)
    assert process.stop(timeout=10) == 7
    assert "FINISHED" in LogFile(process.log).since(process.log_begin)[-1]
    assert process.stop() == 7, "stopping twice changes nothing"


def test_the_children_in_sessions_of_their_own_are_left_to_a_process_that_ends_them_itself(
    tmp_path: Path, keeper: Keeper
) -> None:
    process = started(keeper, tmp_path, ORDERLY)
    wait_for_event(process, "UP", 10)
    assert process.stop(timeout=10) == 0, "the child was there to be ended in order"


def test_what_was_orphaned_by_a_crash_is_ended_by_stop(tmp_path: Path, keeper: Keeper) -> None:
    process = started(keeper, tmp_path, ORPHANING)
    orphan = wait_for_event(process, "ORPHAN", 10)["pid"]
    wait_for(lambda: process.poll(), 10, "the crash")
    assert process.family() == (orphan,)
    assert process.stop() == 5
    assert sidecar.birth(orphan) is None


def test_arguments_reach_the_program_as_they_are(tmp_path: Path, keeper: Keeper) -> None:
    odd = '$HOME; `id` | * \'quoted "too"'
    process = started(keeper, tmp_path, "import json, sys; print(json.dumps({'event': 'ARGS', 'args': sys.argv[1:]}))", odd)
    assert wait_for_event(process, "ARGS", 10)["args"] == [odd]
    process.stop()


def test_it_knows_when_the_process_started(tmp_path: Path, keeper: Keeper) -> None:
    before = time.time()
    process = started(keeper, tmp_path, "input()")
    assert process.started_at is not None
    assert before - 1.1 <= process.started_at <= time.time() + 1.1
    assert process.stop() is not None


def test_a_command_that_is_none_is_told_with_what_to_do(tmp_path: Path, keeper: Keeper) -> None:
    with pytest.raises(StackDidNotStart, match=r"api did not start.*No such file.*absolute path(?s:.*)no-such-program"):
        ManagedProcess("api", ["no-such-program"], env={}, cwd=tmp_path, log=tmp_path / "log", keeper=keeper)


def test_a_wait_ends_at_once_when_who_is_waited_for_has_died(tmp_path: Path, keeper: Keeper) -> None:
    process = started(keeper, tmp_path, "raise SystemExit(3)")
    begin = time.monotonic()
    with pytest.raises(ProcessDied, match="exit status 3"):
        wait_for_event(process, "NEVER", 60)
    assert time.monotonic() - begin < 10
    process.stop()


def test_a_wait_that_ends_without_the_fact_says_what_it_waited_for() -> None:
    with pytest.raises(NotReady, match="in vain for the moon") as caught:
        wait_for(lambda: None, 0.1, "the moon")
    assert 0.1 <= caught.value.waited_seconds < 5


def test_words_cut_off_by_a_kill_do_not_spoil_the_next_process_s_first_line(tmp_path: Path, keeper: Keeper) -> None:
    half = started(
        keeper, tmp_path, 'import sys, time; sys.stdout.write(\'{"event": "HA\'); sys.stdout.flush(); time.sleep(300)'
    )
    wait_for(lambda: LogFile(half.log).tail(half.log_begin) or None, 10, "half a line", by=half)
    half.stop()
    whole = started(keeper, tmp_path, 'print(\'{"event": "WHOLE"}\')')
    assert wait_for_event(whole, "WHOLE", 10) == {"event": "WHOLE"}
    whole.stop()


def test_the_environment_is_what_was_given_and_the_keeper_s_marker(tmp_path: Path, keeper: Keeper) -> None:
    shown = "import json, os; print(json.dumps({'event': 'ENV', 'names': sorted(os.environ)}))"
    command = [sys.executable, "-I", "-c", shown]
    process = ManagedProcess("p", command, env={"A": "1"}, cwd=tmp_path, log=tmp_path / "log", keeper=keeper)
    names = set(wait_for_event(process, "ENV", 10)["names"]) - {"LC_CTYPE"}  # Python's own doing
    assert names == {"A", sidecar.MARKER_NAME}
    process.stop()


def test_a_process_of_ours_holds_nothing_of_the_keeper_s_pipe(tmp_path: Path, keeper: Keeper) -> None:
    process = started(keeper, tmp_path, "import time; time.sleep(300)")
    handles = [str(handle.readlink()) for handle in Path(f"/proc/{process.pid}/fd").iterdir()]
    assert not [handle for handle in handles if handle.startswith("pipe:")]
    process.stop()
