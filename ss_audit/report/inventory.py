"""The inventory notes: routes and the template chain, as a page that people read (`inventory.md`)."""

from collections.abc import Iterable, Sequence

from ss_audit.checks.library import Classification
from ss_audit.evidence.seen import RouteRow


def inventory_page(title: str, rows: Sequence[RouteRow], library: Classification | None) -> str:
    """Markdown. In: what was audited, the route rows (empty when they were not looked at), the chain (None: likewise)."""
    lines = [f"# Inventory of production chains: {title}", ""]
    if not rows:
        lines += ["The routes were not looked at in this run.", ""]
    versioned = [row for row in rows if row.path.startswith("/v1")]
    unversioned = [row for row in rows if not row.path.startswith("/v1")]
    lines += _table("Versioned API chain (`/v1`)", versioned)
    lines += _table("Non-versioned HTTP chains", unversioned)
    return "\n".join([*lines, *_chain(library)])


def _table(heading: str, rows: Iterable[RouteRow]) -> list[str]:
    rows = sorted(rows, key=lambda row: (row.path, row.method))
    lines = [f"## {heading}", ""]
    for surface in ("connected", "disconnected"):
        of_kind = [row for row in rows if row.surface == surface]
        lines += [f"### {surface.capitalize()} ({len(of_kind)})", ""]
        if not of_kind:
            lines += ["None.", ""]
            continue
        lines += ["| route | defined at | published | reached | why | evidence |", "|---|---|---|---|---|---|"]
        lines += [_row(row) for row in of_kind]
        lines.append("")
    return lines


def _row(row: RouteRow) -> str:
    reached = {True: "yes", False: "no", None: "unknown"}[row.reachable]
    published = "yes" if row.in_openapi else "hidden"
    defined = f"`{row.defined_at}`" if row.defined_at else "not found in the source"
    return f"| `{row.method} {row.path}` | {defined} | {published} | {reached} | {row.why} | {', '.join(row.evidence)} |"


def _chain(library: Classification | None) -> list[str]:
    lines = ["## Do-template library chain", ""]
    if library is None:
        return [*lines, "The chain was not followed to its end in this run.", ""]
    lines += [f"**{library.wired}**; integration boundary: {library.boundary}.", ""]
    lines += ["| link | holds | seen | evidence |", "|---|---|---|---|"]
    lines += [f"| {k.name} | {'yes' if k.holds else 'no'} | {k.saw} | {', '.join(k.evidence)} |" for k in library.links]
    return [*lines, ""]
