"""The operator's tunnel: started before anything is asked of SS, watched, started again when it ends, stopped at the end."""

import os
from pathlib import Path

from ss_audit.evidence.model import ProcessSeen, Recorder
from ss_audit.stack.errors import StackDidNotStart, StackError, ending
from ss_audit.stack.logs import Cursor, LogFile
from ss_audit.stack.operator_command import filled
from ss_audit.stack.process import ManagedProcess
from ss_audit.stack.sidecar import Keeper

ROLE = "tunnel"
MOST_REOPENED = 50


class TunnelEnded(StackError):
    """The tunnel's command ended before SS could be reached through it."""


class NoTunnel(StackError):
    """The tunnel's command can't be executed at all: the operator has to mend it."""

    blame = "operator"


class Tunnel:
    """One command that has to stay in the foreground (`ssh -N -L …`, `kubectl port-forward …`)."""

    def __init__(self, command: str, recorder: Recorder, keeper: Keeper, folder: Path) -> None:
        self._words = filled(command, {})
        self._recorder, self._keeper, self._folder = recorder, keeper, folder
        self._process: ManagedProcess | None = None
        self._reopened = 0

    @property
    def is_up(self) -> bool:
        """Whether its command runs."""
        return self._process is not None and self._process.is_alive

    def start(self) -> ProcessSeen:
        """Starts it; one that had ended is cleared away first. Raises `NoTunnel`."""
        self.stop()
        self._folder.mkdir(parents=True, exist_ok=True)
        log, env = self._folder / "tunnel.log", dict(os.environ)
        try:
            self._process = ManagedProcess(ROLE, self._words, env=env, cwd=self._folder, log=log, keeper=self._keeper)
        except StackDidNotStart as error:
            raise NoTunnel(f"tunnel_command can't be executed: {error}") from error
        return self._recorder.record(self._seen(self._process, "start"))

    def require(self) -> None:
        """Raises `TunnelEnded`, with its last words, when it does not run."""
        if self._process is not None and not self._process.is_alive:
            status, said = ending(self._process.exit_status), self._last_words()
            raise TunnelEnded(f"the tunnel ended by itself, {status}{f', saying: {said}' if said else ''}")

    def keep_open(self) -> None:
        """Starts it again when it ended, as a forwarded port does when what it leads to is restarted; not for ever.

        Raises `TunnelEnded` when it ended that often that it is of no use.
        """
        if self._process is not None and not self._process.is_alive:
            self._reopened += 1
            if self._reopened > MOST_REOPENED:
                self.require()
            self.start()

    def death(self) -> ProcessSeen | None:
        """How it ended, recorded; None while it runs."""
        if self._process is None or self._process.is_alive:
            return None
        return self._recorder.record(self._seen(self._process, "ended unasked"))

    def stop(self) -> None:
        """Ends it. Stopping twice is fine."""
        if self._process is not None:
            self._process.stop()
            self._process = None

    def _last_words(self) -> str:
        return " / ".join(LogFile(self._folder / "tunnel.log").tail(Cursor(None, 0), 3))

    def _seen(self, process: ManagedProcess, phase: str) -> ProcessSeen:
        status = process.exit_status
        return ProcessSeen(
            title=f"tunnel, {phase}: pid {process.pid}{f', {ending(status)}' if status is not None else ''}",
            role=ROLE, phase=phase, pid=process.pid, command=process.command, started_at=process.started_at,
            alive=status is None, exit_status=status,
        )  # fmt: skip
