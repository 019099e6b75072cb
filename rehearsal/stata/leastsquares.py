"""Ordinary least squares in exact arithmetic, with classical, robust (HC1) and clustered variances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rehearsal.stata.exact import cross, inverse, scaled, square_root
from rehearsal.stata.values import MISSING

_BITS = 200  # coefficients in the score sums are rounded to multiples of 2^-_BITS of their scale


@dataclass(frozen=True)
class Fit:
    """`variance` is that of `coefficients` in the same order, the constant last; `dropped` holds 0-based columns.

    `f` tests all slopes: classical from the sums of squares, otherwise a Wald test.
    """

    n: int
    coefficients: list[float]
    variance: list[list[float]]
    dropped: list[int]
    model_ss: float
    residual_ss: float
    total_ss: float
    model_df: int
    residual_df: int
    r2: float
    adjusted_r2: float
    rmse: float
    f: float
    clusters: int = 0

    def standard_error(self, index: int) -> float:
        value = self.variance[index][index]
        return value**0.5 if value < MISSING else MISSING


def fit(
    y: Sequence[float],
    x: Sequence[Sequence[float]],
    constant: bool = True,
    robust: bool = False,
    clusters: Sequence[object] | None = None,
) -> Fit:
    """Least squares of `y` on the columns `x` (and a constant, last): all values present, at least one row."""
    n = len(y)
    y_whole, y_power = scaled(y)
    columns: list[list[int]] = []
    powers: list[int] = []
    for column in [*x, [1.0] * n] if constant else x:
        whole, power = scaled(column)
        columns.append(whole)
        powers.append(power)
    k = len(columns)
    order = [k - 1, *range(k - 1)] if constant else list(range(k))
    gram = [[Fraction(cross(columns[i], columns[j])) for j in order] for i in order]
    inverted, dropped_in_order = inverse(gram)
    back = {old: new for new, old in enumerate(order)}
    inv = [[inverted[back[i]][back[j]] for j in range(k)] for i in range(k)]
    dropped = sorted(order[p] for p in dropped_in_order)
    moment = [Fraction(cross(column, y_whole)) for column in columns]
    b = [sum((inv[i][j] * moment[j] for j in range(k)), Fraction(0)) for i in range(k)]
    yy = Fraction(cross(y_whole, y_whole), y_power**2)
    explained = sum((b[i] * moment[i] for i in range(k)), Fraction(0)) / y_power**2
    centre = Fraction(sum(y_whole), y_power) ** 2 / n if constant else Fraction(0)
    rss, tss = yy - explained, yy - centre
    mss = tss - rss
    rank = k - len(dropped)
    residual_df = n - rank
    model_df = rank - int(constant)
    unit = [Fraction(power, y_power) for power in powers]
    sigma2 = rss / residual_df if residual_df > 0 else Fraction(0)
    if robust or clusters is not None:
        variance, groups = _sandwich(columns, y_whole, b, inv, rank, clusters)
        exact = [[variance[i][j] * unit[i] * unit[j] for j in range(k)] for i in range(k)]
        residual_df = groups - 1 if clusters is not None else residual_df
    else:
        groups = 0
        exact = [[sigma2 * inv[i][j] * powers[i] * powers[j] for j in range(k)] for i in range(k)]
    slopes = [i for i in range(k - int(constant)) if i not in dropped]
    coefficients = [value * scale for value, scale in zip(b, unit, strict=True)]
    if robust or clusters is not None:
        f = wald([coefficients[i] for i in slopes], [[exact[i][j] for j in slopes] for i in slopes])
        f = MISSING if clusters is not None and groups - 1 < len(slopes) else f
    else:
        f = float(mss / model_df / sigma2) if model_df and sigma2 else MISSING
    classical_df = n - rank
    return Fit(
        n=n,
        coefficients=[float(value) for value in coefficients],
        variance=[[float(value) for value in row] for row in exact],
        dropped=dropped,
        model_ss=float(mss),
        residual_ss=float(rss),
        total_ss=float(tss),
        model_df=model_df,
        residual_df=residual_df,
        r2=float(1 - rss / tss) if tss else MISSING,
        adjusted_r2=float(1 - (rss / classical_df) / (tss / (n - int(constant)))) if tss and classical_df > 0 else MISSING,
        rmse=square_root(sigma2),
        f=f,
        clusters=groups,
    )


def wald(b: list[Fraction], v: list[list[Fraction]]) -> float:
    """b' V^-1 b / q, or missing when V has no inverse."""
    if not b:
        return MISSING
    inv, dropped = inverse(v)
    if dropped:
        return MISSING
    q = len(b)
    return float(sum((b[i] * inv[i][j] * b[j] for i in range(q) for j in range(q)), Fraction(0)) / q)


def _sandwich(
    columns: list[list[int]],
    y: list[int],
    b: list[Fraction],
    inv: list[list[Fraction]],
    rank: int,
    clusters: Sequence[object] | None,
) -> tuple[list[list[Fraction]], int]:
    """The robust variance in the scaled units, and the number of clusters; residuals are kept to 2^-_BITS."""
    k, n = len(columns), len(y)
    one = 1 << _BITS
    rounded = [(value.numerator << _BITS) // value.denominator for value in b]
    residuals = [y[i] * one - sum(rounded[j] * columns[j][i] for j in range(k)) for i in range(n)]
    scores = [[residuals[i] * column[i] for i in range(n)] for column in columns]
    groups = n
    if clusters is not None:
        keys = {key: index for index, key in enumerate(dict.fromkeys(clusters))}
        groups = len(keys)
        sums = [[0] * groups for _ in range(k)]
        for i, key in enumerate(clusters):
            for j in range(k):
                sums[j][keys[key]] += scores[j][i]
        scores = sums
    meat = [[Fraction(cross(scores[i], scores[j]), one * one) for j in range(k)] for i in range(k)]
    half = [[sum((inv[i][m] * meat[m][j] for m in range(k)), Fraction(0)) for j in range(k)] for i in range(k)]
    if clusters is not None:
        factor = Fraction(groups, groups - 1) * Fraction(n - 1, n - rank) if groups > 1 and n > rank else Fraction(0)
    else:
        factor = Fraction(n, n - rank) if n > rank else Fraction(0)
    variance = [[factor * sum((half[i][m] * inv[m][j] for m in range(k)), Fraction(0)) for j in range(k)] for i in range(k)]
    return variance, groups
