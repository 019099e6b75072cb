"""The words that readers meet in every report, and how values are made short enough to be read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

OUTCOME_WORDS: Mapping[str, str] = {
    "pass": "pass",
    "fail": "fail",
    "not_evidenced": "not evidenced",
    "error": "could not look",
    "not_run": "not run",
}
CLASS_MEANINGS: Mapping[str, str] = {
    "PROVEN": "an observer of ours saw the real one do the work, and nothing is left open",
    "CONSISTENT": "everything fits the real one, but something was left open",
    "REHEARSAL": "a stand-in did the work, as declared",
    "REFUTED": "what was seen contradicts that it is the real one",
    "ABSENT": "nobody saw it at work",
    "UNKNOWN": "the run ended before this was judged",
}
BLAME_WORDS: Mapping[str, str] = {
    "environment": "the environment (host, provider, licence or disk), not SS",
    "operator": "how the audit was started or stopped, not SS",
    "audit": "the audit itself, which has a bug; not SS",
}
POINT_TITLES: Mapping[str, str] = {
    "template_selection": "Template selection is stable and not hard-coded",
    "parameter_binding": "Parameters are bound correctly, and missing ones are said",
    "dependency_handling": "A missing Stata package is named, and the job can be retried",
    "artifact_contract": "Results are archived as promised, indexed and downloadable",
}


def in_words(value: Any) -> str:
    """JSON as people write it: names with what they hold, lists with commas, yes, no and none."""
    if isinstance(value, Mapping):
        return "; ".join(f"{str(name).replace('_', ' ')}: {_inside(held)}" for name, held in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(_inside, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None or value == "" else str(value)


def _inside(value: Any) -> str:
    return f"({in_words(value)})" if isinstance(value, Mapping) and value else in_words(value)


def shortened(text: str, most: int = 400) -> str:
    """On one line, and not longer than `most` characters; what was left out is counted."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most].rstrip()} … ({len(line) - most} more characters)"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 check`, `3 checks`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 moment, None where there is none."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def lasted(seconds: float | None) -> str:
    """A duration as people say it: 340 ms, 4.2 s, 3 min 5 s."""
    if seconds is None:
        return "unknown"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
