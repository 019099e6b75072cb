"""Coefficient tables checked against themselves: t = b/se, p from t, the interval from b and se, by the printed digits.

Needs no data, only the degrees of freedom. In genuine logs a row in a thousand fails by rounding (cells with few
digits), so it is the share of rows that tells.
"""

import math
from collections.abc import Sequence

from ss_audit.evidence.model import Fact
from ss_audit.stata_log.arithmetic import quantile, two_sided
from ss_audit.stata_log.printed import Printed
from ss_audit.stata_log.tables import CoefficientRow, CoefficientTable, Table

_NORMAL = 1e9
# A handful of rows says little; among more, genuine logs keep well above this share.
_LEAST_SHARE = 0.98


class Inconsistency(Fact):
    """One row whose printed numbers do not go together: which of "t", "p", "interval", and what was printed."""

    line: int
    row: str
    part: str
    printed: str


class Consistency(Fact):
    """`consistent` of `rows` rows agree with themselves."""

    rows: int
    consistent: int
    inconsistencies: tuple[Inconsistency, ...] = ()

    @property
    def share(self) -> float | None:
        """The share of rows that agree with themselves; None without rows."""
        return self.consistent / self.rows if self.rows else None

    @property
    def plausible(self) -> bool:
        """Whether so many rows agree as in genuine logs: all but one, or nearly all of many."""
        return self.rows - self.consistent <= 1 or (self.share or 0.0) >= _LEAST_SHARE


def consistency(tables: Sequence[Table]) -> Consistency:
    """All tables of a log → how many of their coefficient rows agree with themselves.

    Rows are checked whose table prints its degrees of freedom, or that use the normal distribution.
    """
    rows = 0
    found: list[Inconsistency] = []
    for table in tables:
        if not isinstance(table, CoefficientTable):
            continue
        df = _degrees(table)
        if df is None:
            continue
        for row in table.rows:
            if row.se is None or not row.se.value:
                continue
            rows += 1
            if part := _inconsistent(row, df, table.level):
                printed = f"b {row.b.text}, se {row.se.text}, {part} {_text(row, part)}"
                found.append(Inconsistency(line=table.origin.line, row=row.name, part=part, printed=printed))
    return Consistency(rows=rows, consistent=rows - len(found), inconsistencies=tuple(found))


def _degrees(table: CoefficientTable) -> float | None:
    if table.statistic == "z":
        return _NORMAL
    return next((printed.value for name, printed in table.header if name == "df_r"), None)


def _inconsistent(row: CoefficientRow, df: float, level: float) -> str | None:
    b, se, t, p, low, high = row.b, row.se, row.t, row.p, row.low, row.high
    if se is None or t is None or p is None or low is None or high is None:
        return None
    if None in (b.value, se.value, t.value, p.value, low.value, high.value):
        return None
    if not _possible(t, *_quotients(b, se)):
        return "t"
    ends = [two_sided(edge, df) for edge in _quotients(b, se)] + ([1.0] if _holds_zero(b) else [])
    if not _possible(p, min(ends), max(ends)):
        return "p"
    reach = quantile(df, level)
    for limit, sign in ((low, -1.0), (high, 1.0)):
        edges = [x + sign * reach * s for x in _range(b) for s in _range(se)]
        if not _possible(limit, min(edges), max(edges)):
            return "interval"
    return None


def _range(x: Printed) -> tuple[float, float]:
    """The numbers that print so: half a unit to either side."""
    value = x.value or 0.0
    return value - x.unit / 2, value + x.unit / 2


def _quotients(b: Printed, se: Printed) -> tuple[float, float]:
    low, high = _range(se)
    found = [x / s for x in _range(b) for s in (max(low, se.unit / 100), high)]
    return min(found), max(found)


def _holds_zero(x: Printed) -> bool:
    low, high = _range(x)
    return low <= 0 <= high


def _possible(x: Printed, least: float, most: float) -> bool:
    """Whether a printed number can be the rounding of something between the two, one unit allowed."""
    value = x.value if x.value is not None else math.nan
    return least - x.unit <= value <= most + x.unit


def _text(row: CoefficientRow, part: str) -> str:
    cells = {"t": (row.t,), "p": (row.p,), "interval": (row.low, row.high)}[part]
    return " ".join(cell.text for cell in cells if cell)
