"""duplicates report, tag, drop, list-free."""

from __future__ import annotations

from rehearsal.stata.dataset import Column
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.numfmt import integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import MISSING, Value, smallest_integer_type


@command("duplicates")
def duplicates(session: Session, rest: str) -> None:
    """`duplicates report|tag|drop [varlist]`: counts copies, marks them, or keeps the first of each."""
    action, _, tail = rest.strip().partition(" ")
    action = action.rstrip(",")
    parsed = parse(tail if not rest.strip().startswith(action + ",") else rest.strip()[len(action) :], "g:enerate:= force")
    data = session.dataset
    names = session.varlist(parsed.anything) if parsed.anything else list(data.columns)
    rows = session.rows(parsed)
    copies: dict[tuple[Value, ...], list[int]] = {}
    for i in rows:
        copies.setdefault(tuple(data.columns[name].values[i] for name in names), []).append(i)
    kind = next(
        (
            full
            for full, least in (("report", 1), ("tag", 1), ("drop", 4), ("list", 1), ("examples", 1))
            if len(action) >= least and full.startswith(action)
        ),
        "",
    )
    if not kind:
        raise syntax_error()
    if kind in ("list", "examples"):
        raise gap(f"command duplicates {kind}")
    session.out.line()
    session.out.line(f"Duplicates in terms of {' '.join(names) if parsed.anything else 'all variables'}")
    if kind == "report":
        _report(session, copies, len(rows))
    elif kind == "tag":
        _tag(session, parsed.options.get("generate"), copies)
    else:
        if parsed.anything and "force" not in parsed.options:
            raise StataError(198, "option force required with varlist")
        _drop(session, copies)


def _report(session: Session, copies: dict[tuple[Value, ...], list[int]], total: int) -> None:
    out = session.out
    sizes: dict[int, int] = {}
    for rows in copies.values():
        sizes[len(rows)] = sizes.get(len(rows), 0) + len(rows)
    out.line()
    out.line("-" * 38)
    out.line("   Copies | Observations       Surplus")
    out.line("-" * 10 + "+" + "-" * 27)
    for size in sorted(sizes):
        surplus = sizes[size] - sizes[size] // size
        out.line(f"{size:>9} | {integer(sizes[size]):>12}  {integer(surplus):>12}")
    out.line("-" * 38)
    session.set_r(N=total, unique_value=len(copies))


def _tag(session: Session, name: str, copies: dict[tuple[Value, ...], list[int]]) -> None:
    if not name:
        raise StataError(198, "option generate() required")
    data = session.dataset
    most = max((len(rows) for rows in copies.values()), default=1)
    column = Column(name, smallest_integer_type(0, most), [MISSING] * data.n)
    for rows in copies.values():
        for i in rows:
            column.values[i] = float(len(rows) - 1)
    data.add(column)


def _drop(session: Session, copies: dict[tuple[Value, ...], list[int]]) -> None:
    surplus = {i for group in copies.values() for i in group[1:]}
    session.out.line()
    if not surplus:
        session.out.line("(0 observations are duplicates)")
    else:
        session.dataset.keep_rows([i for i in range(session.dataset.n) if i not in surplus])
        noun = "observation" if len(surplus) == 1 else "observations"
        session.out.line(f"({integer(len(surplus))} {noun} deleted)")
    session.set_r(N_drop=len(surplus))
