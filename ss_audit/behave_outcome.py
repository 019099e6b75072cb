"""What behave saw go wrong in a scenario besides SS, in words: a step, a hook or a cleanup of ours, or steps left out."""

from typing import Any

BROKEN = ("error", "hook_error", "cleanup_error", "undefined", "pending")
NOT_EXECUTED = ("skipped", "untested")
AROUND = {"hook_error": "a hook of the audit broke in it", "cleanup_error": "a cleanup of the audit broke after it"}


def problem_in(scenario: Any) -> str | None:
    """Of a behave scenario whose steps are done: why what was judged may not count as a pass; None when nothing is wrong."""
    steps = list(scenario.all_steps)
    broken = next((step for step in steps if step.status.name in BROKEN), None)
    if broken is not None:
        return f"the step “{broken.name}” broke: {broken.exception or broken.status.name}"
    if scenario.should_skip:
        return f"it was skipped: {scenario.skip_reason or 'no reason was given'}"
    left_out = next((step for step in steps if step.status.name in NOT_EXECUTED), None)
    if left_out is not None and not any(step.status.has_failed() for step in steps):
        return f"the step “{left_out.name}” was not executed"
    return None if steps else "it has no steps"


def problem_around(scenario: Any) -> str | None:
    """Of a behave scenario that is over: what broke before, after or beside its steps; None when nothing did."""
    return AROUND.get(scenario.status.name)
