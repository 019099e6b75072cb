"""What a stack is to everybody who uses one, however it came to run: processes of ours, containers, another host.

A stack that we start gets our witnesses, a library and an ado folder at its start (`lab/stacks.py`). One that runs already
is altered by the operator's means, where there are any: what there is no means for is named in `lacks`, with the sentence
that says what would give it, and ends `not_evidenced`.
"""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from ss_audit.evidence.model import Fact, LogWindow, OperatorCommand, ProcessSeen
from ss_audit.evidence.seen import RestartSign

Role = Literal["api", "worker"]
ROLES: tuple[Role, Role] = ("api", "worker")

Mean = Literal[
    "library", "packages", "published packages", "restart", "processes", "api log", "worker log", "stata witness",
    "llm witness", "provider usage",
]  # fmt: skip
"""What can be done on a stack: run it on an altered template library; install a package of ours in, and remove it from, the
Stata that SS runs; do so with a package that SS's templates need; restart API and worker; see their processes and start
commands; read each log; stand between SS and Stata (the shim), and between SS and its provider (the relay); where there is
no relay, see what the provider itself counted."""

Marks = Mapping[Role, Any]
"""Where both logs stood; only the stack that gave it can read it."""


class Connection(NamedTuple):
    """How HTTP reaches a stack. `tls` None: httpx's own trust; `headers` go with every request (a tenant's, say)."""

    tls: ssl.SSLContext | None = None
    proxy: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


class RestartSeen(Fact):
    """A restart. `before` and `after` are processes, API first, as far as they could be seen.

    `signs` is what else shows that a role started anew, where processes can't be seen: a log's start-up line, a start time
    that health tells. `commanded` is the operator's command by which it was done, None where we did it.
    """

    before: tuple[ProcessSeen, ...]
    after: tuple[ProcessSeen, ...]
    signs: tuple[RestartSign, ...] = ()
    commanded: OperatorCommand | None = None

    @property
    def is_proven(self) -> bool:
        """Every role runs afterwards, under a pid and a start time that no process had before."""
        old = {(seen.pid, seen.started_at) for seen in self.before}
        new = {seen.role for seen in self.after if seen.alive and seen.started_at and (seen.pid, seen.started_at) not in old}
        return bool(self.before) and new == {seen.role for seen in self.before}


class Stack(Protocol):
    """One SS. Whatever is seen comes back recorded. Errors are `StackError`s: we could not get at SS, never a judgement."""

    @property
    def base_url(self) -> str:
        """Where the API answers, without a slash at the end; to be asked afresh after each start."""

    @property
    def connection(self) -> Connection:
        """How HTTP reaches it."""

    @property
    def revision(self) -> str | None:
        """SS's source revision (or image digest); None: unknown."""

    def described(self) -> dict[str, Any]:
        """How it was started or attached to, for the record and without secrets: commands, image, revision, notes."""

    def start(self) -> tuple[ProcessSeen, ...]:
        """Starts SS, or attaches to it, and waits until it is ready. Out: its processes, as far as they can be seen."""

    def stop(self) -> None:
        """Ends what we started, or lets go of what we did not. Stopping twice is fine; what never started too."""

    def restart(self, phase: str = "restart") -> RestartSeen:
        """Restarts API and worker on the same state, and waits until SS is ready. Only where "restart" is not lacking."""

    def processes(self, phase: str) -> tuple[ProcessSeen, ...]:
        """API and worker at this moment; those that died are among them. Empty where processes can't be seen."""

    def check_alive(self) -> tuple[ProcessSeen, ...]:
        """Those that ended unasked, each recorded once and with the same id when asked again; never raises.

        A role other than api and worker is the way to SS (a tunnel): that its end is not SS's doing is known.
        """

    def strangers(self) -> tuple[ProcessSeen, ...]:
        """Processes of SS that were not there when it had been started; to be asked when no job is under way."""

    def revive(self) -> tuple[ProcessSeen, ...]:
        """Starts again what died, or waits for whoever watches over it to do so. Out: what was started."""

    def log_marks(self) -> Marks:
        """Where both logs stand now."""

    def log_windows(self, marks: Marks, title: str) -> tuple[LogWindow, ...]:
        """What each log that can be read got since the marks: API first, an empty window included."""

    def first_logs(self) -> tuple[LogWindow, ...]:
        """Each log from its start on, where it holds nobody else's: empty for an SS that ran before us."""

    def run_on(self, library: Path | None) -> bool:
        """Has SS run on this template library from now on; None: on its own. Out: whether SS was restarted for it. A stack
        that got its library at its start stays as it is."""


class Packages(Protocol):
    """Where packages of the Stata that SS runs are installed and removed."""

    def install(self, package: str) -> object:
        """Makes the command of this name known to Stata."""

    def remove(self, package: str) -> object:
        """Makes it unknown again; one that is not there is no error."""
