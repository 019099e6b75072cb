"""An SS that runs elsewhere already: attached to over HTTP, acted on by the operator's commands, left as it was found."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import LogWindow, ProcessSeen, Statement
from ss_audit.evidence.seen import RestartSign
from ss_audit.settings import Settings
from ss_audit.stack.errors import NotPutBack, StackError
from ss_audit.stack.interface import ROLES, Connection, Marks, RestartSeen
from ss_audit.stack.operator_command import MeansFailed, Operator, filled
from ss_audit.stack.remote import processes, reach, signs
from ss_audit.stack.remote.in_use import LibraryInUse
from ss_audit.stack.remote.library import OperatorsLibrary
from ss_audit.stack.remote.logs import new_lines
from ss_audit.stack.remote.operators_logs import OperatorsLogs
from ss_audit.stack.remote.tunnel import Tunnel
from ss_audit.stack.to_undo import ToUndo

LOOK_EVERY = 30.0
SETTLE_SECONDS = 2.0
AGAIN_SECONDS = 1.0
"""A gateway may hiccup: nothing is dead before a second look has shown it."""
WAY = "way to SS"


class RemoteStack:
    """One SS elsewhere.

    In: the settings; where evidence goes; what runs the operator's commands; the library by the operator's means; the
    operator's tunnel, None without one; the list of what is to be undone, and what undoes the rest of it at the end.
    """

    def __init__(
        self,
        settings: Settings,
        archive: Archive,
        operator: Operator,
        library: OperatorsLibrary,
        tunnel: Tunnel | None,
        to_undo: ToUndo,
        undo: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings, self._archive = settings, archive
        self._operator, self._tunnel, self._undo = operator, tunnel, undo
        self._library = LibraryInUse(library, to_undo, lambda: self.restart("change of library"), self._way_to_restart)
        self._logs = OperatorsLogs(settings, operator)
        self._connection: Connection | None = None
        self._known: tuple[ProcessSeen, ...] = ()
        self._deaths: tuple[ProcessSeen, ...] = ()
        self._looked_at = 0.0
        self._clock_ahead: float | None = None

    @property
    def base_url(self) -> str:
        """As the operator gave it, without a slash at the end."""
        return (self._settings.base_url or "").rstrip("/")

    @property
    def connection(self) -> Connection:
        """TLS, proxy and tenant as the settings have them. Raises `NotTrusted`."""
        if self._connection is None:
            self._connection = reach.connection(self._settings)
        return self._connection

    @property
    def revision(self) -> str | None:
        """Nothing that runs elsewhere shows its source."""
        return None

    def described(self) -> dict[str, Any]:
        """What is known before: where it is, how it is reached, and the operator's means."""
        shown = self._settings.model_dump(mode="json", exclude_none=True)
        means = {name: value for name, value in shown.items() if name.endswith("_command") or name == "start_commands"}
        way = {name: value for name, value in shown.items() if name in ("ca_file", "client_certificate", "proxy", "tenant")}
        return {"base_url": self.base_url, **way, "means": means, "clock_ahead_seconds": self._clock_ahead}

    def start(self) -> tuple[ProcessSeen, ...]:
        """Opens the tunnel, waits for an answer, looks at the processes. Raises `NotReachable`, `NotTrusted`, `StackError`."""
        if self._tunnel is not None:
            self._tunnel.start()
        self._wait()
        self._archive.record(Statement(title=f"SS answers at {self.base_url}", detail=self.described()))
        self._known = self.processes("start")
        return self._known

    def stop(self) -> None:
        """Puts SS back on its own library, undoes the rest, closes the tunnel; each is tried. Raises `NotPutBack`."""
        failures: list[StackError] = []
        for step in (self._library.put_back, self._undo, self._close):
            try:
                step()
            except StackError as error:
                failures.append(error)
        if failures:
            raise NotPutBack(failures)

    def restart(self, phase: str = "restart") -> RestartSeen:
        """Runs `restart_command` and waits until SS answers and both roles are seen to be new, or the time is over.

        Raises `MeansFailed` when the command fails, `NotReachable` when SS does not answer afterwards.
        """
        before, marks, told = self.processes(f"before {phase}"), self.log_marks(), self._start_time()
        commanded, _ = self._operator.run("restart_command", self._settings.restart_command or "")
        end_at = time.monotonic() + self._settings.timeout_startup
        shows = bool(before or told or any(lines is not None for lines in marks.values()))
        while True:
            self._wait(max(1.0, end_at - time.monotonic()), restarted=True)
            if not shows or self._are_new(before, marks, told) or time.monotonic() > end_at:
                break
            time.sleep(min(1.0, SETTLE_SECONDS))
        if not shows:
            time.sleep(SETTLE_SECONDS)  # nothing tells the old one, which may answer still, from the new
            self._wait(restarted=True)
        self._known = self.processes(f"after {phase}")
        found = signs.in_logs(self.log_windows(marks, f"after {phase}"), marks)
        now = self._start_time()
        if told and now and told != now:
            said = self._archive.record(Statement(title=f"health told a start at {told}, and then at {now}"))
            found = (*found, RestartSign(role="api", what=said.title, evidence=said.id))
        return RestartSeen(before=before, after=self._known, signs=found, commanded=commanded)

    def processes(self, phase: str) -> tuple[ProcessSeen, ...]:
        """What `start_commands` shows, recorded; empty without it, and where it fails, which is on record then."""
        try:
            return tuple(self._archive.record(seen) for seen in self._look(phase, record=True))
        except MeansFailed:
            return ()

    def check_alive(self) -> tuple[ProcessSeen, ...]:
        """A tunnel that ended, an SS that does not answer, processes that are others than they were; until `revive`."""
        if not self._deaths:
            self._deaths = self._found_dead()
        return self._deaths

    def strangers(self) -> tuple[ProcessSeen, ...]:
        """None: what else runs on that host is not ours to look at."""
        return ()

    def revive(self) -> tuple[ProcessSeen, ...]:
        """Opens the tunnel again where it ended, and waits for SS to answer. Raises as `start`."""
        if self._tunnel is not None and not self._tunnel.is_up:
            self._tunnel.start()
        self._wait()
        self._known, self._deaths = self.processes("after revival"), ()
        return self._known

    def log_marks(self) -> Marks:
        """All that each log shows now; None for one that can't be read."""
        return {role: self._logs.shown(role)[0] for role in ROLES if self._logs.has(role)}

    def log_windows(self, marks: Marks, title: str) -> tuple[LogWindow, ...]:
        """What came since then; for a log that could not be read, a line that says so."""
        windows = []
        for role in ROLES:
            if role in marks:
                new = self._logs.since(role, marks[role])
                windows.append(self._archive.record(LogWindow(title=f"{title}: {role} log", process=role, lines=new)))
        return tuple(windows)

    def first_logs(self) -> tuple[LogWindow, ...]:
        """Of what each log shows, the lines of SS's own start alone: the others from before the audit are other people's."""
        windows = []
        for role in ROLES:
            lines = self._logs.shown(role)[0] if self._logs.has(role) else None
            if lines is not None:
                own = tuple(line for line in lines if signs.STARTED[role].search(line))
                title = f"{role} log, the lines of its start"
                windows.append(self._archive.record(LogWindow(title=title, process=role, lines=own)))
        return tuple(windows)

    def run_on(self, library: Path | None) -> bool:
        """Has SS run on this library, and restarts it, since SS reads its index once per process. Raises `NotInUse`."""
        return self._library.run_on(library)

    def _way_to_restart(self) -> tuple[str, ...] | None:
        command = self._settings.restart_command
        return filled(command, {}) if command is not None else None

    def _close(self) -> None:
        if self._tunnel is not None:
            self._tunnel.stop()

    def _found_dead(self) -> tuple[ProcessSeen, ...]:
        if self._tunnel is not None and (ended := self._tunnel.death()):
            return (ended,)
        told = self._answer()
        if isinstance(told, str):
            time.sleep(AGAIN_SECONDS)
            told = self._answer()
        if isinstance(told, str):
            title = f"{WAY}: nothing answers at {self.base_url} ({told})"
            gone = ProcessSeen(title=title, role=WAY, phase="unasked", pid=0, alive=False, where=self.base_url)
            return (self._archive.record(gone),)
        return self._replaced()

    def _answer(self) -> reach.Answer | str:
        try:
            return reach.answer(self.base_url, self.connection)
        except StackError as error:
            return str(error)

    def _replaced(self) -> tuple[ProcessSeen, ...]:
        """Processes that somebody else restarted since: looked for now and then, since each look is a command."""
        if not self._known or time.monotonic() - self._looked_at < LOOK_EVERY:
            return ()
        try:
            seen = self._look("look", record=False)
        except MeansFailed:
            return ()
        old = {known.role: known for known in self._known}
        roles = signs.anew(self._known, seen)
        ended = [old[role].model_copy(update={"id": "", "alive": False, "phase": "ended unasked"}) for role in sorted(roles)]
        return tuple(
            self._archive.record(gone.model_copy(update={"title": f"{gone.role} is another process now, unasked"}))
            for gone in ended
        )

    def _look(self, phase: str, record: bool) -> tuple[ProcessSeen, ...]:
        if self._settings.start_commands is None:
            return ()
        self._looked_at = time.monotonic()
        _, output = self._operator.run("start_commands", self._settings.start_commands, record_output=record)
        return processes.processes_in(output.decode("utf-8", "replace"), phase)

    def _are_new(self, before: tuple[ProcessSeen, ...], marks: Marks, told: str | None) -> bool:
        """Whether each role is seen to have started anew by now; looked at without leaving a trace."""
        found: set[str] = set()
        with contextlib.suppress(MeansFailed):
            found |= signs.anew(before, self._look("restart", record=False))
        for role, lines in marks.items():
            now, _ = self._logs.shown(role)
            if lines is not None and now is not None:
                found |= {role} if signs.start_lines(role, new_lines(lines, now), lines) else set()
        found |= {"api"} if told and self._start_time() not in (None, told) else set()
        return found >= set(ROLES)

    def _start_time(self) -> str | None:
        return signs.start_time(reach.health(self.base_url, self.connection))

    def _wait(self, timeout: float | None = None, restarted: bool = False) -> None:
        """`restarted`: we had SS restarted, which may end a tunnel that leads to it."""
        still_there = _nothing if self._tunnel is None else self._tunnel.keep_open if restarted else self._tunnel.require
        seconds = self._settings.timeout_startup if timeout is None else timeout
        self._clock_ahead = reach.wait_until_reachable(self.base_url, self.connection, seconds, still_there).clock_ahead


def _nothing() -> None:
    """Nothing is in the way between us and SS."""
