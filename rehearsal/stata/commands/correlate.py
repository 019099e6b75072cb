"""correlate."""

from __future__ import annotations

from fractions import Fraction

from rehearsal.stata.emitter import Emitter
from rehearsal.stata.errors import StataError, gap
from rehearsal.stata.exact import cross, scaled, square_root
from rehearsal.stata.matrix import Matrix
from rehearsal.stata.numfmt import format_value, integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import MISSING, is_missing
from rehearsal.stata.varlist import numeric_columns
from rehearsal.stata.width import abbreviate

_PER_BLOCK = 7


@command("cor:relate", by=True)
def correlate(session: Session, rest: str) -> None:
    """`correlate [varlist] [if] [in] [, covariance]`: the lower triangle, and r(rho), r(C), r(N)."""
    parsed = parse(rest, "c:ovariance m:eans", "noform:at w:rap _:coef")
    if parsed.weight:
        raise gap("weights with command correlate")
    names = (
        session.varlist(parsed.anything)
        if parsed.anything
        else [name for name, column in session.dataset.columns.items() if not column.is_text]
    )
    columns = numeric_columns(names, session.dataset)
    rows = [i for i in session.rows(parsed) if not any(is_missing(column.numbers[i]) for column in columns)]
    if not rows:
        raise StataError(2000, "no observations")
    covariance = "covariance" in parsed.options
    cells = _cells([[column.numbers[i] for i in rows] for column in columns], covariance)
    session.out.line(f"(obs={integer(len(rows))})")
    session.out.line()
    _table(session.out, names, cells, "%9.6g" if covariance else "%9.4f")
    results: dict[str, float | Matrix] = {"N": float(len(rows)), "C": Matrix(cells, names[:], names[:], symmetric=True)}
    if len(names) > 1:
        results["cov_12" if covariance else "rho"] = cells[1][0]
    session.set_r(**results)


def _cells(series: list[list[float]], covariance: bool) -> list[list[float]]:
    """Correlations or covariances, exact but for the last rounding."""
    n = len(series[0])
    whole = [scaled(values) for values in series]
    totals = [sum(xs) for xs, _ in whole]
    centred = [[n * x - total for x in xs] for (xs, _), total in zip(whole, totals, strict=True)]
    powers = [n * power for _, power in whole]
    k = len(series)
    result = [[MISSING] * k for _ in range(k)]
    sums = [[Fraction(cross(centred[i], centred[j]), powers[i] * powers[j]) for j in range(k)] for i in range(k)]
    for i in range(k):
        for j in range(k):
            if covariance:
                result[i][j] = float(sums[i][j] / (n - 1)) if n > 1 else MISSING
            elif sums[i][i] and sums[j][j]:
                square = sums[i][j] ** 2 / (sums[i][i] * sums[j][j])
                result[i][j] = square_root(square) * (1 if sums[i][j] >= 0 else -1)
    return result


def _table(out: Emitter, names: list[str], cells: list[list[float]], fmt: str) -> None:
    for start in range(0, len(names), _PER_BLOCK):
        block = range(start, min(start + _PER_BLOCK, len(names)))
        if start:
            out.line()
        out.line(f"{'':13}|" + "".join(f"{abbreviate(names[j], 8):>9}" for j in block))
        out.line("-" * 13 + "+" + "-" * 9 * len(block))
        for i in range(start, len(names)):
            row = "".join(format_value(cells[i][j], fmt) for j in block if j <= i)
            out.line(f"{abbreviate(names[i], 12):>12} |{row}")
    out.line()
