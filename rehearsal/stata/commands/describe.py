"""describe, ds, count, codebook-free looks at the data."""

from __future__ import annotations

from rehearsal.stata.errors import gap
from rehearsal.stata.numfmt import integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.width import abbreviate, pad_right


@command("d:escribe")
def describe(session: Session, rest: str) -> None:
    """`describe [varlist] [, short simple]`: variables with type, format and label; r(N), r(k)."""
    parsed = parse(rest, "s:hort sim:ple f:ullnames n:umbers varl:ist")
    if parsed.using is not None:
        raise gap("describe using")
    data, out = session.dataset, session.out
    names = session.varlist(parsed.anything) if parsed.anything else list(data.columns)
    session.set_r(N=data.n, k=len(data.columns), width=data.row_width(), changed=float(data.changed))
    if "simple" in parsed.options:
        out.line("  ".join(names))
        return
    if not parsed.anything or "short" in parsed.options:
        out.line()
        out.line(f"Contains data{f' from {data.filename}' if data.filename else ''}")
        out.line(f" Observations:{integer(data.n):>14}                  {data.label}")
        out.line(f"    Variables:{integer(len(data.columns)):>14}                  {data.timestamp}")
    if "short" not in parsed.options:
        if parsed.anything:
            out.line()
        else:
            out.rule()
        out.line("Variable      Storage   Display    Value")
        out.line("    name         type    format    label      Variable label")
        out.rule()
        for name in names:
            column = data.columns[name]
            line = f"{abbreviate(name, 14):<16}{column.kind:<8}{column.format:<11}{column.value_label:<11}"
            out.line(line + column.label)
        if not parsed.anything:
            out.rule()
    if not parsed.anything or "short" in parsed.options:
        out.line(f"Sorted by: {' '.join(data.sorted_by)}")
        if data.changed:
            out.line("     Note: Dataset has changed since last saved.")


@command("ds")
def ds(session: Session, rest: str) -> None:
    """`ds [varlist] [, has(type t) not(type t) alpha]`: names only, and r(varlist)."""
    parsed = parse(rest, "has:= not:= alpha v:arwidth:=", "det:ail")
    data = session.dataset
    names = session.varlist(parsed.anything) if parsed.anything else list(data.columns)
    for option, wanted in (("has", True), ("not", False)):
        if option in parsed.options:
            words = parsed.options.get(option).split()
            if len(words) != 2 or not "type".startswith(words[0]):
                raise gap(f"option {option}()")
            names = [name for name in names if _has_type(data.columns[name].kind, words[1]) == wanted]
    if "alpha" in parsed.options:
        names.sort()
    width = min(max((len(name) for name in names), default=8), 32) + 2
    per_line = max(1, (session.out.width + 2) // width)
    for start in range(0, len(names), per_line):
        session.out.line("".join(pad_right(name, width) for name in names[start : start + per_line]).rstrip())
    session.set_r(varlist=" ".join(names))


def _has_type(kind: str, wanted: str) -> bool:
    if wanted == "numeric":
        return not kind.startswith("str")
    return kind.startswith("str") if wanted == "string" else kind == wanted


@command("cou:nt", by=True)
def count(session: Session, rest: str) -> None:
    """`count [if] [in]`: the number of observations, and r(N)."""
    parsed = parse(rest)
    rows = session.rows(parsed)
    session.out.line(f"  {integer(len(rows))}")
    session.set_r(N=len(rows))
