"""SS's log lines as events: JSON objects where they are, `{"event": first word, "line": …}` where a line is plain text."""

import json
from collections.abc import Iterable
from typing import Any


def events(lines: Iterable[str]) -> tuple[dict[str, Any], ...]:
    """One event a line, in order; nothing is dropped, so that older log formats can be read as well."""
    return tuple(_event(line) for line in lines)


def _event(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    return {"event": line.strip().partition(" ")[0], "line": line}
