"""The real command as a child: started as SS would have started it, and taken along when the shim dies."""

# ruff: noqa: PTH123
# os.path is loaded anyway; pathlib would add a fifth to the shim's start, which is part of every run's time.

import os
import select
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn

from ss_audit.witness.stata_shim import guard
from ss_audit.witness.stata_shim.process_look import LINUX

_TO_THE_COMMAND = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
_TO_ITS_GROUP = ("SIGINT", "SIGQUIT")  # a terminal sends these to a whole group, and the command leads one of its own


class Child:
    """A running command.

    `pid` is its process id, `guard` that of the process between it and the shim; `failure` is the errno of a command that
    could not be started, else 0. `pid` is 0 if the guard was killed before it could tell.
    """

    def __init__(self, command: Sequence[str]) -> None:
        """Starts `command`, found as `execvp` finds it, with the shim's working directory, streams and environment."""
        signals = {getattr(signal, name) for name in (*_TO_THE_COMMAND, *_TO_ITS_GROUP)}
        # Held back until there is somebody to forward them to; the guard never lets them through.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
        environment = _environment()

        def execute() -> NoReturn:
            _restore_signals(mask)
            os.execvpe(command[0], list(command), environment)

        hold, self._hold = os.pipe()
        self._news, news = os.pipe()
        self.guard = os.fork()
        if self.guard == 0:
            try:
                os.close(self._hold)
                os.close(self._news)
                guard.keep(hold, news, execute)
            finally:
                os._exit(1)
        os.close(hold)
        os.close(news)
        started = self._hear().split() or ["0", "0"]
        self.pid, self.failure = int(started[0]), int(started[1])
        if self.pid:
            self._forward_signals()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)

    def ended(self, within_seconds: float) -> tuple[int, float | None] | None:
        """Waits for the end, for so long.

        Out: None if it still runs; else the exit status (minus the number for a signal) and the CPU seconds, its children's
        included. If the guard was killed the command is too, and nobody knows its CPU time.
        """
        if not select.select([self._news], [], [], within_seconds)[0]:
            return None
        status, _, cpu_seconds = self._hear().partition(" ")
        os.waitpid(self.guard, 0)
        if not status:
            if self.pid:
                with suppress(OSError):
                    os.killpg(self.pid, signal.SIGKILL)
            return -signal.SIGKILL, None
        return int(status), float(cpu_seconds)

    def _hear(self) -> str:
        """The next line from the guard, empty if it is gone."""
        line = b""
        while not line.endswith(b"\n") and (byte := os.read(self._news, 1)):
            line += byte
        return line.decode().strip()

    def _forward_signals(self) -> None:
        def to_command(number: int, _: FrameType | None) -> None:
            with suppress(OSError):
                os.kill(self.pid, number)

        def to_group(number: int, _: FrameType | None) -> None:
            with suppress(OSError):
                os.killpg(self.pid, number)

        for names, forward in ((_TO_THE_COMMAND, to_command), (_TO_ITS_GROUP, to_group)):
            for name in names:
                number = getattr(signal, name)
                if signal.getsignal(number) is not signal.SIG_IGN:
                    signal.signal(number, forward)


def end_like(status: int) -> NoReturn:
    """Ends this process as the command ended: the same exit status, or death by the same signal (without a core of ours)."""
    if status < 0:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        number = -status
        with suppress(OSError):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        os.kill(os.getpid(), number)
        status = 128 + number
    sys.stdout.flush()
    os._exit(status)


def _environment() -> dict[bytes, bytes]:
    """What SS gave to the shim. Python may add LC_CTYPE to its own (PEP 538); the kernel still has the original."""
    if not LINUX:
        return dict(os.environb)
    with open("/proc/self/environ", "rb") as file:
        pairs = (entry.partition(b"=") for entry in file.read().split(b"\0") if b"=" in entry)
        return {name: value for name, _, value in pairs}


def _restore_signals(mask: set[signal.Signals | int]) -> None:
    """Undoes what Python does to signals at its start, and the shim after it; what has a handler the exec resets by itself."""
    for name in ("SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)
