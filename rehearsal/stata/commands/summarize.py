"""summarize, with and without detail."""

from __future__ import annotations

from rehearsal.stata.dataset import Column
from rehearsal.stata.emitter import Emitter
from rehearsal.stata.errors import gap
from rehearsal.stata.exact import Moments, moments, percentile
from rehearsal.stata.numfmt import format_value, g9, integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import is_missing
from rehearsal.stata.width import abbreviate, pad_left

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)


@command("su:mmarize", by=True)
def summarize(session: Session, rest: str) -> None:
    """`summarize [varlist] [if] [in] [, detail meanonly format separator(#)]`, and r() of the last variable."""
    parsed = parse(rest, "d:etail f:ormat mean:only sep:arator=", "vsquish nofvlabel")
    if parsed.weight:
        raise gap("weights with command summarize")
    names = session.varlist(parsed.anything) if parsed.anything else list(session.dataset.columns)
    rows = session.rows(parsed)
    detail = "detail" in parsed.options
    quiet = "meanonly" in parsed.options
    separator = int(parsed.options.get("separator") or 5)
    out = session.out
    if not detail and not quiet:
        out.line()
        out.line("    Variable |        Obs        Mean    Std. dev.       Min        Max")
    results: dict[str, float] = {}
    for index, name in enumerate(names):
        column = session.dataset.columns[name]
        values = [] if column.is_text else [x for i in rows if not is_missing(x := column.numbers[i])]
        m = moments(values, higher=detail)
        fmt = column.format if "format" in parsed.options else "%9.0g"
        if detail:
            results = _detail(out, column, values, m, quiet)
            continue
        if not quiet:
            if index == 0 or (separator and index % separator == 0):
                out.line("-------------+---------------------------------------------------------")
            _row(out, name, values, m, fmt)
        results = _simple(values, m)
        if quiet:
            for key in ("Var", "sd"):
                results.pop(key, None)
    session.set_r(**results)


def _row(out: Emitter, name: str, values: list[float], m: Moments, fmt: str) -> None:
    line = f"{pad_left(abbreviate(name, 12), 12)} |{integer(m.n):>11}"
    if m.n:
        cells = [format_value(x, fmt).strip() for x in (m.mean, m.sd, min(values), max(values))]
        line += f"   {cells[0]:>9}   {cells[1]:>9}  {cells[2]:>9}  {cells[3]:>9}"
    out.line(line)


def _simple(values: list[float], m: Moments) -> dict[str, float]:
    results: dict[str, float] = {"N": m.n, "sum_w": m.n}
    if m.n:
        results |= {"mean": m.mean, "Var": m.variance, "sd": m.sd, "min": min(values), "max": max(values)}
    results["sum"] = float(m.total)
    return results


def _detail(out: Emitter, column: Column, values: list[float], m: Moments, quiet: bool) -> dict[str, float]:
    ordered = sorted(values)
    found = {f"p{p}": percentile(ordered, p) for p in PERCENTILES}
    results = _simple(values, m)
    if m.n:
        results |= {"skewness": m.skewness, "kurtosis": m.kurtosis} | found
    if not quiet:
        _detail_table(out, column, ordered, m, found)
    return results


def _detail_table(out: Emitter, column: Column, ordered: list[float], m: Moments, found: dict[str, float]) -> None:
    title = column.label or column.name
    out.line()
    out.line(_centre(title))
    out.line("-" * 61)
    if not m.n:
        out.line("no observations")
        return
    smallest = [*(g9(x) for x in ordered[:4]), "", "", "", ""][:4]
    largest = ["", "", "", "", *(g9(x) for x in ordered[-4:])][-4:]
    p = {key: g9(value) for key, value in found.items()}
    out.line("      Percentiles      Smallest")
    out.line(f" 1%    {p['p1']:>9}      {smallest[0]:>9}".rstrip())
    out.line(f" 5%    {p['p5']:>9}      {smallest[1]:>9}".rstrip())
    out.line(f"10%    {p['p10']:>9}      {smallest[2]:>9}       Obs         {integer(m.n):>11}")
    out.line(f"25%    {p['p25']:>9}      {smallest[3]:>9}       Sum of wgt. {integer(m.n):>11}")
    out.line()
    out.line(f"50%    {p['p50']:>9}                      Mean          {g9(m.mean):>9}")
    out.line(f"                        Largest       Std. dev.     {g9(m.sd):>9}")
    out.line(f"75%    {p['p75']:>9}      {largest[0]:>9}")
    out.line(f"90%    {p['p90']:>9}      {largest[1]:>9}       Variance      {g9(m.variance):>9}")
    out.line(f"95%    {p['p95']:>9}      {largest[2]:>9}       Skewness      {g9(m.skewness):>9}")
    out.line(f"99%    {p['p99']:>9}      {largest[3]:>9}       Kurtosis      {g9(m.kurtosis):>9}")


def _centre(title: str) -> str:
    return " " * max(0, (61 - len(title)) // 2) + title
