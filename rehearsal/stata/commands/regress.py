"""regress: the table of ordinary least squares, and e()."""

from __future__ import annotations

import math

from rehearsal.stata.distribution import critical_t, two_sided_t, upper_f
from rehearsal.stata.emitter import Emitter
from rehearsal.stata.errors import StataError, gap, type_mismatch
from rehearsal.stata.leastsquares import Fit, fit
from rehearsal.stata.matrix import Matrix
from rehearsal.stata.numfmt import format_value, g9, integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session, Stored
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import MISSING, is_missing
from rehearsal.stata.width import abbreviate, pad_left

_OPTIONS = "r:obust vce:= cl:uster:= l:evel:= nocons:tant nohe:ader notab:le"
_GAPS = "h:ascons tsscons:= b:eta ef:orm:= dep:name:= nopv:alues noomit:ted mse1 noci nol:stretch pl:us cformat:="
_RULE = "-" * 78
_CROSS = "-" * 13 + "+" + "-" * 64


@command("reg:ress", by=True)
def regress(session: Session, rest: str) -> None:
    """`regress y [x ...] [if] [in] [, vce(robust|cluster v) level(#) noconstant]`, and e()."""
    parsed = parse(rest, _OPTIONS, _GAPS)
    if parsed.weight:
        raise gap("weights with command regress")
    options = parsed.options
    if not parsed.anything:
        if "b" not in session.results["e"]:
            raise StataError(301, "last estimates not found")
        raise gap("replay of command regress")
    names = session.varlist(parsed.anything)
    robust, cluster = _vce(options.given)
    data = session.dataset
    cluster = data.get(cluster).name if cluster else ""
    columns = [data.columns[name] for name in names]
    if any(column.is_text for column in columns):
        raise type_mismatch()
    rows = [i for i in session.rows(parsed) if not any(is_missing(column.numbers[i]) for column in columns)]
    if not rows:
        raise StataError(2000, "no observations")
    constant = "noconstant" not in options
    if len(rows) < 2:
        raise StataError(2001, "insufficient observations")
    series = [[column.numbers[i] for i in rows] for column in columns]
    keys = [data.columns[cluster].values[i] for i in rows] if cluster else None
    regressors = list(dict.fromkeys(names[1:]))
    result = fit(series[0], [series[names.index(name, 1)] for name in regressors], constant, robust, keys)
    for index in result.dropped:
        session.out.line(f"note: {regressors[index]} omitted because of collinearity.")
    level = float(options.get("level") or session.settings["level"])
    terms = [*regressors, "_cons"] if constant else regressors
    _store(session, names[0], terms, result, robust, cluster, rows, level)
    if "noheader" not in options:
        (_robust_header if robust or cluster else _header)(session.out, result)
    if "notable" not in options:
        table(session.out, names[0], terms, result, level, robust, cluster)


def _vce(options: dict[str, str]) -> tuple[bool, str]:
    """Whether the variance is robust, and by which variable it is clustered."""
    words = options.get("vce", "").split()
    kind = words[0] if words else ""
    if options.get("cluster"):
        return True, options["cluster"]
    if not kind:
        return "robust" in options, ""
    if "robust".startswith(kind):
        return True, ""
    if "ols".startswith(kind):
        return False, ""
    if len(kind) >= 2 and "cluster".startswith(kind) and len(words) == 2:
        return True, words[1]
    if kind in ("hc2", "hc3", "hac", "bootstrap", "boot", "jackknife", "jack"):
        raise gap(f"option vce({kind})")
    raise StataError(198, f"vcetype '{kind}' not allowed")


def _cell(x: float, fmt: str, width: int) -> str:
    return pad_left(format_value(x, fmt).strip(), width)


def _header(out: Emitter, r: Fit) -> None:
    total_df = r.model_df + r.residual_df
    rows = (("Model", r.model_ss, r.model_df), ("Residual", r.residual_ss, r.residual_df), ("Total", r.total_ss, total_df))
    out.line()
    out.line(f"      Source |       SS           df       MS      Number of obs   = {integer(r.n):>9}")
    side = [
        (f"F({r.model_df}, {r.residual_df})", _cell(r.f, "%9.2f", 9)),
        ("Prob > F", _cell(upper_f(r.model_df, r.residual_df, r.f), "%9.4f", 9)),
        ("R-squared", _cell(r.r2, "%9.4f", 9)),
        ("Adj R-squared", _cell(r.adjusted_r2, "%9.4f", 9)),
        ("Root MSE", _cell(r.rmse, "%9.5g", 9)),
    ]
    right = [f"   {label:<15} = {value}" for label, value in side]
    left = [f"{name:>12} | {_ss(ss)}  {df:>8}  {_ms(ss, df)}" for name, ss, df in rows]
    dashes = "-" * 13 + "+" + "-" * 34
    for start, end in zip((dashes, left[0], left[1], dashes, left[2]), right, strict=True):
        out.line(start + end)
    out.line()


