"""An independent computation, in 50 digits, of what summarize and regress print. Shares no code with the engine."""

from __future__ import annotations

import struct
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from functools import cache

from mpmath import mp, mpf

mp.dps = 50


def stored(cells: list[str]) -> list[mpf]:
    """A CSV column as Stata holds it: whole numbers and long decimals exactly, other decimals as 32-bit floats."""
    whole = all("." not in cell for cell in cells)
    digits = max(len(cell.lstrip("-").replace(".", "").lstrip("0")) for cell in cells)
    if whole:
        return [mpf(int(cell)) for cell in cells]
    if digits > 7:
        return [mpf(float(cell)) for cell in cells]
    return [mpf(struct.unpack("f", struct.pack("f", float(cell)))[0]) for cell in cells]


def decimal(x: mpf) -> Decimal:
    return Decimal(mp.nstr(x, 45, strip_zeros=False, min_fixed=-(10**6), max_fixed=10**6))


def significant(x: mpf, digits: int, decimals: int | None = None) -> str:
    """`digits` significant ones, no trailing zeros, no zero before the point; with `decimals` at most so many."""
    if x == 0:
        return "0"
    with localcontext() as context:
        context.prec = 60
        value = decimal(x)
        places = digits - 1 - value.adjusted()
        if decimals is not None:
            places = min(places, decimals)
        rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
        if rounded.adjusted() > value.adjusted():
            rounded = rounded.quantize(Decimal(1).scaleb(-places + 1), rounding=ROUND_HALF_EVEN)
        if rounded.adjusted() >= digits or abs(value) < Decimal("1e-5"):
            mantissa = max(digits - 5, 2)
            text = f"{value.quantize(Decimal(1).scaleb(value.adjusted() - mantissa), rounding=ROUND_HALF_EVEN):.{mantissa}e}"
            head, _, exponent = text.partition("e")
            return f"{head}e{exponent[0]}{int(exponent[1:]):02d}"
        text = f"{rounded:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-0.", "-.") if text.startswith("-0.") else text.removeprefix("0") if "." in text else text


def g9(x: mpf) -> str:
    return significant(x, 7, 7)


def fixed(x: mpf, places: int) -> str:
    with localcontext() as context:
        context.prec = 60
        return f"{decimal(x).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN):f}"


def upper_t(df: int, t: mpf) -> mpf:
    half = mp.betainc(mpf(df) / 2, mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    return half if t >= 0 else 1 - half


@cache
def critical(df: int) -> mpf:
    low, high = mpf(0), mpf(20000)
    for _ in range(150):
        middle = (low + high) / 2
        low, high = (middle, high) if upper_t(df, middle) > mpf("0.025") else (low, middle)
    return low


def upper_f(df1: int, df2: int, f: mpf) -> mpf:
    return mp.betainc(mpf(df2) / 2, mpf(df1) / 2, 0, df2 / (df2 + df1 * f), regularized=True)


def summary(x: list[mpf]) -> list[str]:
    """Obs, mean, standard deviation, minimum, maximum as printed."""
    mean = mp.fsum(x) / len(x)
    sd = mp.sqrt(mp.fsum((v - mean) ** 2 for v in x) / (len(x) - 1))
    return [str(len(x)), g9(mean), g9(sd), g9(min(x)), g9(max(x))]


def percentile(x: list[mpf], p: int) -> mpf:
    ordered = sorted(x)
    whole, rest = divmod(len(x) * p, 100)
    return ordered[whole] if rest else (ordered[whole - 1] + ordered[whole]) / 2


def detail(x: list[mpf]) -> dict[str, str]:
    n = len(x)
    mean = mp.fsum(x) / n
    m2, m3, m4 = (mp.fsum((v - mean) ** k for v in x) / n for k in (2, 3, 4))
    result = {f"{p}%": g9(percentile(x, p)) for p in (1, 5, 10, 25, 50, 75, 90, 95, 99)}
    result |= {"Variance": g9(m2 * n / (n - 1)), "Skewness": g9(m3 / m2 ** mpf("1.5")), "Kurtosis": g9(m4 / m2**2)}
    return result


def regression(y: list[mpf], x: list[list[mpf]], robust: bool) -> dict[str, list[str]]:
    """Cells by row: each term's b, se, t, p, interval; `fit` and, for the classical table, the sums of squares."""
    n = len(y)
    design = mp.matrix([[*(column[i] for column in x), mpf(1)] for i in range(n)])
    outcome = mp.matrix(y)
    k = design.cols
    inverse = (design.T * design) ** -1
    b = inverse * (design.T * outcome)
    residuals = outcome - design * b
    rss = mp.fsum(e**2 for e in residuals)
    mean = mp.fsum(y) / n
    tss = mp.fsum((v - mean) ** 2 for v in y)
    df = n - k
    sigma2 = rss / df
    if robust:
        meat = mp.matrix(k, k)
        for i in range(n):
            for p in range(k):
                for q in range(k):
                    meat[p, q] += residuals[i] ** 2 * design[i, p] * design[i, q]
        variance = inverse * meat * inverse * n / df
        slopes = mp.matrix([b[j] for j in range(k - 1)])
        f = (slopes.T * variance[: k - 1, : k - 1] ** -1 * slopes)[0] / (k - 1)
    else:
        variance = inverse * sigma2
        f = (tss - rss) / (k - 1) / sigma2
    rows: dict[str, list[str]] = {}
    for j in range(k):
        se = mp.sqrt(variance[j, j])
        t = b[j] / se
        reach = critical(df) * se
        rows["_cons" if j == k - 1 else f"x{j + 1}"] = [
            g9(b[j]), g9(se), fixed(t, 2), fixed(2 * upper_t(df, abs(t)), 3), g9(b[j] - reach), g9(b[j] + reach)
        ]  # fmt: skip
    rows["fit"] = [fixed(f, 2), fixed(upper_f(k - 1, df, f), 4), fixed(1 - rss / tss, 4), significant(mp.sqrt(sigma2), 5)]
    rows["Model"] = [nine(tss - rss), str(k - 1), nine((tss - rss) / (k - 1))]
    rows["Residual"] = [nine(rss), str(df), nine(sigma2)]
    rows["Total"] = [nine(tss), str(n - 1), nine(tss / (n - 1))]
    rows["adjusted"] = [fixed(1 - sigma2 / (tss / (n - 1)), 4)]
    return rows


def nine(x: mpf) -> str:
    return significant(x, 9, 9)
