"""The template chain as its five links, each held, broken, or beyond the break."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ss_audit.checks.judgement import EnvironmentFailed, NotReached
from ss_audit.checks.library import Classification, classify
from ss_audit.evidence.seen import LibraryTrace, RouteRow, SurfacesSeen
from ss_audit.report.told.observed import observed
from ss_audit.run_reading import RunRead

LINKS: Mapping[str, str] = MappingProxyType({
    "assets": "template files",
    "index": "library index",
    "selection": "chosen in the plan",
    "rendering": "the executed do-file",
    "runner": "the Stata log",
})  # fmt: skip


@dataclass(frozen=True)
class LinkTold:
    """One link. `state`: holds, broken (the first that does not hold), or unknown (beyond it, or never followed)."""

    name: str
    what: str
    state: str
    saw: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class ChainTold:
    """The chain. `wired` is the classification, or "not followed"; `boundary` says where it ends."""

    wired: str
    boundary: str
    links: tuple[LinkTold, ...]


def library_of(run: RunRead) -> Classification | None:
    """The classification; None when the chain was not followed to its end."""
    trace = observed(run, LibraryTrace)
    try:
        return classify(trace) if trace else None
    except (NotReached, EnvironmentFailed):
        return None


def routes_of(run: RunRead) -> tuple[RouteRow, ...]:
    """The routes of the inventory; empty when they were not looked at."""
    surfaces = observed(run, SurfacesSeen)
    return surfaces.rows if surfaces else ()


def chain_told(run: RunRead) -> ChainTold:
    """All five links, whatever was seen of them."""
    library = library_of(run)
    if library is None:
        links = tuple(LinkTold(name, what, "unknown", "not looked at", ()) for name, what in LINKS.items())
        return ChainTold("not followed", "the chain was not followed to its end in this run", links)
    seen = {link.name: link for link in library.links}
    broken = next((link.name for link in library.links if not link.holds), None)
    found = []
    for name, what in LINKS.items():
        link = seen.get(name)  # type: ignore[call-overload]
        if link is None:
            found.append(LinkTold(name, what, "unknown", "beyond the break", ()))
            continue
        state = "holds" if link.holds else ("broken" if name == broken else "unknown")
        found.append(LinkTold(name, what, state, link.saw, link.evidence))
    return ChainTold(library.wired, library.boundary, tuple(found))


def is_versioned(path: str) -> bool:
    """Whether a route belongs to the versioned API."""
    return path == "/v1" or path.startswith("/v1/")
