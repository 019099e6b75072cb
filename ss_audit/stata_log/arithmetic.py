"""The statistics that Stata prints, computed on their own from its manual's formulas ([R] summarize, regress, ttest).

In: doubles without missing values. Sums are compensated (`math.fsum`), so that what is compared is Stata's rounding
and storage, not ours. Undefined results are NaN.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import fdtrc, stdtr, stdtrit

from ss_audit.stata_log.data import Values

PERCENTS = (1, 5, 10, 25, 50, 75, 90, 95, 99)


def moments(x: Values) -> dict[str, float]:
    """n, sum, mean, sd, variance, skewness, kurtosis, min, max, range, semean, cv."""
    n = len(x)
    if n == 0:
        return {"n": 0.0, "sum_w": 0.0}
    total = math.fsum(x)
    mean = total / n
    deviations = x - mean
    second = math.fsum(deviations**2)
    variance = second / (n - 1) if n > 1 else math.nan
    sd = math.sqrt(variance) if n > 1 else math.nan
    spread = second / n
    low, high = float(np.min(x)), float(np.max(x))
    return {
        "n": float(n), "sum_w": float(n), "sum": total, "mean": mean, "variance": variance, "sd": sd,
        "skewness": math.fsum(deviations**3) / n / spread**1.5 if spread else math.nan,
        "kurtosis": math.fsum(deviations**4) / n / spread**2 if spread else math.nan,
        "min": low, "max": high, "range": high - low,
        "semean": sd / math.sqrt(n) if n > 1 else math.nan, "cv": sd / mean if mean else math.nan,
    }  # fmt: skip


def percentile(x: Values, percent: int) -> float:
    """Stata's percentile: the mean of two neighbours when n·percent/100 is whole, else the next value up."""
    ordered = np.sort(x)
    product = len(ordered) * percent
    if not len(ordered):
        return math.nan
    at = product // 100
    if product % 100 == 0:
        return float((ordered[max(at - 1, 0)] + ordered[min(at, len(ordered) - 1)]) / 2)
    return float(ordered[at])


def details(x: Values) -> dict[str, float]:
    """The moments, the percentiles p1 … p99, iqr, and the four smallest and largest."""
    found = moments(x) | {f"p{p}": percentile(x, p) for p in PERCENTS}
    found["iqr"] = found["p75"] - found["p25"]
    ordered = np.sort(x)
    for i in range(min(4, len(ordered))):
        found[f"smallest{i + 1}"] = float(ordered[i])
        found[f"largest{4 - i}"] = float(ordered[-1 - i])
    return found


@dataclass(frozen=True)
class Fit:
    """A least-squares fit: for each regressor and then the constant (b, se), and the numbers above the table."""

    b: tuple[float, ...]
    se: tuple[float, ...]
    df: float
    header: dict[str, float]

    def row(self, i: int, level: float) -> dict[str, float]:
        """b, se, t, p and the limits of the interval of one coefficient."""
        b, se = self.b[i], self.se[i]
        t = b / se if se else math.nan
        reach = quantile(self.df, level) * se
        return {"b": b, "se": se, "t": t, "p": two_sided(t, self.df), "low": b - reach, "high": b + reach}


def regression(
    y: Values, x: Values, vce: Literal["classic", "robust", "cluster"], clusters: tuple[str, ...] = ()
) -> Fit | None:
    """Ordinary least squares with a constant. `x` has a column for each regressor. None when it is not of full rank.

    robust: HC1, n/(n-k). cluster: G/(G-1)·(n-1)/(n-k) and G-1 degrees of freedom, `clusters` naming each row's.
    """
    n, regressors = x.shape
    k = regressors + 1
    if n <= k:
        return None
    centre = np.array([math.fsum(x[:, j]) / n for j in range(regressors)])
    middle = math.fsum(y) / n
    scale = np.sqrt(np.mean((x - centre) ** 2, axis=0)) if regressors else np.ones(0)
    if regressors and not np.all(scale > 0):
        return None
    z = (x - centre) / scale if regressors else x
    design = np.column_stack([z, np.ones(n)])
    q, r = np.linalg.qr(design)
    if np.linalg.cond(r) > 1e9:
        return None
    centred = y - middle
    solution = np.linalg.solve(r, q.T @ centred)
    solution += np.linalg.solve(r, q.T @ (centred - design @ solution))
    e = centred - design @ solution
    bread = np.linalg.inv(r.T @ r)
    rss, tss = math.fsum(e**2), math.fsum(centred**2)
    df = float(n - k)
    if vce == "classic":
        variance = bread * (rss / df)
    else:
        scores = design * e[:, None]
        factor = n / df
        if vce == "cluster":
            groups = sorted(set(clusters))
            codes = np.array([groups.index(c) for c in clusters])
            scores = np.array([scores[codes == g].sum(axis=0) for g in range(len(groups))])
            df = float(len(groups) - 1)
            factor = len(groups) / df * (n - 1) / (n - k)
        variance = factor * bread @ (scores.T @ scores) @ bread
    back = np.zeros((k, k))
    back[:regressors, :regressors] = np.diag(1 / scale) if regressors else np.zeros((0, 0))
    back[regressors, :regressors] = -centre / scale if regressors else np.zeros(0)
    back[regressors, regressors] = 1.0
    b = back @ solution
    b[regressors] += middle
    spread = back @ variance @ back.T
    header = _head(n, regressors, rss, tss, df, solution, variance, vce)
    return Fit(tuple(float(v) for v in b), tuple(float(v) for v in np.sqrt(np.diag(spread))), df, header)


def _head(
    n: int, regressors: int, rss: float, tss: float, df: float, b: Values, variance: Values, vce: str
) -> dict[str, float]:
    residual_df = n - regressors - 1
    found = {
        "n": float(n), "df_m": float(regressors), "df_r": df, "rmse": math.sqrt(rss / residual_df),
        "r2": 1 - rss / tss if tss else math.nan,
        "r2_a": 1 - (rss / residual_df) / (tss / (n - 1)) if tss else math.nan,
    }  # fmt: skip
    if regressors:
        slopes = b[:regressors]
        wald = float(slopes @ np.linalg.solve(variance[:regressors, :regressors], slopes)) / regressors
        found |= {"f": wald, "p_f": float(fdtrc(regressors, df, wald))}
    if vce == "classic":
        found |= {"ss_m": tss - rss, "ss_r": rss, "ss_t": tss, "ms_r": rss / residual_df, "ms_t": tss / (n - 1)}
        if regressors:
            found["ms_m"] = (tss - rss) / regressors
    return found


def quantile(df: float, level: float) -> float:
    """How many standard errors an interval of this level, in per cent, reaches to either side."""
    return float(stdtrit(df, 0.5 + level / 200))


def two_sided(t: float, df: float) -> float:
    """The probability of a t at least as far from 0."""
    return float(2 * stdtr(df, -abs(t)))


def below(t: float, df: float) -> float:
    """The probability of a smaller t."""
    return float(stdtr(df, t))


def correlation(x: Values, y: Values) -> float:
    """Pearson's correlation."""
    dx, dy = x - math.fsum(x) / len(x), y - math.fsum(y) / len(y)
    scale = math.sqrt(math.fsum(dx**2) * math.fsum(dy**2))
    return math.fsum(dx * dy) / scale if scale else math.nan
