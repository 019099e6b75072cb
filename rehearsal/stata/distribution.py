"""Tail probabilities that the printed tables need, with missing where there is none."""

from __future__ import annotations

from rehearsal.stata.functions.probability import ftail, invttail, ttail
from rehearsal.stata.values import MISSING, is_missing


def two_sided_t(df: float, t: float) -> float:
    """P(|T| > |t|)."""
    return MISSING if is_missing(t) or df <= 0 else 2 * ttail(df, abs(t))


def upper_t(df: float, t: float) -> float:
    """P(T > t)."""
    return MISSING if is_missing(t) or df <= 0 else ttail(df, t)


def upper_f(df1: float, df2: float, f: float) -> float:
    """P(F > f)."""
    return MISSING if is_missing(f) or df1 <= 0 or df2 <= 0 else ftail(df1, df2, f)


def critical_t(df: float, level: float) -> float:
    """The t that a two-sided interval at `level` percent uses."""
    return MISSING if df <= 0 else invttail(df, (100 - level) / 200)
