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
SELECTION = "Template selection is not hard-coded"
INVENTORY = "Inventory includes versioned and unversioned surfaces"
STARTED = "SS is started as in production, and it is known how"
ALIVE = "SS stays up while it is audited"


class Means(NamedTuple):
    """The operator's means for one scenario: every setting of one of the alternatives."""

    scenario: str
    alternatives: tuple[tuple[str, ...], ...]


SOURCES = ("library_source", "ss_root")
PACKAGES = ("package_remove_command", "package_install_command", "library_swap_command")
SEEN_RESTARTS = (("restart_command", "start_commands"), ("restart_command", "api_log_command", "worker_log_command"))
"""A restart, with what shows that both roles started anew. An altered library is in use only after one."""
ATTACHED = (
    Means(INVENTORY, (("ss_root",),)),
    Means(LIBRARY, tuple((source,) for source in SOURCES)),
    Means(STARTED, (("start_commands", "worker_log_command"),)),
    Means(STATA, (("start_commands",),)),
    Means(LLM, (("llm_usage_command",),)),
    Means(ALIVE, (("start_commands",),)),
    Means(RESTART, SEEN_RESTARTS),
    Means(SELECTION, tuple((source, "library_swap_command", *seen) for source in SOURCES for seen in SEEN_RESTARTS)),
    Means(PACKAGE, tuple((*PACKAGES, source, *seen) for source in SOURCES for seen in SEEN_RESTARTS)),
)
GIVEN_BY_THE_ENGINE = ("start_commands", "api_log_command", "worker_log_command", "library_source", "ss_root")
"""What the engine shows of containers, whoever started them: processes, logs, the library and the source in them."""


def is_attached(settings: Settings) -> bool:
    """Whether SS runs already, so that the audit can't act on it itself."""
    started_by_us = settings.stack == "docker" and settings.docker_image is not None
    return settings.stack == "remote" or (settings.stack == "docker" and not started_by_us)


def of_scenarios(in_force: InForce, missing: Collection[str]) -> Iterator[Item]:
    """One item for each scenario that could not be evidenced, whatever SS does; one that says so when there is none.

    In: `missing` names the items that are missing so far. Such a part has an item of its own, and so has a stand-in: their
    scenarios are notes. An operator's means that is absent is missing.
    """
    if stopping := [what for what in ("settings", "SS", "interpreter", "task codes") if what in missing]:
        detail = f"none of them, as long as something is missing here: {', '.join(stopping)}"
        yield Item(what="scenarios", state="note", detail=detail)
    found = [*_parts(in_force, missing), *(_attached(in_force) if is_attached(in_force.settings) else ())]
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


def _attached(in_force: InForce) -> Iterator[Item]:
    """A scenario whose part stands in has its note already."""
    settings, shown = in_force.settings, {"rehearsal Stata": STATA, "rehearsal LLM": LLM}
    noted = {shown[name] for name in in_force.stand_ins if name in shown}
    for scenario, alternatives in ATTACHED:
        lacking = [[name for name in names if not _has(settings, name)] for names in alternatives]
        if all(lacking) and scenario not in noted:
            detail = f"“{scenario}” can't be evidenced: SS runs already, and the audit has no means of its own"
            fewest = min(map(len, lacking))
            ways = [" and ".join(names) for names in lacking if len(names) == fewest]
            ways += ["docker_may_restart=true"] if settings.stack == "docker" and "restart_command" in ways else []
            remedy = "set " + ", or ".join(dict.fromkeys(ways))
            yield Item(what="scenario", state="missing", detail=detail, remedy=remedy)
    yield from _packages(settings)


def _has(settings: Settings, name: str) -> bool:
    """Whether a means is there: said by the operator, or the engine's where SS runs in containers."""
    by_engine = settings.stack == "docker" and name in GIVEN_BY_THE_ENGINE
    may_restart = name == "restart_command" and settings.docker_may_restart
    return by_engine or may_restart or getattr(settings, name) is not None


def _packages(settings: Settings) -> Iterator[Item]:
    install = settings.package_install_command
    if install is not None and "{ado_file}" not in install:
        detail = f"“{PACKAGE}” can be evidenced in part only: package_install_command installs published packages alone"
        remedy = "let it install the file {ado_file}, a package that the audit makes for the purpose"
        yield Item(what="scenario", state="missing", detail=detail, remedy=remedy)
