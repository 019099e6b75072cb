"""tabulate of one variable, levelsof."""

from __future__ import annotations

import textwrap

from rehearsal.stata.dataset import Column, Dataset
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.numfmt import as_macro, format_value, integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import Value, is_missing
from rehearsal.stata.width import columns, pad_left, split_at

_MOST = 3000


@command("ta:bulate", "tab1", by=True)
def tabulate(session: Session, rest: str) -> None:
    """`tabulate var [if] [in] [, missing nolabel sort]`: frequencies, percentages; r(N), r(r)."""
    parsed = parse(
        rest,
        "m:issing nof:req nol:abel sort",
        "g:enerate:= p:lot ch:i2 co:lumn r:ow ce:ll e:xact:= s:ummarize:= subpop:= matcell:= matrow:= V g:amma l:rchi2 t:aub",
    )
    names = session.varlist(parsed.anything)
    if not names:
        raise syntax_error()
    if len(names) > 1:
        raise gap("tabulate of two variables")
    if parsed.weight:
        raise gap("weights with command tabulate")
    data = session.dataset
    column = data.columns[names[0]]
    keep_missing = "missing" in parsed.options
    values = [v for v in (column.values[i] for i in session.rows(parsed)) if keep_missing or not _missing(v)]
    if not values:
        session.out.line("no observations")
        session.set_r(N=0, r=0)
        return
    counts: dict[Value, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    if len(counts) > _MOST * 4:
        raise StataError(134, "too many values")
    levels = sorted(counts, key=lambda v: v)
    if "sort" in parsed.options:
        levels.sort(key=lambda v: -counts[v])
    _table(session, column, levels, counts, len(values), "nolabel" in parsed.options)
    session.set_r(N=len(values), r=len(levels))


def _missing(value: Value) -> bool:
    return value == "" if isinstance(value, str) else is_missing(value)


def _shown(data: Dataset, column: Column, value: Value, plain: bool) -> str:
    if isinstance(value, str):
        return value
    labels = data.value_labels.get(column.value_label, {}) if not plain else {}
    if not is_missing(value) and value == int(value) and int(value) in labels:
        return labels[int(value)]
    return format_value(value, column.format).strip()


def _table(session: Session, column: Column, levels: list[Value], counts: dict[Value, int], total: int, plain: bool) -> None:
    out = session.out
    shown = [_shown(session.dataset, column, level, plain) for level in levels]
    width = max(11, min(38, *[max(columns(text) for text in shown)] * 2))
    title = column.label or column.name
    heads = textwrap.wrap(title, width) if column.label else [title[k : k + width] for k in range(0, len(title), width)]
    out.line()
    for head in heads[:-1]:
        out.line(f"{pad_left(head, width)} |")
    out.line(f"{pad_left(heads[-1], width)} |      Freq.     Percent        Cum.")
    out.line("-" * (width + 1) + "+" + "-" * 35)
    running = 0
    for level, text in zip(levels, shown, strict=True):
        count = counts[level]
        running += count
        cell = pad_left(split_at(text, width)[0], width)
        out.line(f"{cell} |{integer(count):>11}{100 * count / total:12.2f}{100 * running / total:12.2f}")
    out.line("-" * (width + 1) + "+" + "-" * 35)
    out.line(f"{pad_left('Total', width)} |{integer(total):>11}{100:12.2f}")


@command("levelsof")
def levelsof(session: Session, rest: str) -> None:
    """`levelsof var [, local(name) clean missing separate(c)]`: the distinct values, also in r(levels)."""
    parsed = parse(rest, "l:ocal:= m:issing c:lean s:eparate:= hexadecimal", "matrow:= matcell:=")
    names = session.varlist(parsed.anything)
    if len(names) != 1:
        raise syntax_error()
    column = session.dataset.columns[names[0]]
    missing = "missing" in parsed.options
    found = {v for v in (column.values[i] for i in session.rows(parsed)) if missing or not _missing(v)}
    levels = sorted(found, key=lambda v: v)
    words = [_word(level, "clean" in parsed.options) for level in levels]
    separator = parsed.options.get("separate").strip('"') or " "
    text = separator.join(words)
    session.out.line(text)
    if parsed.options.get("local"):
        session.macros.set_local(parsed.options.get("local"), text)
    session.set_r(levels=text, r=len(levels), N=len(session.rows(parsed)))


def _word(level: Value, clean: bool) -> str:
    if isinstance(level, str):
        return level if clean else f'`"{level}"\''
    return as_macro(level)
