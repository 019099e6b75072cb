"""What was audited, in one line, as the bundle tells it: the first line of every report."""

from typing import Any

from ss_audit.run_reading import RunRead


def title(run: RunRead) -> str:
    """In: a run read back. Out: stack, revision or base URL, stand-ins and seed, as far as they are on record."""
    told = settings_event(run)
    settings = told.get("settings", {})
    verdict = run.verdict or {}
    ss = verdict.get("ss") or {}
    stack = verdict.get("stack") or settings.get("stack") or "reference"
    revision = ss.get("revision")
    base_url = settings.get("base_url")
    stand_ins = told.get("stand_ins") or ()
    parts = [f"stack {stack}", f"at {base_url}" if base_url else "", f"revision {revision}" if revision else ""]
    parts += [f"with stand-ins: {', '.join(stand_ins)}" if stand_ins else "", f"seed {settings.get('seed', 'unknown')}"]
    return ", ".join(part for part in parts if part)


def settings_event(run: RunRead) -> dict[str, Any]:
    """The data of the `settings` event; empty when the run ended before it was written."""
    return dict(next((event.data for event in run.of_type("settings")), {}))
