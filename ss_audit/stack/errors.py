"""What can go wrong when SS is started or read. Every text says what happened and what to do about it."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ss_audit.evidence.model import ProcessSeen


class StackError(Exception):
    """Base of everything below: we could not get at SS. Never a judgement of SS; `blame` says whose fault it is."""

    blame: Literal["environment", "operator"] = "environment"


class StackDidNotStart(StackError):
    """A process of SS ended before it was ready, or its command could not be executed at all.

    `what` is the role (api, worker) or the step that failed; `log_tail` holds its last lines, secrets masked; `ended` is the
    process as it was recorded after it had ended by itself, None where none was seen.
    """

    def __init__(
        self, what: str, command: Sequence[str], log_tail: Sequence[str], hint: str, ended: ProcessSeen | None = None
    ) -> None:
        self.ended = ended
        self.what, self.command, self.log_tail, self.hint = what, tuple(command), tuple(log_tail), hint
        super().__init__(f"{what} did not start. {hint}{_quoted(command, log_tail)}")


class NotReady(StackError):
    """A wait for a fact ended without it. `waited_seconds` is how long, `for_what` what was waited for."""

    def __init__(self, waited_seconds: float, for_what: str, command: Sequence[str] = (), log_tail: Sequence[str] = ()) -> None:
        self.waited_seconds, self.for_what, self.log_tail = waited_seconds, for_what, tuple(log_tail)
        super().__init__(
            f"waited {waited_seconds:.0f} s in vain for {for_what}. Look at the log; if SS is only slow here, raise "
            f"timeout_startup{_quoted(command, log_tail)}"
        )


class PortTaken(StackError):
    """Another process answers on the port that was meant for ours: what it says is not SS's word."""

    def __init__(self, port: int, tries: int = 1) -> None:
        self.port, self.tries = port, tries
        super().__init__(
            f"another process answers on the port {port} that was chosen for SS's API (tries: {tries}). If the API "
            "command has a fixed port, use {port} in it; else end the process that holds the port"
        )


class ProcessDied(StackError):
    """A process of ours ended while something was waited for from it."""

    def __init__(self, role: str, pid: int, exit_status: int | None, log_tail: Sequence[str] = ()) -> None:
        self.role, self.pid, self.exit_status, self.log_tail = role, pid, exit_status, tuple(log_tail)
        super().__init__(f"{role} (pid {pid}) ended by itself, {ending(exit_status)}{_quoted((), log_tail)}")


class StillRunning(StackError):
    """A process that outlived SIGKILL: it hangs in the operating system (a dead network drive, most often)."""

    def __init__(self, role: str, pids: Sequence[int]) -> None:
        self.role, self.pids = role, tuple(pids)
        super().__init__(f"{role} could not be ended; these processes outlived SIGKILL: {', '.join(map(str, pids))}")


class NotPutBack(StackError):
    """An SS that ran already could not be left as it was found. `blame` is that of what kept us from it."""

    def __init__(self, causes: Sequence[StackError]) -> None:
        self.blame = causes[0].blame
        told = "; ".join(str(cause) for cause in causes)
        super().__init__(f"SS is perhaps not as it was found (its library, packages of the audit's, a tunnel): {told}")


class NotInUse(StackError):
    """SS was given another library, and nothing shows that it was restarted, so that it would use it. `how` names the means."""

    def __init__(self, how: str) -> None:
        super().__init__(
            f"{how}: nothing shows that api and worker started anew, so SS perhaps still uses the library that it read before; "
            "let it restart both, and let start_commands or both log commands show it"
        )


class CommandUnreadable(StackError, ValueError):
    """A command template that can't be filled in."""


class NotACheckout(StackError):
    """The folder is not SS's source, or the interpreter is none."""


class NoSpace(StackError):
    """Too little room on the disk for a run. Sizes in bytes."""

    def __init__(self, path: Path, free: int, minimum: int) -> None:
        self.path, self.free, self.minimum = path, free, minimum
        super().__init__(
            f"only {free / 2**20:.0f} MiB are free where {path} lies, and a run needs {minimum / 2**20:.0f} MiB: make "
            "room, or let reports_dir point to another disk"
        )


class KeeperLost(StackError):
    """The keeper has ended: nothing would clean up after an audit that dies."""

    def __init__(self, cause: BaseException) -> None:
        super().__init__(f"the audit's keeper process has ended ({cause}); nothing more is started without it")


def ending(exit_status: int | None) -> str:
    """An exit status in words; negative is the signal, as in `subprocess`."""
    if exit_status is None:
        return "exit status unknown"
    return f"killed by signal {-exit_status}" if exit_status < 0 else f"exit status {exit_status}"


def _quoted(command: Sequence[str], log_tail: Sequence[str]) -> str:
    told = f"\n  command: {shlex.join(command)}" if command else ""
    if log_tail:
        return told + "\n  its last words:\n" + "\n".join(f"    {line}" for line in log_tail)
    return told + ("\n  it logged nothing" if command else "")
