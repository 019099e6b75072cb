"""Distribution functions, on scipy.special; loaded only when one is called."""

from __future__ import annotations

import math
from typing import Any

from rehearsal.stata.functions.base import Function, numeric


def _special() -> Any:
    import scipy.special

    return scipy.special


def ttail(df: float, t: float) -> float:
    """P(T > t) of Student's t with `df` degrees of freedom."""
    if df <= 0:
        raise ValueError("df")
    tail = 0.5 * float(_special().betainc(df / 2, 0.5, df / (df + t * t)))
    return tail if t >= 0 else 1 - tail


def invttail(df: float, p: float) -> float:
    """The t with ttail(df, t) = p."""
    if df <= 0 or not 0 < p < 1:
        raise ValueError("p")
    t = -float(_special().stdtrit(df, p))
    for _ in range(2):
        t += (ttail(df, t) - p) / _tden(df, t)
    return t


def _tden(df: float, t: float) -> float:
    log_c = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return math.exp(log_c - (df + 1) / 2 * math.log1p(t * t / df))


def ftail(df1: float, df2: float, f: float) -> float:
    """P(F > f) with `df1` and `df2` degrees of freedom."""
    if df1 <= 0 or df2 <= 0:
        raise ValueError("df")
    return 1.0 if f <= 0 else float(_special().betainc(df2 / 2, df1 / 2, df2 / (df2 + df1 * f)))


def _normal(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def _chi2tail(df: float, x: float) -> float:
    return 1.0 if x <= 0 else float(_special().gammaincc(df / 2, x / 2))


FUNCTIONS: dict[str, Function] = {
    "ttail": numeric(ttail, 2),
    "t": numeric(lambda df, t: 1 - ttail(df, t) if t < 0 else ttail(df, -t), 2),
    "invttail": numeric(invttail, 2),
    "invt": numeric(lambda df, p: -invttail(df, p), 2),
    "tden": numeric(_tden, 2),
    "Ftail": numeric(ftail, 3),
    "F": numeric(lambda a, b, f: 1 - ftail(a, b, f), 3),
    "invFtail": numeric(lambda a, b, p: _special().fdtri(a, b, 1 - p), 3),
    "normal": numeric(_normal),
    "normalden": numeric(lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi)),
    "invnormal": numeric(lambda p: _special().ndtri(p)),
    "chi2": numeric(lambda df, x: 1 - _chi2tail(df, x), 2),
    "chi2tail": numeric(_chi2tail, 2),
    "invchi2": numeric(lambda df, p: _special().chdtri(df, 1 - p), 2),
    "invchi2tail": numeric(lambda df, p: _special().chdtri(df, p), 2),
    "binomialp": numeric(lambda n, k, p: math.comb(int(n), int(k)) * p**k * (1 - p) ** (n - k), 3),
    "binomial": numeric(lambda n, k, p: _special().bdtr(int(k), int(n), p), 3),
    "poissonp": numeric(lambda m, k: math.exp(-m + k * math.log(m) - math.lgamma(k + 1)), 2),
    "ibeta": numeric(lambda a, b, x: _special().betainc(a, b, x), 3),
    "gammap": numeric(lambda a, x: _special().gammainc(a, x), 2),
}
