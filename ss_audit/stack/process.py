"""A process of ours: started without a shell, in a session of its own, logged to a file, ended with all it started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from ss_audit.stack import keeper as sidecar
from ss_audit.stack.errors import KeeperLost, StackDidNotStart, StillRunning
from ss_audit.stack.logs import LogFile
from ss_audit.stack.sidecar import Keeper


class ManagedProcess:
    """A started command. POSIX only.

    In: the role for messages, argv, the whole environment, an existing cwd, the log to append to. Standard output and error
    go to the log, standard input is empty. Raises `StackDidNotStart` when the command can't be executed, `KeeperLost`.
    Attributes: `role`, `command`, `cwd`, `log`, `log_begin` (where its own lines begin), `pid`, and `started_at`: seconds
    since the epoch by the operating system, None when it was gone before it could be looked at.
    """

    def __init__(
        self,
        role: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: Path,
        log: Path,
        keeper: Keeper,
    ) -> None:
        self.role, self.command, self.cwd, self.log = role, tuple(command), cwd, log
        self._keeper = keeper
        mark = keeper.environment()
        self._marker = mark[sidecar.MARKER_NAME]
        with log.open("ab") as output:
            if not LogFile(log).ends_with_a_whole_line():
                output.write(b"\n")  # the last words of one who was killed are not the beginning of our first line
                output.flush()
            self.log_begin = LogFile(log).mark()
            try:
                self._process = subprocess.Popen(
                    self.command, env={**env, **mark}, cwd=cwd, start_new_session=True,
                    stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                )  # fmt: skip
            except OSError as error:
                hint = f"The command can't be executed ({error.strerror}): give an absolute path, or a name on the PATH."
                raise StackDidNotStart(role, self.command, (), hint) from error
        self.pid = self._process.pid
        try:
            self._birth = keeper.keep(self.pid)
        except KeeperLost:
            self._process.kill()
            self._process.wait()
            raise
        self.started_at = _started_at(self.pid)

    @property
    def exit_status(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._process.poll()

    @property
    def is_alive(self) -> bool:
        """Whether the process itself runs; what it started is not asked."""
        return self._process.poll() is None

    def poll(self) -> int | None:
        """As `exit_status`."""
        return self._process.poll()

    def said(self) -> tuple[str, ...]:
        """The whole lines that it has logged."""
        return LogFile(self.log).since(self.log_begin)

    def family(self) -> tuple[int, ...]:
        """The pids of the process and of everything that came from it and is alive."""
        return tuple(self._kin())

    def stop(self, timeout: float = 10.0) -> int | None:
        """Ends it and everything it started, and waits until all are gone. Out: the exit status. Raises `StillRunning`.

        Its process group gets SIGTERM, and once it is gone whatever it left behind does; what is there after `timeout`
        seconds gets SIGKILL. Children in sessions of their own are left to it until then: they are its to end in order.
        Once stopped, stopping again does nothing.
        """
        end_at = time.monotonic() + timeout
        before = self._kin()  # a grandchild's tie to us may end with its parent
        if self.is_alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout)
        survivors = sidecar.end(lambda: before | self._kin(), end_at - time.monotonic())
        if survivors:
            raise StillRunning(self.role, [entry.pid for entry in survivors])
        self._process.wait()
        self._keeper.release(self.pid)
        return self._process.returncode

    def _kin(self) -> dict[int, sidecar.Entry]:
        self._process.poll()  # a child that ended stays in the process table until it is asked for
        return sidecar.kin({self.pid: self._birth}, self._marker)


def _started_at(pid: int) -> float | None:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None