def _ss(x: float) -> str:
    return _cell(x, "%11.0g", 11)


def _ms(ss: float, df: int) -> str:
    return _cell(ss / df if df else MISSING, "%11.0g", 10)


def _robust_header(out: Emitter, r: Fit) -> None:
    out.line()
    rows = (
        ("Number of obs", f"{integer(r.n):>10}"),
        (f"F({r.model_df}, {r.residual_df})", _cell(r.f, "%10.2f", 10)),
        ("Prob > F", _cell(upper_f(r.model_df, r.residual_df, r.f), "%10.4f", 10)),
        ("R-squared", _cell(r.r2, "%10.4f", 10)),
        ("Root MSE", _cell(r.rmse, "%10.5g", 10)),
    )
    for index, (label, value) in enumerate(rows):
        out.line(f"{'' if index else 'Linear regression':<48}{label:<17} = {value}")
    out.line()


def table(out: Emitter, depvar: str, terms: list[str], r: Fit, level: float, robust: bool, cluster: str) -> None:
    """The coefficient table."""
    if cluster:
        note = f"(Std. err. adjusted for {integer(r.clusters)} clusters in {cluster})"
        out.line(f"{note:>78}")
    out.line(_RULE)
    if robust:
        out.line(f"{'':13}|               Robust")
    t_head = "Coefficient  std. err." if robust else "Coefficient  Std. err."
    percent = format_value(level, "%5.0g").strip()
    interval = f"[{percent}% conf. interval]"
    out.line(f"{abbreviate(depvar, 12):>12} | {t_head}      t    P>|t|{interval:>25}")
    out.line(_CROSS)
    critical = critical_t(r.residual_df, level)
    for index, term in enumerate(terms):
        b = r.coefficients[index]
        if index in r.dropped:
            out.line(f"{abbreviate(term, 12):>12} |  {0:>9}  (omitted)")
            continue
        se = r.standard_error(index)
        known = se > 0 and not is_missing(critical)
        t = b / se if known else MISSING
        p = two_sided_t(r.residual_df, t)
        low, high = (b - critical * se, b + critical * se) if known else (MISSING, MISSING)
        out.line(
            f"{abbreviate(term, 12):>12} |  {g9(b)}  {g9(se if known else MISSING)} {_cell(t, '%8.2f', 8)}"
            f"   {_cell(p, '%5.3f', 5)}    {g9(low)}   {g9(high)}"
        )
    out.line(_RULE)


def _log_likelihood(rss: float, n: int) -> float:
    return -n / 2 * (math.log(2 * math.pi) + math.log(rss / n) + 1) if rss > 0 else MISSING


def _store(
    session: Session, depvar: str, terms: list[str], r: Fit, robust: bool, cluster: str, rows: list[int], level: float
) -> None:
    names = [f"o.{term}" if index in r.dropped else term for index, term in enumerate(terms)]
    results: dict[str, Stored] = {
        "N": float(r.n),
        "df_m": float(r.model_df),
        "df_r": float(r.residual_df),
        "F": r.f,
        "r2": r.r2,
        "r2_a": r.adjusted_r2,
        "rmse": r.rmse,
        "mss": r.model_ss,
        "rss": r.residual_ss,
        "ll": _log_likelihood(r.residual_ss, r.n),
        "ll_0": _log_likelihood(r.total_ss, r.n),
        "rank": float(len(terms) - len(r.dropped)),
        "level": level,
        "cmd": "regress",
        "cmdline": "regress",
        "depvar": depvar,
        "model": "ols",
        "predict": "regres_p",
        "properties": "b V",
        "title": "Linear regression",
        "vce": "cluster" if cluster else "robust" if robust else "ols",
        "b": Matrix([r.coefficients[:]], ["y1"], names[:]),
        "V": Matrix([row[:] for row in r.variance], names[:], names[:], symmetric=True),
    }
    if robust:
        results["vcetype"] = "Robust"
    if cluster:
        results |= {"clustvar": cluster, "N_clust": float(r.clusters)}
    session.results["e"] = results
    used = frozenset(rows)
    session.dataset.sample = [i in used for i in range(session.dataset.n)]
