"""The audit's end of the keeper: starts it, tells it what to keep, and closes it."""

import contextlib
import json
import secrets
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ss_audit.stack import keeper as sidecar
from ss_audit.stack.errors import KeeperLost, StillRunning


class Keeper:
    """A running keeper. One for an audit; every process that the audit starts is handed to it.

    `environment()` gives a child the variable by which the keeper also finds what was never handed over: a child that was
    just being started, or a grandchild in a session of its own.
    """

    def __init__(self) -> None:
        self._marker = secrets.token_hex(8) + "/"
        self._count = 0
        self._kept: dict[int, str] = {}
        self._process = subprocess.Popen(
            [sys.executable, "-I", sidecar.__file__, self._marker],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            bufsize=0, cwd="/", start_new_session=True,
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """The keeper's own pid."""
        return self._process.pid

    def environment(self) -> dict[str, str]:
        """The marker variable for one child; each call gives a different value."""
        self._count += 1
        return {sidecar.MARKER_NAME: f"{self._marker}{self._count}/"}

    def keep(self, pid: int) -> str:
        """From now on this process and its session end with the audit. Out: its birth mark; empty when it is gone already."""
        mark = sidecar.birth(pid) or ""
        if mark:
            self._kept[pid] = mark
            self._tell({"keep": pid, "birth": mark})
        return mark

    def release(self, pid: int) -> None:
        """The process was ended by us, with its session."""
        if self._kept.pop(pid, None):
            self._tell({"release": pid})

    def remove_at_death(self, folder: Path) -> None:
        """Should the audit die, this folder goes with it: what SS keeps there holds tokens in clear."""
        self._tell({"remove": str(folder)})

    def run_at_death(self, *command: str, seconds: float | None = 60.0) -> None:
        """Should the audit die, this command is run once its processes are gone. `seconds` None: it keeps limits of its own."""
        self._tell({"run": list(command), "seconds": seconds})

    def leaked(self) -> tuple[int, ...]:
        """The pids of everything kept that is still alive, descendants included."""
        return tuple(self._kin())

    def close(self) -> tuple[int, ...]:
        """The end of the keeper. Out: the pids of what was still running, which is a leak; it is ended first.

        Raises `StillRunning` for what outlives SIGKILL. Closing twice is fine.
        """
        if self._process.stdin is None or self._process.stdin.closed:
            return ()
        leaked = self.leaked()
        outlived = sidecar.end(self._kin, sidecar.GRACE_SECONDS) if leaked else ()
        with contextlib.suppress(KeeperLost):
            self._tell({"done": True})
        self._process.stdin.close()
        self._process.wait()
        if outlived:
            raise StillRunning("something that the audit started", [entry.pid for entry in outlived])
        return leaked

    def _kin(self) -> dict[int, sidecar.Entry]:
        return sidecar.kin(self._kept, self._marker)

    def _tell(self, message: dict[str, Any]) -> None:
        try:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
        except (OSError, ValueError) as error:
            raise KeeperLost(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
