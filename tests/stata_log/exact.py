"""The numbers that a table must hold, computed with fractions: no rounding but that of printing."""

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np


def stored(values: Sequence[str]) -> list[Fraction]:
    """Decimals as Stata's float holds them."""
    return [Fraction(float(np.float32(float(v)))) for v in values]


def doubles(values: Sequence[str]) -> list[Fraction]:
    """Decimals as a double holds them."""
    return [Fraction(float(v)) for v in values]


def mean(x: Sequence[Fraction]) -> Fraction:
    return sum(x, Fraction(0)) / len(x)


def variance(x: Sequence[Fraction]) -> Fraction:
    middle = mean(x)
    return sum(((v - middle) ** 2 for v in x), Fraction(0)) / (len(x) - 1)


def sd(x: Sequence[Fraction]) -> float:
    return math.sqrt(variance(x))


def inverse(matrix: list[list[Fraction]]) -> list[list[Fraction]]:
    """Gauss and Jordan's elimination."""
    size = len(matrix)
    rows = [[*row, *(Fraction(int(i == j)) for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        pivot = next(k for k in range(i, size) if rows[k][i])
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for k in range(size):
            if k != i:
                rows[k] = [a - rows[k][i] * b for a, b in zip(rows[k], rows[i], strict=True)]
    return [row[size:] for row in rows]


def regression(
    y: Sequence[Fraction], columns: Sequence[Sequence[Fraction]], *, robust: bool = False
) -> tuple[list[Fraction], list[list[Fraction]], Fraction, Fraction]:
    """Least squares with a constant last: coefficients, their covariances, residual and total sum of squares."""
    n, k = len(y), len(columns) + 1
    rows = [[*values, Fraction(1)] for values in zip(*columns, strict=True)]
    bread = inverse([[sum((r[i] * r[j] for r in rows), Fraction(0)) for j in range(k)] for i in range(k)])
    moments = [sum((r[i] * v for r, v in zip(rows, y, strict=True)), Fraction(0)) for i in range(k)]
    b = [sum((bread[i][j] * moments[j] for j in range(k)), Fraction(0)) for i in range(k)]
    e = [v - sum((c * x for c, x in zip(b, r, strict=True)), Fraction(0)) for r, v in zip(rows, y, strict=True)]
    rss, tss = sum((v * v for v in e), Fraction(0)), variance(y) * (n - 1)
    if robust:
        meat = [
            [sum((v * v * r[i] * r[j] for r, v in zip(rows, e, strict=True)), Fraction(0)) for j in range(k)] for i in range(k)
        ]
        half = [[sum((bread[i][m] * meat[m][j] for m in range(k)), Fraction(0)) for j in range(k)] for i in range(k)]
        spread = [
            [sum((half[i][m] * bread[m][j] for m in range(k)), Fraction(0)) * n / (n - k) for j in range(k)] for i in range(k)
        ]
    else:
        spread = [[bread[i][j] * rss / (n - k) for j in range(k)] for i in range(k)]
    return b, spread, rss, tss


def wald(b: Sequence[Fraction], spread: Sequence[Sequence[Fraction]]) -> float:
    """The F of all coefficients but the last."""
    k = len(b) - 1
    turned = inverse([list(row[:k]) for row in spread[:k]])
    return float(sum((b[i] * turned[i][j] * b[j] for i in range(k) for j in range(k)), Fraction(0)) / k)
