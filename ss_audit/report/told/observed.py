"""One observation of a run, for a report: what can't be read is as good as not observed, and no reason to tell nothing."""

from typing import TypeVar

from ss_audit.evidence.observation import Observation
from ss_audit.run_reading import BundleUnreadable, RunRead, observation

Seen = TypeVar("Seen", bound=Observation)


def observed(run: RunRead, kind: type[Seen]) -> Seen | None:
    """The last observation of this kind; None when it was not made, did not succeed, or is of another version of the audit."""
    name = kind.__name__
    looks = [e for e in run.events if e.type in ("observation", "could_not_look") and e.data.get("kind") == name]
    if not looks or looks[-1].type != "observation":
        return None
    try:
        found = observation(looks[-1], run.entries)
    except BundleUnreadable:
        return None
    return found if isinstance(found, kind) else None
