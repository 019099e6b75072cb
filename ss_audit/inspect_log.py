"""`ss-audit inspect-log`: what a Stata log is and how the run in it ended, each word with its reason.

The reading itself is `ss_audit.stata_log.inspect`; here a file becomes text for people, or JSON for programs. Of the path
only the last part is told, of the licence nothing: a log that is sent around for a diagnosis must not tell whose it was.
"""

import json
from pathlib import Path

from ss_audit.stata_log.inspect import Inspection, inspect

SCHEMA = "ss-audit/log-inspection/1"
NO_PROOF = "Text alone never shows that Stata wrote it."
_REASONS = {
    "nothing speaks against Stata": "no rule that genuine logs keep is broken",
    "doubtful": "at least one rule is broken that no genuine log breaks",
    "announces itself as a rehearsal": "its head says that an engine stood in for Stata",
    "not a stata log": "nothing in it is as Stata begins a log",
}


class UnreadableError(Exception):
    """The file can't be read. The text says why, without the folder that it lies in."""


def inspected(path: Path, as_json: bool) -> str:
    """What is said of the log at `path`: aligned text, or JSON (schema ss-audit/log-inspection/1). Raises UnreadableError."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise UnreadableError(f"{_plain(path.name)} can't be read: {why}") from None
    except ValueError:  # a NUL in the name
        raise UnreadableError("that is no name of a file") from None
    found = inspect(raw)
    return _as_json(path.name, found) if as_json else _as_text(path.name, found)


def _as_json(name: str, found: Inspection) -> str:
    said = found.model_dump(mode="json")
    reason = {"standing_reason": _REASONS[found.standing], "note": NO_PROOF}
    return json.dumps({"schema": SCHEMA, "file": name, **said, "tables": dict(found.tables), **reason}, indent=2)


def _as_text(name: str, found: Inspection) -> str:
    lines = [f"{name}: {found.standing}", f"    because {_REASONS[found.standing]}", ""]
    for remark in found.summary:
        lines += [f"  {remark.what}", f"      seen from: {remark.reason}"]
    if found.kind != "not a stata log":
        lines += [f"  Written as {found.encoding}, lines ended by {found.newline}."]
    for strength, heading in (("strong", "What genuine logs never do:"), ("weak", "What genuine logs seldom do:")):
        doubts = [d for d in found.doubts if d.strength == strength]
        lines += ["", f"  {heading}"] if doubts else []
        for doubt in doubts:
            lines += [f"  - {doubt.what}", f"      since {doubt.reason}"]
    lines += ["", f"  {NO_PROOF}"] if found.standing == "nothing speaks against Stata" else []
    return "\n".join(_plain(line) for line in lines)


def _plain(text: str) -> str:
    """A log is anybody's text: what would command a terminal is shown as a replacement character."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
