"""The logs of containers that run already: as the engine keeps them, else by the operator's commands, else not at all.

An engine keeps what a container prints unless its log driver says otherwise (`none`; some that send it elsewhere).
"""

from collections.abc import Mapping

from ss_audit.stack.docker.container import SSContainer
from ss_audit.stack.docker.engine import EngineRefused
from ss_audit.stack.docker.logs import Place
from ss_audit.stack.interface import ROLES, Marks, Role
from ss_audit.stack.remote.operators_logs import COMMANDS, OperatorsLogs

NOT_KEPT = "the engine keeps no log of {0} ({1}): give {2}, or let it have a log driver that the engine reads"


class KeptLogs:
    """In: the containers, as they are at the time; the logs by the operator's commands."""

    def __init__(self, containers: Mapping[Role, SSContainer], by_command: OperatorsLogs) -> None:
        self._containers, self._by_command = containers, by_command

    def marks(self) -> Marks:
        """Where each log stands, the engine's or the operator's; nothing of one that can't be seen."""
        found: dict[Role, Place | tuple[str, ...] | None] = {}
        for role in ROLES:
            try:
                found[role] = self._containers[role].log.mark()
            except EngineRefused:
                if self._by_command.has(role):
                    found[role], _ = self._by_command.shown(role)
        return found

    def since(self, role: Role, mark: Place | tuple[str, ...] | None) -> tuple[str, ...]:
        """What came since the mark. Raises `EngineRefused` where the engine does not keep any more what it kept then."""
        if isinstance(mark, Place):
            return self._containers[role].log.since(mark)
        return self._by_command.since(role, mark)

    def of_its_start(self, role: Role) -> tuple[str, ...] | None:
        """What the engine has since the container's start, else all that the operator's command shows; None without either."""
        container = self._containers[role]
        try:
            return container.log.since_second(container.state().started_at)
        except EngineRefused:
            return self._by_command.shown(role)[0] if self._by_command.has(role) else None

    def unseen(self) -> dict[Role, str]:
        """The logs that nothing shows, each with why, and what would change that."""
        refused = {role: why for role in ROLES if (why := why_not_kept(self._containers[role]))}
        return {role: why for role, why in refused.items() if not self._by_command.has(role)}


def why_not_kept(container: SSContainer) -> str | None:
    """Why the engine does not show this container's log, and what would change that; None where it does."""
    try:
        container.log.mark()
    except EngineRefused:
        driver = (container.container.attrs["HostConfig"].get("LogConfig") or {}).get("Type") or "unknown"
        return NOT_KEPT.format(container.name, f"log driver {driver}", COMMANDS[container.role])
    return None
