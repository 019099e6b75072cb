"""The guard: the process between the shim and the command, so that the command can't outlive the shim.

It starts the command, waits for it, and says how it ended. It notices the shim's death by the end of a pipe that only the
shim holds open, and then kills everything below itself, and the command's group. On Linux nothing can slip away from below
it, neither by a session of its own nor by losing its parent, for the guard is who orphans come to. Should the guard be killed
too, the command gets the kernel's parent-death signal.
"""

import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

from ss_audit.witness.stata_shim.process_look import LINUX, below

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_ROUNDS = 250
_PAUSE_SECONDS = 0.02


def keep(hold: int, news: int, execute: Callable[[], NoReturn]) -> NoReturn:
    """The whole life of the guard, in a process of its own.

    In: `hold` the reading end of the pipe that ends with the shim; `news` the writing end of the pipe that the shim listens to;
    `execute` turns a process into the command, or raises OSError. Says on `news`, a line each: pid and errno (0 when the
    command runs) after the start; exit status (minus the number for a signal) and CPU seconds after the end.
    """
    os.setpgid(0, 0)
    prctl = _prctl()
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    woken, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
    command, failure = _start(execute, prctl)
    with suppress(OSError):  # the shim may be dead already, which the next look at `hold` shows
        os.write(news, f"{command} {failure}\n".encode())
    while True:
        end = _reap(command)
        if end is not None:
            with suppress(OSError):
                os.write(news, f"{end[0]} {end[1]}\n".encode())
            os._exit(0)
        if hold in select.select([hold, woken], [], [])[0]:
            _kill_all(command)
            os._exit(0)
        os.read(woken, 4096)


def _start(execute: Callable[[], NoReturn], prctl: Callable[[int, int], object]) -> tuple[int, int]:
    """Returns once the command has replaced its copy of us. Out: its pid, and the errno of one that could not be started."""
    guard = os.getpid()
    said, say = os.pipe()
    command = os.fork()
    if command == 0:
        try:
            os.setpgid(0, 0)
            prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
            if os.getppid() == guard:
                execute()
        except OSError as error:
            os.write(say, str(error.errno).encode())
        finally:
            os._exit(127)
    os.close(say)
    failure = int(os.read(said, 16) or b"0")
    os.close(said)
    return command, failure


def _reap(command: int) -> tuple[int, float] | None:
    """Waits for whoever has ended. Out: the command's exit status and CPU seconds, its children's included, if it has."""
    while True:
        try:
            pid, status, usage = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return None
        if pid == command:
            return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime
        if pid == 0:
            return None


def _kill_all(command: int) -> None:
    """Until no child is left: only then nothing is below us, for the list of a process's children may miss some (proc(5))."""
    for _ in range(_ROUNDS):
        with suppress(OSError):
            os.killpg(command, signal.SIGKILL)
        for look in below(os.getpid())[1:]:
            with suppress(OSError):
                os.kill(look.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
            time.sleep(_PAUSE_SECONDS)
            continue
        return


def _prctl() -> Callable[[int, int], object]:
    """prctl(2) with one argument; does nothing where there is none."""
    if LINUX:
        import ctypes

        with suppress(OSError, AttributeError):
            call = ctypes.CDLL(None).prctl
            return lambda option, value: call(option, value, 0, 0, 0)
    return lambda *_: None
