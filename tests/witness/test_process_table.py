"""The process table with real processes."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from ss_audit.witness.process_table import descendants, look, owner_of_port
from witness.waiting import until

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(30)"]


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEPER, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        if process.poll() is None:
            process.kill()


def test_running_process(sleeper: subprocess.Popen[bytes]) -> None:
    seen = look("worker", sleeper.pid, "start", env={"SS_JOBS_DIR": "jobs"})
    assert (seen.role, seen.pid, seen.phase, seen.alive) == ("worker", sleeper.pid, "start", True)
    assert seen.command == tuple(SLEEPER)
    assert seen.cwd == str(Path.cwd())
    assert seen.started_at == psutil.Process(sleeper.pid).create_time()
    assert seen.env == {"SS_JOBS_DIR": "jobs"}
    assert seen.title == f"worker process {sleeper.pid}, start: running"


def test_process_that_ended_is_gone_before_and_after_it_is_waited_for(sleeper: subprocess.Popen[bytes]) -> None:
    sleeper.kill()
    until(lambda: psutil.Process(sleeper.pid).status() == psutil.STATUS_ZOMBIE)
    assert not look("api", sleeper.pid, "after restart").alive
    sleeper.wait()
    seen = look("api", sleeper.pid, "end", started_at=5.0, exit_status=-9)
    assert (seen.alive, seen.started_at, seen.exit_status) == (False, 5.0, -9)
    assert seen.title.endswith("ended with -9")


def test_later_process_with_the_same_pid_is_not_the_one(sleeper: subprocess.Popen[bytes]) -> None:
    started = psutil.Process(sleeper.pid).create_time()
    assert look("api", sleeper.pid, "end", started_at=started).alive
    other = look("api", sleeper.pid, "end", started_at=started - 100)
    assert (other.alive, other.started_at, other.command) == (False, started - 100, ())


def test_descendants() -> None:
    code = """if True:
        import subprocess, sys
        child = subprocess.Popen(["sleep", "30"])
        print(child.pid, flush=True)
        sys.stdin.read()
        child.kill()
        child.wait()
    """
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        assert descendants(process.pid) == (child,)
        assert child in descendants(os.getpid())
    assert descendants(process.pid) == ()


def test_owner_of_port() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        assert owner_of_port(port) is None
        listening.listen()
        assert owner_of_port(port) == os.getpid()
    assert owner_of_port(port) is None
