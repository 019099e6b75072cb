"""What is the same for containers of ours and of others: looking at them, noticing that one ended, reading their logs."""

from typing import Any

from ss_audit.evidence.model import LogWindow, ProcessSeen, Recorder, Statement
from ss_audit.stack.docker.container import SSContainer
from ss_audit.stack.docker.logs import Place
from ss_audit.stack.errors import StackError
from ss_audit.stack.interface import ROLES, Marks, Role


class Watch:
    """The containers of one SS by role, under observation. In: where evidence goes."""

    def __init__(self, recorder: Recorder) -> None:
        self.containers: dict[Role, SSContainer] = {}
        self._recorder = recorder
        self._expected: dict[Role, str] = {}
        self._deaths: dict[tuple[Role, str], ProcessSeen] = {}

    def alive_since(self, role: Role) -> None:
        """From now on this container counts as started at its present start; another one that nobody asked for is a death."""
        self._expected[role] = self.containers[role].state().started

    def processes(self, phase: str) -> tuple[ProcessSeen, ...]:
        """API and worker at this moment, recorded; those that ended are among them."""
        return tuple(self._recorder.record(container.seen(phase)) for container in self._in_order())

    def check_alive(self) -> tuple[ProcessSeen, ...]:
        """Those that ended although nobody asked them to, or that somebody else started anew; each is recorded once.

        Never raises: of an engine that does not answer, the next thing that needs it will tell.
        """
        found: list[ProcessSeen] = []
        for container in self._in_order():
            role = container.role
            key = (role, self._expected.get(role, ""))
            try:
                state = container.state()
            except StackError:
                continue
            if state.running and state.started == key[1]:
                continue
            if key not in self._deaths:
                phase = "ended unasked" if not state.running else "was started anew, and not by us"
                self._deaths[key] = self._recorder.record(container.seen(phase).model_copy(update={"alive": False}))
            found.append(self._deaths[key])
        return tuple(found)

    def log_marks(self) -> Marks:
        """Where both logs stand now."""
        return {role: container.log.mark() for role, container in self.containers.items()}

    def log_windows(self, marks: Marks, title: str) -> tuple[LogWindow, ...]:
        """What both logs got since the marks, recorded: API first, an empty window included."""
        return self._windows(marks, f"{title}: {{0}} log")

    def _windows(self, marks: Marks, title: str) -> tuple[LogWindow, ...]:
        return tuple(
            self._recorder.record(
                LogWindow(title=title.format(c.role), process=c.role, lines=c.log.since(marks.get(c.role, Place())))
            )
            for c in self._in_order()
        )

    def _recorded(self, phase: str) -> tuple[ProcessSeen, ...]:
        """As `processes`, with all that the engine tells: ids, start times, health, process tables."""
        detail: dict[str, Any] = {c.role: c.facts() for c in self._in_order()}
        self._recorder.record(Statement(title=f"containers, {phase}", detail=detail))
        return self.processes(phase)

    def _in_order(self) -> list[SSContainer]:
        return [self.containers[role] for role in ROLES if role in self.containers]
