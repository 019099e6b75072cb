"""Which scenarios could not be evidenced with these settings, and what would change that. Pure.

The table is design §4's: what evidence suffices on which stack. Where we start SS ourselves, we see it all; where it runs
already, the operator's means stand for ours, and what is absent is `not_evidenced`.
"""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from ss_audit.doctor.model import Item
from ss_audit.settings import InForce, Settings

STATA = "Real Stata runner is evidenced"
LLM = "Real LLM provider is evidenced with the forced model"
LIBRARY = "Do-template library chain is classified as wired or not"
PACKAGE = "Missing ado/SSC dependency is diagnosable and recoverable"
RESTART = "Artifacts are contract-indexed and survive restart"


class Means(NamedTuple):
    """The operator's means for one scenario: every setting of one of the alternatives."""

    scenario: str
    alternatives: tuple[tuple[str, ...], ...]


ATTACHED = (
    Means(STATA, (("start_commands",),)),
    Means(LLM, (("llm_usage_command",),)),
    Means(LIBRARY, (("library_source",), ("library_swap_command",))),
    Means(PACKAGE, (("package_remove_command", "package_install_command"),)),
    Means(RESTART, (("restart_command",),)),
)


def is_attached(settings: Settings) -> bool:
    """Whether SS runs already, so that the audit can't act on it itself."""
    started_by_us = settings.stack == "docker" and settings.docker_image is not None
    return settings.stack == "remote" or (settings.stack == "docker" and not started_by_us)


def of_scenarios(in_force: InForce, missing: Collection[str]) -> Iterator[Item]:
    """One item for each scenario that could not be evidenced, whatever SS does; one that says so when there is none.

    In: `missing` names the items that are missing so far. Such a part has an item of its own, and so has a stand-in: their
    scenarios are notes. An operator's means that is absent is missing.
    """
    if stopping := [what for what in ("settings", "SS", "interpreter") if what in missing]:
        detail = f"none of them, as long as something is missing here: {', '.join(stopping)}"
        yield Item(what="scenarios", state="note", detail=detail)
    found = [*_parts(in_force, missing), *(_attached(in_force.settings) if is_attached(in_force.settings) else ())]
    yield from found
    if not found and not stopping:
        yield Item(what="scenarios", state="ok", detail="each of them can be evidenced with these settings")


def _parts(in_force: InForce, missing: Collection[str]) -> Iterator[Item]:
    for scenario, stands_in, needed in (
        (STATA, "rehearsal Stata", ("Stata",)),
        (LLM, "rehearsal LLM", ("LLM", "LLM key", "LLM host", "LLM host list", "LLM answers")),
        (LIBRARY, None, ("template library",)),
    ):
        lacking = [what for what in needed if what in missing]
        if stands_in in in_force.stand_ins:
            remedy = f"configure a real one, as said at {needed[0]}"
            detail = f"“{scenario}” can't be evidenced with the {stands_in}"
            yield Item(what="scenario", state="note", detail=detail, remedy=remedy)
        elif lacking:
            detail = f"“{scenario}” can't be evidenced as long as something is missing here: {', '.join(lacking)}"
            yield Item(what="scenario", state="note", detail=detail)


def _attached(settings: Settings) -> Iterator[Item]:
    for scenario, alternatives in ATTACHED:
        lacking = [[name for name in names if getattr(settings, name) is None] for names in alternatives]
        if all(lacking):
            detail = f"“{scenario}” can't be evidenced: SS runs already, and the audit has no means of its own"
            remedy = "set " + ", or ".join(" and ".join(names) for names in lacking)
            yield Item(what="scenario", state="missing", detail=detail, remedy=remedy)
