"""The inventory of routes of the running API: from the source, from its OpenAPI document, and from probing it."""

from ss_audit.evidence.model import Exchange, Statement
from ss_audit.evidence.seen import SurfacesSeen
from ss_audit.lab.lab import Lab
from ss_audit.probes.route_inventory import inventory
from ss_audit.probes.routes import openapi_routes, probe_routes
from ss_audit.ss import facts
from ss_audit.ss.source_routes import scan_routes


def surfaces(lab: Lab) -> SurfacesSeen:
    """Scans, reads, probes; nothing of it can change anything in SS, and no credentials are sent."""
    client = lab.main.client
    root = lab.source_root
    scan = scan_routes(root) if root is not None and root.is_dir() else None
    source = lab.archive.record(
        Statement(
            title=f"{len(scan.routes)} routes defined in SS's source" if scan else "SS's source is not at hand",
            detail={
                "scanned": scan is not None,
                "routes": [f"{r.method} {r.path} ({r.defined_at})" for r in scan.routes] if scan else [],
                "unresolved": list(scan.unresolved) if scan else [],
            },
        )
    )
    document = client.send("OpenAPI document", "GET", "/openapi.json")
    published = facts.answered(document) if document.is_success else None
    listed = openapi_routes(published) if isinstance(published, dict) else None  # many keep it unpublished in production
    probes: list[Exchange] = []

    def send(method: str, path: str) -> Exchange:
        probes.append(client.send(f"probe of {path}", method, path))
        return probes[-1]

    routes = {(r.method, r.path) for r in scan.routes} if scan else set()
    seen = probe_routes(send, routes | (listed or set()))
    control = client.send("a path that cannot exist", "GET", "/v1/ss-audit-no-such-path")
    rows = inventory(scan, listed, seen, (document.id,))
    table = lab.archive.record(
        Statement(title=f"inventory of {len(rows)} routes", detail={"rows": [row.model_dump(mode="json") for row in rows]})
    )
    return SurfacesSeen(source=source, openapi=document, control=control, probes=tuple(probes), table=table, rows=rows)
