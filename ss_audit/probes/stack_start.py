"""The stack as it was started: commands, environment, revision, and the first lines of its logs."""

from ss_audit.evidence.model import Statement
from ss_audit.evidence.seen import StackSeen
from ss_audit.lab.lab import Lab


def stack_start(lab: Lab) -> StackSeen:
    """Starts the main stack if that was not done yet."""
    bench, kind = lab.main, lab.in_force.stack
    how = "attached to by the audit" if "stata witness" in lab.lacks else "started by the audit"
    detail = {"stack": kind, **bench.stack.described()}
    if "processes" in lab.lacks:
        detail["lacks"] = lab.lacks["processes"]
    started = lab.archive.record(Statement(title=f"stack {kind}, {how}", detail=detail))
    return StackSeen(started=started, processes=bench.processes, logs=bench.stack.first_logs())
