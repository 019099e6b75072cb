"""The inventory notes: routes and the template chain, as a page that people read (`inventory.md`)."""

from collections.abc import Iterable, Mapping, Sequence

from ss_audit.checks.library import Classification
from ss_audit.evidence.seen import RouteRow
from ss_audit.report.markdown import link, prose
from ss_audit.report.told.references import References


def inventory_page(
    about: Mapping[str, str], rows: Sequence[RouteRow], library: Classification | None, references: References
) -> str:
    """Markdown. In: what tells of which run it is; the route rows (empty when they were not looked at); the chain (None:
    likewise); where the evidence lies from the page's folder."""
    lines = ["# Inventory of production chains", "", *(f"- {name}: {prose(said)}" for name, said in about.items()), ""]
    if not rows:
        lines += ["The routes were not looked at in this run.", ""]
    versioned = [row for row in rows if row.path.startswith("/v1")]
    unversioned = [row for row in rows if not row.path.startswith("/v1")]
    lines += _table("Versioned API chain (`/v1`)", versioned, references)
    lines += _table("Non-versioned HTTP chains", unversioned, references)
    return "\n".join([*lines, *_chain(library, references)])


def _table(heading: str, rows: Iterable[RouteRow], references: References) -> list[str]:
    rows = sorted(rows, key=lambda row: (row.path, row.method))
    lines = [f"## {heading}", ""]
    for surface in ("connected", "disconnected"):
        of_kind = [row for row in rows if row.surface == surface]
        lines += [f"### {surface.capitalize()} ({len(of_kind)})", ""]
        if not of_kind:
            lines += ["None.", ""]
            continue
        lines += ["| route | defined at | published | reached | why | evidence |", "|---|---|---|---|---|---|"]
        lines += [_row(row, references) for row in of_kind]
        lines.append("")
    return lines


def _row(row: RouteRow, references: References) -> str:
    reached = {True: "yes", False: "no", None: "unknown"}[row.reachable]
    published = "yes" if row.in_openapi else "no"
    defined = f"`{row.defined_at}`" if row.defined_at else "not found in the source"
    return (
        f"| `{row.method} {row.path}` | {defined} | {published} | {reached} | {row.why} | {_links(row.evidence, references)} |"
    )


def _links(ids: Iterable[str], references: References) -> str:
    """Each id as a link to its line of the event log."""
    return ", ".join(link(r.id, f"{r.log}#L{r.line}") for r in references.of(ids))


def _chain(library: Classification | None, references: References) -> list[str]:
    lines = ["## Do-template library chain", ""]
    if library is None:
        return [*lines, "The chain was not followed to its end in this run.", ""]
    lines += [f"**{library.wired}**; integration boundary: {library.boundary}.", ""]
    lines += ["| link | holds | seen | evidence |", "|---|---|---|---|"]
    lines += [
        f"| {k.name} | {'yes' if k.holds else 'no'} | {k.saw} | {_links(k.evidence, references)} |" for k in library.links
    ]
    return [*lines, ""]
