"""The stack as it was started: commands, environment, revision, and the first lines of its logs."""

from ss_audit.evidence.model import LogWindow, Statement
from ss_audit.evidence.seen import StackSeen
from ss_audit.lab.lab import Lab
from ss_audit.stack.logs import Cursor


def stack_start(lab: Lab) -> StackSeen:
    """Starts the main stack if that was not done yet."""
    bench = lab.main
    spec = bench.stack.spec
    started = lab.archive.record(
        Statement(
            title=f"stack {lab.in_force.stack}, started by the audit",
            detail={
                "stack": lab.in_force.stack,
                "revision": spec.revision,
                "dirty": spec.dirty,
                "api_command": list(spec.api_command),
                "worker_command": list(spec.worker_command),
                "notes": list(spec.notes),
            },
        )
    )
    logs = tuple(
        lab.archive.record(LogWindow(title=f"{role} log from its start", process=role, lines=log.since(Cursor(None, 0))))
        for role, log in bench.stack.logs.items()
    )
    return StackSeen(started=started, processes=bench.processes, logs=logs)
