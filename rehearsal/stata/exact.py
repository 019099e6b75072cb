"""Exact arithmetic on stored numbers: every double is an integer times a power of two.

Sums, moments and least squares are computed in integers and fractions and rounded once, at the end, so that every
printed digit is the digit of the exact result on the data as stored.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rehearsal.stata.values import MISSING


def scaled(values: Sequence[float]) -> tuple[list[int], int]:
    """Integers m and a power p of two with values[i] == m[i] / p exactly."""
    ratios = [value.as_integer_ratio() for value in values]
    power = max((denominator for _, denominator in ratios), default=1)
    return [numerator * (power // denominator) for numerator, denominator in ratios], power


def square_root(x: Fraction) -> float:
    """The square root of x >= 0, right to the last bit or so."""
    if x <= 0:
        return 0.0
    shift = 2 * max(0, 64 - (x.numerator.bit_length() - x.denominator.bit_length()) // 2)
    root = math.isqrt((x.numerator << shift) // x.denominator)
    return float(Fraction(root, 1 << (shift // 2)))


@dataclass(frozen=True)
class Moments:
    """Sums of a list of numbers. `m2` to `m4` are central sums of powers (not divided by n)."""

    n: int
    total: Fraction
    m2: Fraction
    m3: Fraction
    m4: Fraction

    @property
    def mean(self) -> float:
        return float(self.total / self.n) if self.n else MISSING

    @property
    def variance(self) -> float:
        return float(self.m2 / (self.n - 1)) if self.n > 1 else MISSING

    @property
    def sd(self) -> float:
        return square_root(self.m2 / (self.n - 1)) if self.n > 1 else MISSING

    @property
    def skewness(self) -> float:
        return float(self.m3 / self.n) / float(self.m2 / self.n) ** 1.5 if self.m2 else MISSING

    @property
    def kurtosis(self) -> float:
        return float((self.m4 / self.n) / (self.m2 / self.n) ** 2) if self.m2 else MISSING


def moments(values: Sequence[float], higher: bool = False) -> Moments:
    """The moments of `values`, all present; third and fourth only when `higher` is set."""
    n = len(values)
    whole, power = scaled(values)
    total = sum(whole)
    deviations = [n * x - total for x in whole]
    base = n * power
    squares = [d * d for d in deviations]
    m2 = Fraction(sum(squares), base**2) if n else Fraction(0)
    m3 = Fraction(sum(d * s for d, s in zip(deviations, squares, strict=True)), base**3) if higher and n else Fraction(0)
    m4 = Fraction(sum(s * s for s in squares), base**4) if higher and n else Fraction(0)
    return Moments(n, Fraction(total, power), m2, m3, m4)


def cross(x: Sequence[int], y: Sequence[int]) -> int:
    """The sum of products, exact."""
    return sum(a * b for a, b in zip(x, y, strict=True))


def inverse(matrix: list[list[Fraction]]) -> tuple[list[list[Fraction]], list[int]]:
    """The inverse of a symmetric matrix by Gauss and Jordan, in order of columns.

    A column that depends on earlier ones is set to zero; the second result lists those columns.
    """
    k = len(matrix)
    work = [row[:] + [Fraction(int(i == j)) for j in range(k)] for i, row in enumerate(matrix)]
    dropped: list[int] = []
    for p in range(k):
        if work[p][p] == 0:
            dropped.append(p)
            continue
        pivot = work[p][p]
        work[p] = [value / pivot for value in work[p]]
        for i in range(k):
            if i != p and work[i][p]:
                factor = work[i][p]
                work[i] = [a - factor * b for a, b in zip(work[i], work[p], strict=True)]
    result = [[work[i][k + j] for j in range(k)] for i in range(k)]
    for p in dropped:
        for j in range(k):
            result[p][j] = result[j][p] = Fraction(0)
    return result, dropped


def percentile(ordered: Sequence[float], p: float) -> float:
    """Stata's percentile: with P = n*p/100, the mean of x[P] and x[P+1] when P is whole, else x[ceil(P)]."""
    n = len(ordered)
    if not n:
        return MISSING
    position = Fraction(p).limit_denominator(10**6) * n / 100
    if position.denominator == 1 and 0 < position < n:
        low = int(position)
        return (ordered[low - 1] + ordered[low]) / 2
    return ordered[min(n, max(1, math.ceil(position))) - 1]
