"""ttest: two groups by a variable, or one sample against a value."""

from __future__ import annotations

import re

from rehearsal.stata.dataset import Dataset
from rehearsal.stata.distribution import critical_t, two_sided_t, upper_t
from rehearsal.stata.emitter import Emitter
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.exact import Moments, moments, square_root
from rehearsal.stata.numfmt import format_value, g9, integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import MISSING, Value, is_missing
from rehearsal.stata.width import abbreviate, pad_left

_RULE = "-" * 78
_CROSS = "-" * 9 + "+" + "-" * 68


@command("ttest", by=True)
def ttest(session: Session, rest: str) -> None:
    """`ttest v, by(g) [unequal welch level(#)]` or `ttest v == #`; the table and r()."""
    parsed = parse(rest, "by:= une:qual w:elch l:evel:=", "unp:aired rev:erse")
    level = float(parsed.options.get("level") or session.settings["level"])
    single = re.match(r"(\S+?)\s*==\s*(.+)$", parsed.anything)
    if single and not parsed.options.get("by"):
        if session.dataset.find(single[2].strip()) is not None:
            raise gap("ttest of two variables")
        return _one_sample(session, single[1], session.number(single[2]), session.rows(parsed), level)
    if not parsed.options.get("by"):
        raise StataError(198, "by() option required") if parsed.anything else syntax_error()
    data = session.dataset
    column = data.get(parsed.anything.strip())
    group = data.get(parsed.options.get("by"))
    if column.is_text:
        raise StataError(109, "type mismatch")
    found: dict[Value, list[float]] = {}
    for i in session.rows(parsed):
        key = group.values[i]
        if not is_missing(column.numbers[i]) and key != "" and (isinstance(key, str) or not is_missing(key)):
            found.setdefault(key, []).append(column.numbers[i])
    levels = sorted(found, key=lambda v: v)
    if len(levels) != 2:
        count = f"{len(levels)} group{'s' if len(levels) != 1 else ''} found, 2 required"
        raise StataError(420, "more than 2 groups found, only 2 allowed" if len(levels) > 2 else count)
    labels = [_label(data, group.value_label, value) for value in levels]
    unequal = "unequal" in parsed.options or "welch" in parsed.options
    _two_samples(session, labels, [found[key] for key in levels], unequal, "welch" in parsed.options, level)
    return None


def _label(data: Dataset, labels: str, value: Value) -> str:
    if isinstance(value, str):
        return value
    return data.value_labels.get(labels, {}).get(int(value)) or format_value(value, "%9.0g").strip()


def _line(out: Emitter, name: str, m: Moments, level: float) -> None:
    se = square_root(m.m2 / (m.n - 1) / m.n) if m.n > 1 else MISSING
    reach = critical_t(m.n - 1, level) * se if m.n > 1 else MISSING
    low, high = (m.mean - reach, m.mean + reach) if m.n > 1 else (MISSING, MISSING)
    cells = "".join(f"   {g9(x)}" for x in (m.mean, se, m.sd, low, high))
    out.line(f"{pad_left(abbreviate(name, 8), 8)} |{integer(m.n):>8}{cells}")


def _head(out: Emitter, title: str, stub: str, level: float) -> None:
    out.line()
    out.line(title)
    out.line(_RULE)
    percent = format_value(level, "%5.0g").strip()
    out.line(f"{stub:>8} |     Obs        Mean    Std. err.   Std. dev.   [{percent}% conf. interval]")
    out.line(_CROSS)


def _tails(out: Emitter, df: float, t: float, what: str, value: str) -> dict[str, float]:
    lower, both, upper = (MISSING,) * 3
    if not is_missing(t):
        upper, both = upper_t(df, t), two_sided_t(df, t)
        lower = 1 - upper
    out.line()
    left, middle, right = f"Ha: {what} < {value}", f"Ha: {what} != {value}", f"Ha: {what} > {value}"
    out.line(f"{left:>16}{middle:>30}{right:>29}")
    p = [format_value(x, "%6.4f").strip() for x in (lower, both, upper)]
    out.line(f" Pr(T < t) = {p[0]:<6}         Pr(|T| > |t|) = {p[1]:<6}          Pr(T > t) = {p[2]}")
    return {"p_l": lower, "p": both, "p_u": upper}


