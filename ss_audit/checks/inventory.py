"""The inventory of routes: what is defined, what is published, what the running API reaches."""

from ss_audit.checks.judgement import Judgement, check, judged, not_evidenced, not_reached
from ss_audit.evidence.seen import RouteRow, SurfacesSeen

SCENARIO = "Inventory includes versioned and unversioned surfaces"
LISTS = "it lists `/v1` routes and any non-`/v1` routes with evidence (route definitions + runtime reachability)"
SEPARATE = "connected surfaces (reachable through the running API/worker)"
BLIND = "nobody knows what is open in production"
CONTROL = "inventory.a_path_that_cannot_exist_is_refused"


def _rows(seen: SurfacesSeen) -> tuple[RouteRow, ...]:
    if not seen.control.is_client_error:
        not_reached(f"a path that can't exist: {seen.control.title}", CONTROL, [seen.control.id])
    return seen.rows


@check(
    scenario=SCENARIO,
    spec=LISTS,
    expected="a path that cannot exist is refused, so that an answer means something",
    impact=BLIND,
    fix="answer unknown paths with 404",
)
def a_path_that_cannot_exist_is_refused(seen: SurfacesSeen) -> Judgement:
    """The control of every reachability below."""
    control = seen.control
    return judged(control.is_client_error, expected="a refusal", saw=control.title, evidence=[control], strength="observed")


@check(
    scenario=SCENARIO,
    spec=LISTS,
    expected="the versioned routes are listed, with definition or publication, and reachability",
    impact=BLIND,
    fix="make SS's source or its OpenAPI document available to the audit",
)
def versioned_routes_are_listed(seen: SurfacesSeen) -> Judgement:
    """At least one `/v1` route, and each with where it was found and whether it is reached."""
    rows = [row for row in _rows(seen) if row.path.startswith("/v1")]
    bare = [f"{row.method} {row.path}" for row in rows if not (row.defined_at or row.in_openapi) or not row.evidence]
    saw = f"without evidence: {', '.join(bare)}" if bare else f"{len(rows)} versioned routes"
    evidence = [seen.table, seen.source, *([seen.openapi] if seen.openapi else [])]
    return judged(bool(rows) and not bare, expected="/v1 routes with evidence", saw=saw, evidence=evidence)


@check(
    scenario=SCENARIO,
    spec=LISTS,
    expected="the unversioned routes are listed by themselves, be there none",
    impact="doors outside the versioned API stay unnoticed",
    fix="make SS's source or its OpenAPI document available to the audit",
)
def unversioned_routes_are_listed(seen: SurfacesSeen) -> Judgement:
    """Needs the source: hidden routes stand in no published document."""
    rows = [row for row in _rows(seen) if not row.path.startswith("/v1")]
    evidence = [seen.table, seen.source]
    if not seen.source.detail.get("scanned"):
        saw = f"{len(rows)} unversioned routes are published; hidden ones can't be known without SS's source"
        return not_evidenced(expected="route definitions", saw=saw, evidence=evidence, fix="give ss_root, SS's source")
    hidden = [f"{row.method} {row.path}" for row in rows if not row.in_openapi]
    saw = f"{len(rows)} unversioned routes, {len(hidden)} of them in no published document: {', '.join(hidden) or '-'}"
    return judged(True, expected="unversioned routes with evidence", saw=saw, evidence=evidence)


@check(
    scenario=SCENARIO,
    spec=SEPARATE,
    expected="every route is either connected or disconnected, and the audit knows which",
    impact=BLIND,
    fix="see the route table for the routes whose reachability is open",
)
def every_route_is_classified(seen: SurfacesSeen) -> Judgement:
    """No route whose reachability is unknown; the statement, not its content, is what the spec asks for."""
    rows = _rows(seen)
    unknown = [f"{row.method} {row.path} ({row.why})" for row in rows if row.reachable is None]
    connected = sum(1 for row in rows if row.surface == "connected")
    saw = f"{connected} connected, {len(rows) - connected} disconnected"
    if unknown:
        saw += f"; unknown: {', '.join(unknown)}"
        return not_evidenced(expected="a class for each route", saw=saw, evidence=[seen.table, *seen.probes[:3]])
    return judged(connected > 0, expected="a class for each route", saw=saw, evidence=[seen.table, *seen.probes[:3]])
