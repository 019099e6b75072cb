"""SS's logs by the operator's commands: what each shows, and what came since."""

from collections.abc import Sequence

from ss_audit.settings import Settings
from ss_audit.stack.interface import Role
from ss_audit.stack.operator_command import MeansFailed, Operator
from ss_audit.stack.remote.logs import lines_of, new_lines

UNREADABLE = "[audit: the log could not be read: {0}]"
COMMANDS: dict[Role, str] = {"api": "api_log_command", "worker": "worker_log_command"}


class OperatorsLogs:
    """In: the settings, and what runs the operator's commands."""

    def __init__(self, settings: Settings, operator: Operator) -> None:
        self._operator = operator
        self._commands: dict[Role, str | None] = {role: getattr(settings, name) for role, name in COMMANDS.items()}

    def has(self, role: Role) -> bool:
        """Whether there is a command for this log."""
        return self._commands[role] is not None

    def shown(self, role: Role) -> tuple[tuple[str, ...] | None, str]:
        """All that the log shows now. Where it can't be read: None, and why."""
        try:
            _, output = self._operator.run(COMMANDS[role], self._commands[role] or "", record_output=False)
        except MeansFailed as error:
            return None, str(error).splitlines()[0]
        return lines_of(output), ""

    def since(self, role: Role, before: Sequence[str] | None) -> tuple[str, ...]:
        """What came since it showed that; for a log that could not be read, then or now, a line that says so."""
        lines, problem = self.shown(role)
        if lines is None or before is None:
            return (UNREADABLE.format(problem or "it could not be read before"),)
        return new_lines(before, lines)
