"""The estimates that the main job's Stata log prints, beside the ones recomputed from the uploaded data."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ss_audit.checks.reached import artifacts_named
from ss_audit.evidence.model import FileSeen, StoredArtifact
from ss_audit.evidence.seen import Journey
from ss_audit.stata_log.claims import fitted
from ss_audit.stata_log.data import Data, read_data
from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.printed import Printed
from ss_audit.stata_log.recompute import ways_of_storing
from ss_audit.stata_log.tables import CoefficientTable, find_tables


@dataclass(frozen=True)
class Estimate:
    """One coefficient: as printed, as recomputed, whether they agree to the last printed digit, and both 95 % intervals."""

    name: str
    printed_text: str
    printed: float
    computed: float
    agrees: bool
    interval: tuple[float, float] | None
    computed_interval: tuple[float, float]


@dataclass(frozen=True)
class Regression:
    """The last regression of a job's log. `log` and `data` are evidence ids; `doubt` says why they need not agree."""

    command: str
    outcome: str
    level: float
    estimates: tuple[Estimate, ...]
    log: str
    data: str
    doubt: str | None

    @property
    def agreeing(self) -> int:
        """How many estimates agree."""
        return sum(estimate.agrees for estimate in self.estimates)


def regression_of(journey: Journey) -> Regression | None:
    """The last regression of a job that can be recomputed; None where its log holds none."""
    return regression_in(artifacts_named(journey, "stata.log"), journey.dataset)


def regression_in(logs: Sequence[StoredArtifact], dataset: FileSeen) -> Regression | None:
    """The last regression in these Stata logs that can be recomputed from this data set."""
    data = read_data(dataset.body.text or "")
    for log in reversed(logs):
        tables = [t for t in find_tables(read_log((log.body.text or "").encode())) if isinstance(t, CoefficientTable)]
        for table in reversed(tables):
            estimates = _estimates(table, data)
            if estimates:
                return Regression(
                    command=table.origin.command or table.origin.name, outcome=table.outcome, level=table.level,
                    estimates=estimates, log=log.id, data=dataset.id, doubt=table.origin.doubt,
                )  # fmt: skip
    return None


def _estimates(table: CoefficientTable, data: Data) -> tuple[Estimate, ...]:
    """Under the way of storing the data with which most agree, as the check judges."""
    best: tuple[Estimate, ...] = ()
    for storage in ways_of_storing(data, as_double=table.origin.as_double):
        result = fitted(table, data, storage)
        if result is None:
            continue
        fit, names = result
        found = []
        for row in table.rows:
            if row.name in names and row.b.value is not None:
                own = fit.row(names.index(row.name), table.level)
                if all(math.isfinite(own[part]) for part in ("b", "low", "high")):
                    found.append(
                        Estimate(
                            name=row.name, printed_text=row.b.text, printed=row.b.value, computed=float(own["b"]),
                            agrees=row.b.agrees(own["b"]), interval=_interval(row.low, row.high),
                            computed_interval=(float(own["low"]), float(own["high"])),
                        )
                    )  # fmt: skip
        if not best or sum(e.agrees for e in found) > sum(e.agrees for e in best):
            best = tuple(found)
    return best


def _interval(low: Printed | None, high: Printed | None) -> tuple[float, float] | None:
    if low is None or high is None or low.value is None or high.value is None:
        return None
    return low.value, high.value
