"""Trying the configured Stata: one line of do-file, in a folder of its own, called as SS calls it."""

import contextlib
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ss_audit.doctor.model import StataSeen
from ss_audit.stack.environment import child_environment
from ss_audit.witness.stata_shim.command import StataCommandError, batch_arguments, check_command, real_argv

DO_FILE = "doctor.do"
ONE_LINE = 'display "ss-audit doctor"\n'
LOG = "doctor.log"
MOST_BYTES = 2**20


def tried(command: str, ss: Mapping[str, str], timeout: float) -> StataSeen:
    """In: SS_STATA_CMD, SS's variables, seconds. Out: what came of it; whatever it started is ended after that time."""
    try:
        argv = real_argv(command)
        check_command(argv)
    except StataCommandError as error:
        return StataSeen(problem=str(error))
    with tempfile.TemporaryDirectory(prefix="ss-audit-doctor-", ignore_cleanup_errors=True) as folder:
        (Path(folder) / DO_FILE).write_text(ONE_LINE, "utf-8")
        try:
            status = _run([*argv, *batch_arguments(argv, DO_FILE)], folder, ss, timeout)
        except subprocess.TimeoutExpired:
            problem = f"{argv[0]} was started, and one line of do-file did not end within {timeout:g} s"
            return StataSeen(command=tuple(argv), problem=problem)
        except OSError as error:
            return StataSeen(command=tuple(argv), problem=f"{argv[0]} can't be started: {error.strerror}")
        return StataSeen(command=tuple(argv), exit_status=status, log=_head(Path(folder) / LOG))


def _run(argv: list[str], folder: str, ss: Mapping[str, str], timeout: float) -> int:
    """A session of its own, so that a licence wrapper's children end with it."""
    process = subprocess.Popen(
        argv, cwd=folder, env=child_environment(ss, os.environ), start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return process.wait(timeout)
    finally:
        # Also when it ended well: a wrapper may end before what it started.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _head(log: Path) -> bytes | None:
    try:
        with log.open("rb") as file:
            return file.read(MOST_BYTES)
    except OSError:
        return None
