"""egen, the common functions."""

from __future__ import annotations

import re
from collections.abc import Callable

from rehearsal.stata import expr
from rehearsal.stata.commands.generate import is_type
from rehearsal.stata.dataset import Column, check_name, groups, sort_data
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.exact import moments, percentile
from rehearsal.stata.numfmt import integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import Parsed, parse
from rehearsal.stata.values import MISSING, Value, is_missing, store

_GROUP: dict[str, Callable[[list[float]], float]] = {
    "mean": lambda x: moments(x).mean if x else MISSING,
    "sd": lambda x: moments(x).sd,
    "total": lambda x: float(moments(x).total),
    "sum": lambda x: float(moments(x).total),
    "max": lambda x: max(x) if x else MISSING,
    "min": lambda x: min(x) if x else MISSING,
    "count": lambda x: float(len(x)),
    "median": lambda x: percentile(sorted(x), 50),
    "iqr": lambda x: percentile(sorted(x), 75) - percentile(sorted(x), 25) if x else MISSING,
}
_ROW: dict[str, Callable[[list[float]], float]] = {
    "rowmean": lambda x: moments(x).mean if x else MISSING,
    "rowtotal": lambda x: float(moments(x).total),
    "rowmax": lambda x: max(x) if x else MISSING,
    "rowmin": lambda x: min(x) if x else MISSING,
    "rownonmiss": lambda x: float(len(x)),
    "rowsd": lambda x: moments(x).sd,
}
_GAPS = frozenset(
    [
        "anycount",
        "anymatch",
        "anyvalue",
        "concat",
        "cut",
        "diff",
        "ends",
        "fill",
        "kurt",
        "mad",
        "mdev",
        "mode",
        "mtr",
        "pc",
        "rank",
        "rowfirst",
        "rowlast",
        "rowmedian",
        "rowpctile",
        "seq",
        "skew",
        "std",
        "pctile",
    ]
)


@command("egen", by=True)
def egen(session: Session, rest: str) -> None:
    """`egen [type] new = function(args) [if] [in] [, by(varlist)]` for the common functions."""
    parsed = parse(rest, "by:= missing l:abel p:=", "autotype auto:type lname:= t:runcate:=", split_exp=True)
    found = re.match(r"\s*(\w+)\s*\((.*)\)\s*$", parsed.exp or "", re.DOTALL)
    words = parsed.anything.split()
    if not found or not words:
        raise syntax_error()
    kind = words.pop(0) if len(words) > 1 and is_type(words[0]) else "float"
    name = words[0]
    check_name(name)
    data = session.dataset
    if name in data.columns:
        raise StataError(110, f"variable {name} already defined")
    by = session.varlist(parsed.options.get("by"))
    if by:
        sort_data(data, by)
        session.by_groups = groups(data, by)
    try:
        column = _column(session, name, kind, found[1], found[2], parsed)
    finally:
        session.by_groups = None
        data.clear_group()
    data.add(column)
    lacking = sum(1 for value in column.values if not isinstance(value, str) and is_missing(value))
    if lacking:
        session.out.line(f"({integer(lacking)} missing {'value' if lacking == 1 else 'values'} generated)")


def _column(session: Session, name: str, kind: str, function: str, argument: str, parsed: Parsed) -> Column:
    data = session.dataset
    values: list[Value] = [MISSING] * data.n
    if function in _ROW or function == "rowmiss":
        names = session.varlist(argument)
        for i in session.rows(parsed):
            cells = [data.columns[each].numbers[i] for each in names]
            present = [x for x in cells if not is_missing(x)]
            values[i] = float(len(cells) - len(present)) if function == "rowmiss" else _ROW[function](present)
    elif function in ("group", "tag"):
        keys = [data.columns[each].values for each in session.varlist(argument)]
        rows = [i for i in session.rows(parsed) if not any(_lacks(column[i]) for column in keys)]
        numbers: dict[tuple[Value, ...], float] = {}
        distinct = sorted({tuple(column[i] for column in keys) for i in rows}, key=lambda t: t)
        numbers = {key: float(index + 1) for index, key in enumerate(distinct)}
        seen: set[tuple[Value, ...]] = set()
        if function == "tag":
            values = [0.0] * data.n
            kind = "byte" if kind == "float" else kind
        for i in rows:
            key = tuple(column[i] for column in keys)
            values[i] = numbers[key] if function == "group" else float(key not in seen)
            seen.add(key)
    elif function in _GROUP or function == "pctile":
        summary = _GROUP.get(function) or (lambda x: percentile(sorted(x), float(parsed.options.get("p") or 50)))
        compiled = expr.numeric(session.compile(argument))
        for start, size in session.by_groups or [(0, data.n)]:
            data.set_group(start, size)
            rows = (
                session.rows(parsed)
                if session.by_groups is None
                else [i for i in session.rows(parsed) if start <= i < start + size]
            )
            result = summary([x for i in rows if not is_missing(x := compiled(i))])
            for i in rows:
                values[i] = result
    elif function in _GAPS:
        raise gap(f"egen function {function}()")
    else:
        raise StataError(133, f"unknown egen function {function}()")
    return Column(name, kind, [value if isinstance(value, str) else store(value, kind) for value in values])


def _lacks(value: Value) -> bool:
    return value == "" if isinstance(value, str) else is_missing(value)
