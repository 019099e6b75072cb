"""The inventory of routes: source, OpenAPI document and probes put side by side, one row for each route."""

from collections.abc import Collection, Iterable

from ss_audit.evidence.seen import RouteRow
from ss_audit.probes.routes import Route, RouteSeen, without_converters
from ss_audit.ss.source_routes import SourceRoute, SourceScan


def inventory(
    source: SourceScan | None,
    openapi: Collection[Route] | None,
    probes: Iterable[RouteSeen],
    openapi_evidence: tuple[str, ...] = (),
) -> tuple[RouteRow, ...]:
    """In: what the source defines (None: not read), what the running application's OpenAPI document lists (None: there
    is none) with the id of the exchange that fetched it, and what probing found. Out: one row for each method and path
    that any of them knows, sorted by path.

    `probes` may tell of one route more than once (probing, and use in a journey): what says most counts.
    A route counts as connected when a probe reached it; when probes leave it open, the running application's own
    document decides, and without that it is disconnected: nothing shows that it is connected.
    """
    defined = _defined(source)
    seen = _strongest(probes)
    listed = {(method, without_converters(path)) for method, path in openapi or ()}
    rows = []
    for route in sorted({*defined, *seen, *listed}, key=lambda key: (key[1], key[0])):
        in_openapi = route in listed
        unlisted = openapi is not None and not in_openapi and route in defined and defined[route].in_schema
        reachable, reason = _reachable(seen.get(route), unlisted)
        connected = in_openapi if reachable is None else reachable
        rows.append(
            RouteRow(
                method=route[0],
                path=route[1],
                defined_at=defined[route].defined_at if route in defined else None,
                in_openapi=in_openapi,
                reachable=reachable,
                surface="connected" if connected else "disconnected",
                why=reason,
                evidence=(*(seen[route].evidence if route in seen else ()), *(openapi_evidence if in_openapi else ())),
            )
        )
    return tuple(rows)


def _strongest(probes: Iterable[RouteSeen]) -> dict[Route, RouteSeen]:
    seen: dict[Route, RouteSeen] = {}
    for probe in probes:
        route = (probe.method, without_converters(probe.path))
        if route not in seen or _weight(probe) > _weight(seen[route]):
            seen[route] = probe
    return seen


def _weight(probe: RouteSeen) -> tuple[int, bool]:
    states = ("undetermined", "disconnected", "connected")
    return states.index(probe.reachability.state), probe.reachability.settled


def _defined(source: SourceScan | None) -> dict[Route, SourceRoute]:
    """The first definition of each route; the source may define one twice, and the framework takes the first."""
    defined: dict[Route, SourceRoute] = {}
    for route in source.routes if source else ():
        defined.setdefault((route.method, without_converters(route.path)), route)
    return defined


def _reachable(seen: RouteSeen | None, unlisted: bool) -> tuple[bool | None, str]:
    """`unlisted`: the source means the route to be in the document of the running application, and it is not there."""
    if seen is None:
        return None, "not probed"
    reachability = seen.reachability
    if reachability.state == "connected" and unlisted and not reachability.settled:
        return None, f"{reachability.reason}; but the OpenAPI document, which should list the route, does not"
    return {"connected": True, "disconnected": False, "undetermined": None}[reachability.state], reachability.reason
