"""Stata as a child process in batch mode."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PureWindowsPath

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.store.models import now
from rehearsal.reference_ss.worker.shutdown import Interrupted, Shutdown

_POLL_SECONDS = 0.02
_PR_SET_PDEATHSIG = 1

_log = jsonlog.logger(__name__)


@dataclass(frozen=True)
class StataRun:
    """One execution of Stata. `exit_code` is None when it never started or was killed at its time limit; `log` is what
    it wrote to its log file, or None when it left none; `stdout` and `stderr` are what it printed."""

    command: tuple[str, ...]
    started_at: datetime
    duration_ms: int
    exit_code: int | None
    timed_out: bool
    timeout_seconds: float
    start_error: str | None
    log: bytes | None
    stdout: bytes
    stderr: bytes


class StataRunner:
    """Runs do-files with the configured command."""

    name = "local"

    def __init__(self, command: Sequence[str], shutdown: Shutdown) -> None:
        self._command = tuple(command)
        self._shutdown = shutdown

    def run(
        self, do_file: str, work: Path, timeout_seconds: float, *, job_id: str, run_id: str, step: str | None = None
    ) -> StataRun:
        """Execute `do_file` in `work` and wait for its end. Raises Interrupted when the worker has to go first."""
        command = batch_command(self._command, do_file)
        _log.info(
            "SS_STATA_RUN_START", job_id=job_id, run_id=run_id, step=step, cmd=list(command), cwd=str(work), runner=self.name
        )
        started_at, clock = now(), time.monotonic()
        stem = Path(do_file).stem
        stdout, stderr = work / f"{stem}.stdout", work / f"{stem}.stderr"
        exit_code, timed_out, start_error = None, False, None
        try:
            with stdout.open("wb") as out, stderr.open("wb") as err:
                process = subprocess.Popen(
                    command,
                    cwd=work,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                    preexec_fn=_die_with_worker,
                )
                exit_code, timed_out = self._wait(process, clock + timeout_seconds)
        except OSError as error:
            start_error = str(error)
        log_file = work / f"{stem}.log"
        return StataRun(
            command=command,
            started_at=started_at,
            duration_ms=round((time.monotonic() - clock) * 1000),
            exit_code=exit_code,
            timed_out=timed_out,
            timeout_seconds=timeout_seconds,
            start_error=start_error,
            log=log_file.read_bytes() if log_file.is_file() else None,
            stdout=stdout.read_bytes(),
            stderr=stderr.read_bytes(),
        )

    def _wait(self, process: "subprocess.Popen[bytes]", deadline: float) -> tuple[int | None, bool]:
        while True:
            try:
                return process.wait(_POLL_SECONDS), False
            except subprocess.TimeoutExpired:
                if time.monotonic() >= deadline:
                    _kill(process)
                    return None, True
                if self._shutdown.grace_is_over:
                    _kill(process)
                    raise Interrupted from None


def batch_command(command: Sequence[str], do_file: str) -> tuple[str, ...]:
    """How Stata is called for a do-file without a window: `/e` where any part is a Windows Stata, else `-b`."""
    windows = any(_is_windows_stata(part) for part in command)
    return (*command, "/e" if windows else "-b", "do", do_file)


def _is_windows_stata(part: str) -> bool:
    # PureWindowsPath splits at both kinds of slashes.
    name = PureWindowsPath(part).name.lower()
    return name.endswith(".exe") and "stata" in name


def _kill(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_worker() -> None:
    """In the child, before Stata starts: a worker that is killed takes its Stata along (Linux)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
