"""The numbers of a run, recomputed from the data that were uploaded."""

import re

from ss_audit.checks.judgement import Judgement, judged, not_evidenced
from ss_audit.checks.reached import artifacts_named
from ss_audit.checks.rendering import restricted_by
from ss_audit.evidence.model import Fact, StoredArtifact
from ss_audit.evidence.seen import Journey
from ss_audit.stata_log.csv_tables import recompute_csv
from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.recompute import Recomputation, recompute, would_match_float64
from ss_audit.stata_log.tables import CountTable, Table, find_tables

COUNTS = re.compile(r"(?:n|n_?obs|obs|count|sum_w|frequency|total)(?: of |$)")
"""Cells that count rows. How a number is stored changes no count."""


class Numbers(Fact):
    """`agreeing` of `compared` printed numbers agree; `float64` counts those that only double precision explains.

    `counted` are those of `compared` that only count observations: they say nothing about what was computed.
    `miscounted` are those differences that are numbers of observations, whatever the precision.
    """

    tables: int
    compared: int
    agreeing: int
    miscounted: int
    float64: int
    differences: tuple[str, ...]
    sources: tuple[StoredArtifact, ...] = ()
    counted: int = 0


def numbers_of(journey: Journey, log: StoredArtifact, template: str | None = None) -> Numbers:
    """All tables of the log and all output tables that can be recomputed.

    In: the source of the template that was to run, where it is known. A command may then work on a part of the data only
    where the template says so.
    """
    data = journey.dataset.body.text or ""
    tables = find_tables(read_log((log.body.text or "").encode()))
    if template is not None:
        own = restricted_by(template)
        tables = tuple(table if _may_be_restricted(table, own) else _as_if_unrestricted(table) for table in tables)
    done: list[Recomputation] = [recompute(table, data) for table in tables]
    counted = sum(r.compared for r, table in zip(done, tables, strict=True) if isinstance(table, CountTable))
    sources: list[StoredArtifact] = []
    for artifact in _output_tables(journey):
        found = recompute_csv(artifact.rel_path, artifact.body.text or "", data, tables)
        if found is not None:
            done.append(found)
            sources.append(artifact)
    sides = [would_match_float64(table, data) for table in tables if not table.origin.doubt]
    doubles = sum(s.float64_matches for s in sides if s.side == "float64" and not s.may_be_double)
    wrong = [disagreement for recomputation in done for disagreement in recomputation.disagreements]
    return Numbers(
        tables=len(tables),
        compared=sum(r.compared for r in done),
        agreeing=sum(r.agreeing for r in done),
        miscounted=sum(COUNTS.match(d.cell) is not None for d in wrong),
        float64=doubles,
        differences=tuple(f"{d.cell} prints {d.printed}, computed {d.computed!r}" for d in wrong),
        sources=tuple(sources),
        counted=counted,
    )


def _may_be_restricted(table: Table, own: frozenset[str]) -> bool:
    """Whether the template itself restricts this command; an option with which it prints otherwise is no restriction."""
    restriction = table.origin.restriction
    return not restriction or restriction.startswith("option ") or table.origin.name in own


def _as_if_unrestricted(table: Table) -> Table:
    return table.model_copy(update={"origin": table.origin.model_copy(update={"restriction": ""})})


def numbers_agree(journey: Journey, log: StoredArtifact, template: str | None = None) -> Judgement:
    """Whether the numbers of the job are those of the data that were uploaded to it.

    In: the job's Stata log; the source of the template that was to run, where it is known. A number of observations alone
    shows nothing.
    """
    found = numbers_of(journey, log, template)
    if found.compared == found.counted and found.agreeing == found.compared:
        looked = f"{found.tables} tables in the log, none that can be recomputed"
        looked += " but a number of observations" if found.counted else ""
        return not_evidenced(expected="recomputed numbers", saw=looked, evidence=[log, journey.dataset])
    saw = f"{found.agreeing} of {found.compared} printed numbers as recomputed"
    if found.differences:
        saw += f"; {found.differences[0]}"
    if found.float64:
        saw += f"; {found.float64} of them only as a program prints that never stored single precision"
    good = found.agreeing == found.compared and not found.float64
    return judged(good, expected="every number", saw=saw, evidence=[log, journey.dataset, *found.sources], strength="proven")


def _output_tables(journey: Journey) -> tuple[StoredArtifact, ...]:
    """CSV artifacts that the run made, not the uploaded data."""
    tables = [a for a in journey.artifacts if a.rel_path.endswith(".csv") and a.body.text]
    return tuple(a for a in tables if a.body.sha256 != journey.dataset.body.sha256 and not a.rel_path.startswith("inputs/"))


def coefficients_of(journey: Journey) -> dict[str, float]:
    """The coefficients of the last regression in the job's Stata log, by variable; empty without one."""
    found: dict[str, float] = {}
    for log in artifacts_named(journey, "stata.log"):
        for table in find_tables(read_log((log.body.text or "").encode())):
            if table.kind == "coefficients":
                found = {row.name: row.b.value for row in table.rows if row.b.value is not None}
    return found