def _two_samples(
    session: Session, labels: list[str], groups: list[list[float]], unequal: bool, welch: bool, level: float
) -> None:
    out = session.out
    a, b = (moments(values) for values in groups)
    both = moments(groups[0] + groups[1])
    v1, v2 = (float(m.m2 / (m.n - 1) / m.n) if m.n > 1 else 0.0 for m in (a, b))
    if unequal:
        se = (v1 + v2) ** 0.5
        shift = 1 if welch else -1
        parts = sum(v * v / (m.n + shift) for v, m in ((v1, a), (v2, b)) if m.n > 1)
        df = (v1 + v2) ** 2 / parts - (2 if welch else 0) if parts else MISSING
    else:
        df = float(a.n + b.n - 2)
        se = square_root((a.m2 + b.m2) / (a.n + b.n - 2) * (a.n + b.n) / (a.n * b.n)) if df > 0 else MISSING
    difference = float(a.total / a.n - b.total / b.n)
    t = difference / se if se and not is_missing(se) else MISSING
    reach = critical_t(df, level) * se if not is_missing(t) else MISSING
    _head(out, f"Two-sample t test with {'unequal' if unequal else 'equal'} variances", "Group", level)
    _line(out, labels[0], a, level)
    _line(out, labels[1], b, level)
    out.line(_CROSS)
    _line(out, "Combined", both, level)
    out.line(_CROSS)
    low, high = (difference - reach, difference + reach) if not is_missing(reach) else (MISSING, MISSING)
    out.line(f"{'diff':>8} |{'':8}   {g9(difference)}   {g9(se)}{'':12}   {g9(low)}   {g9(high)}")
    out.line(_RULE)
    first = f"    diff = mean({labels[0]}) - mean({labels[1]})"
    out.line(first + f"t = {format_value(t, '%8.4f')}".rjust(78 - len(first)))
    kind = ("Welch's d" if welch else "Satterthwaite's d") if unequal else "D"
    shown = format_value(df, "%8.0g" if not unequal else "%8.4f")
    second = "H0: diff = 0"
    out.line(second + f"{kind}egrees of freedom = {shown}".rjust(78 - len(second)))
    tails = _tails(out, df, t, "diff", "0")
    session.set_r(
        N_1=a.n,
        N_2=b.n,
        mu_1=a.mean,
        mu_2=b.mean,
        sd_1=a.sd,
        sd_2=b.sd,
        sd=both.sd,
        se=se,
        t=t,
        df_t=df,
        level=level,
        **tails,
    )


def _one_sample(session: Session, name: str, against: float, rows: list[int], level: float) -> None:
    column = session.dataset.get(name)
    m = moments([x for i in rows if not is_missing(x := column.numbers[i])])
    if m.n < 2:
        raise StataError(2001, "insufficient observations")
    out = session.out
    se = square_root(m.m2 / (m.n - 1) / m.n)
    t = (m.mean - against) / se if se else MISSING
    _head(out, "One-sample t test", "Variable", level)
    _line(out, name, m, level)
    out.line(_RULE)
    first = f"    mean = mean({name})"
    out.line(first + f"t = {format_value(t, '%8.4f')}".rjust(78 - len(first)))
    value = format_value(against, "%9.0g").strip()
    second = f"H0: mean = {value}"
    out.line(second + f"Degrees of freedom = {m.n - 1:>8}".rjust(78 - len(second)))
    tails = _tails(out, m.n - 1, t, "mean", value)
    session.set_r(N_1=m.n, mu_1=m.mean, sd_1=m.sd, se=se, t=t, df_t=m.n - 1, level=level, **tails)
