"""Tables as Stata lays them out, of numbers computed exactly."""

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from scipy.stats import f as f_distribution
from scipy.stats import t as t_distribution

from stata_log import exact
from stata_log.synthetic import g9

Store = Callable[[Sequence[str]], list[Fraction]]


def summarize(columns: Mapping[str, Sequence[str]], store: Store = exact.stored) -> list[str]:
    """`summarize` of columns, missing values left out."""
    lines = ["", "    Variable |        Obs        Mean    Std. dev.       Min        Max", "-" * 13 + "+" + "-" * 57]
    for name, written in columns.items():
        x = store([v for v in written if v != "."])
        cells = [g9(float(exact.mean(x))), g9(exact.sd(x)), g9(float(min(x))), g9(float(max(x)))]
        lines.append(f"{name:>12} |{len(x):>11,}{cells[0]:>12}{cells[1]:>12}{cells[2]:>11}{cells[3]:>11}")
    return lines


def regress(
    outcome: str, columns: Mapping[str, Sequence[str]], *, robust: bool = False, store: Store = exact.stored
) -> list[str]:
    """`regress` of the first column on the others, all of them complete."""
    names = [name for name in columns if name != outcome]
    y, x = store(columns[outcome]), [store(columns[name]) for name in names]
    b, spread, rss, tss = exact.regression(y, x, robust=robust)
    se = [math.sqrt(spread[i][i]) for i in range(len(b))]
    n, k = len(y), len(names) + 1
    df = n - k
    head = (
        _robust_head(n, k, float(rss), float(tss), exact.wald(b, spread))
        if robust
        else _classic_head(n, k, float(rss), float(tss))
    )
    width = "-" * 78
    kind = [f"{'':>12} |               Robust"] if robust else []
    errors = "std. err." if robust else "Std. err."
    lines = ["", *head, "", width, *kind]
    lines += [f"{outcome:>12} | Coefficient  {errors}      t    P>|t|     [95% conf. interval]", "-" * 13 + "+" + "-" * 64]
    reach = float(t_distribution.ppf(0.975, df))
    for name, coefficient, error in zip([*names, "_cons"], b, se, strict=True):
        value = float(coefficient)
        t = value / error
        p = 2 * float(t_distribution.sf(abs(t), df))
        low, high = g9(value - reach * error), g9(value + reach * error)
        lines.append(f"{name:>12} |  {g9(value):>9}  {g9(error):>9} {t:8.2f} {p:7.3f}    {low:>9}   {high:>9}")
    return [*lines, width]


def _classic_head(n: int, k: int, rss: float, tss: float) -> list[str]:
    df, model = n - k, k - 1
    f = (tss - rss) / model / (rss / df)
    p, r2 = float(f_distribution.sf(f, model, df)), 1 - rss / tss
    adjusted, rmse = 1 - (rss / df) / (tss / (n - 1)), (rss / df) ** 0.5

    def row(name: str, ss: float, d: int) -> str:
        return f"{name:>12} | {_g(ss, 9):>11} {d:>9} {_g(ss / d, 9):>11}"

    return [
        f"      Source |       SS           df       MS      Number of obs   = {n:>9}",
        f"-------------+----------------------------------   F({model}, {df})         = {f:>9.2f}",
        f"{row('Model', tss - rss, model)}   Prob > F        = {p:>9.4f}",
        f"{row('Residual', rss, df)}   R-squared       = {r2:>9.4f}",
        f"-------------+----------------------------------   Adj R-squared   = {adjusted:>9.4f}",
        f"{row('Total', tss, n - 1)}   Root MSE        = {_g(rmse, 5):>9}",
    ]


def _robust_head(n: int, k: int, rss: float, tss: float, f: float) -> list[str]:
    gap = " " * 47
    return [
        f"Linear regression                               Number of obs     = {n:>10,}",
        f"{gap} F({k - 1}, {n - k})           = {f:>10.2f}",
        f"{gap} Prob > F          = {float(f_distribution.sf(f, k - 1, n - k)):>10.4f}",
        f"{gap} R-squared         = {1 - rss / tss:>10.4f}",
        f"{gap} Root MSE          = {_g((rss / (n - k)) ** 0.5, 5):>10}",
    ]


def _g(value: float, digits: int) -> str:
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    text = f"{value:.{max(digits - whole, 0)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def ttest(values: Sequence[str], groups: Sequence[str], store: Store = exact.stored) -> list[str]:
    """`ttest y, by(g)` with equal variances, of two groups."""
    names = sorted(set(groups))
    split = [store([v for v, g in zip(values, groups, strict=True) if g == name]) for name in names]
    both = [*split[0], *split[1]]
    df = len(both) - 2
    pooled = sum(float(exact.variance(x)) * (len(x) - 1) for x in split) / df
    gap = float(exact.mean(split[0]) - exact.mean(split[1]))
    error = (pooled * (1 / len(split[0]) + 1 / len(split[1]))) ** 0.5
    t = gap / error

    def row(name: str, x: Sequence[Fraction]) -> str:
        middle, s = float(exact.mean(x)), exact.sd(x)
        se = s / len(x) ** 0.5
        reach = float(t_distribution.ppf(0.975, len(x) - 1)) * se
        cells = [g9(middle), g9(se), g9(s), g9(middle - reach), g9(middle + reach)]
        return f"{name:>8} |{len(x):>8}" + "".join(f"{cell:>12}" for cell in cells)

    reach = float(t_distribution.ppf(0.975, df)) * error
    below = float(t_distribution.cdf(t, df))
    both_sides = 2 * min(below, 1 - below)
    cells = f"{g9(gap):>20}{g9(error):>12}{'':12}{g9(gap - reach):>12}{g9(gap + reach):>12}"
    return [
        "",
        "Two-sample t test with equal variances",
        "-" * 78,
        "   Group |     Obs        Mean    Std. err.   Std. dev.   [95% conf. interval]",
        "-" * 9 + "+" + "-" * 68,
        *(row(name, x) for name, x in zip(names, split, strict=True)),
        "-" * 9 + "+" + "-" * 68,
        row("Combined", both),
        "-" * 9 + "+" + "-" * 68,
        f"    diff |{cells}",
        "-" * 78,
        f"    diff = mean({names[0]}) - mean({names[1]}){'':38}t = {t:8.4f}",
        f"H0: diff = 0                                     Degrees of freedom = {df:>8}",
        "",
        "    Ha: diff < 0                 Ha: diff != 0                 Ha: diff > 0",
        f" Pr(T < t) = {below:.4f}         Pr(|T| > |t|) = {both_sides:.4f}          Pr(T > t) = {1 - below:.4f}",
    ]
