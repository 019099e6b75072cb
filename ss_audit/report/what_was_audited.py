"""What was audited, in one line: the first line of every report."""

from collections.abc import Sequence
from typing import Any

from ss_audit.run_reading import RunRead

OWN_SS = "reference SS"


def described(stack: str, base_url: str | None, revision: str | None, stand_ins: Sequence[str]) -> str:
    """In: the stack's kind, where it is, its revision, and what stands in. Out: all of it that is known, for people."""
    if OWN_SS in stand_ins:
        parts = [f"this project's {OWN_SS} (stack {stack}), a stand-in"]
    else:
        parts = [f"stack {stack}", f"at {base_url}" if base_url else ""]
    others = [name for name in stand_ins if name != OWN_SS]
    further = "further stand-ins" if OWN_SS in stand_ins else "stand-ins"
    parts += [f"revision {revision}" if revision else "", f"with {further}: {', '.join(others)}" if others else ""]
    return ", ".join(part for part in parts if part)


def title(run: RunRead) -> str:
    """In: a run read back. Out: what was audited, as far as it is on record."""
    told = settings_event(run)
    settings = told.get("settings", {})
    verdict = run.verdict or {}
    stack = verdict.get("stack") or settings.get("stack") or "reference"
    revision = (verdict.get("ss") or {}).get("revision")
    return described(stack, settings.get("base_url"), revision, told.get("stand_ins") or ())


def seed(run: RunRead) -> str:
    """What everything random in the run came from."""
    return str(settings_event(run).get("settings", {}).get("seed", "unknown"))


def settings_event(run: RunRead) -> dict[str, Any]:
    """The data of the `settings` event; empty when the run ended before it was written."""
    return dict(next((event.data for event in run.of_type("settings")), {}))
