"""return, ereturn, sreturn: storing and listing results; estimates-free."""

from __future__ import annotations

import re

from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.matrix import Matrix
from rehearsal.stata.numfmt import as_macro
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session, Stored
from rehearsal.stata.words import unquote


@command("ret:urn")
def return_(session: Session, rest: str) -> None:
    """`return scalar|local|matrix name = exp`, `return list|clear|add`."""
    _results(session, rest, "r", session.returning[-1])


@command("eret:urn")
def ereturn(session: Session, rest: str) -> None:
    """`ereturn list|clear|scalar|local|matrix`."""
    words = rest.split()
    if words and words[0] == "clear":
        session.results["e"] = {}
        return
    if words and words[0] in ("post", "display", "repost"):
        raise gap(f"command ereturn {words[0]}")
    _results(session, rest, "e", session.results["e"])


@command("sret:urn")
def sreturn(session: Session, rest: str) -> None:
    """`sreturn list|clear|local`."""
    _results(session, rest, "s", session.results["s"])


def _results(session: Session, rest: str, group: str, target: dict[str, Stored]) -> None:
    kind, _, tail = rest.strip().partition(" ")
    if kind in ("list", "li", "dir", ""):
        return _list(session, group)
    if kind == "clear":
        target.clear()
        return None
    if kind == "add":
        target.update(session.results[group])
        return None
    found = re.match(r"\s*(\w+)\s*(=?)(.*)$", tail, re.DOTALL)
    if not found:
        raise syntax_error()
    name, equals, body = found.groups()
    if kind in ("scalar", "sca"):
        value = session.value(body)
        target[name] = value
    elif kind in ("local", "loc"):
        target[name] = as_macro(session.value(body)) if equals else unquote(body)
    elif kind in ("matrix", "mat"):
        from rehearsal.stata.matrixlang import evaluate

        target[name] = evaluate(session, body)
    else:
        raise StataError(198, "invalid syntax")
    return None


def _list(session: Session, group: str) -> None:
    out = session.out
    results = session.results[group]
    scalars = {k: v for k, v in results.items() if isinstance(v, float)}
    macros = {k: v for k, v in results.items() if isinstance(v, str)}
    matrices = {k: v for k, v in results.items() if isinstance(v, Matrix)}
    if scalars:
        out.line()
        out.line("scalars:")
        for name, value in scalars.items():
            out.line(f"{group + '(' + name + ')':>19} =  {as_macro(value)}")
    if macros:
        out.line()
        out.line("macros:")
        for name, text in macros.items():
            shown = f'"{text}"'
            out.line(f"{group + '(' + name + ')':>19} : {shown}")
    if matrices:
        out.line()
        out.line("matrices:")
        for name, matrix in matrices.items():
            out.line(f"{group + '(' + name + ')':>19} :  {matrix.height} x {matrix.width}")
    if group == "e" and results:
        out.line()
        out.line("functions:")
        out.line(f"{'e(sample)':>19}   ")


@command("creturn")
def creturn(_session: Session, _rest: str) -> None:
    """A gap: c() values are there one by one, not as a list."""
    raise gap("command creturn list")
