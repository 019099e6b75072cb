"""confirm, assert, isid, capture-friendly tests of what is there."""

from __future__ import annotations

import re
from pathlib import Path

from rehearsal.stata import expr
from rehearsal.stata.dataset import valid_name
from rehearsal.stata.errors import StataError, syntax_error
from rehearsal.stata.numfmt import integer, is_format
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.words import unquote

_KINDS = ("numeric", "string", "byte", "int", "long", "float", "double")


@command("conf:irm")
def confirm(session: Session, rest: str) -> None:
    """`confirm file|new|number|integer|name|format|matrix|scalar|[type] variable ...`; r(7), r(111) or r(601) when it fails."""
    parsed = parse(rest, "exact")
    words = parsed.anything.split(None, 1)
    if not words:
        raise syntax_error()
    head, tail = words[0], words[1] if len(words) > 1 else ""
    if head in ("existence", "e", "exist", "exis"):
        if not tail:
            raise StataError(6, "nothing found where something expected")
        return
    if head in ("file", "f", "fi", "fil"):
        _file(unquote(tail))
    elif head == "new":
        kind, _, name = tail.partition(" ")
        if "file".startswith(kind):
            if Path(unquote(name)).exists():
                raise StataError(602, f"file {unquote(name)} already exists")
        else:
            _new_variables(session, name)
    elif head in ("number", "n", "integer", "int") and not (tail.startswith("v")):
        _number(tail, head)
    elif head in ("name", "names"):
        if not tail or not all(valid_name(word) for word in tail.split()):
            raise StataError(7, f"'{tail}' found where name expected")
    elif head in ("format",):
        if not is_format(tail):
            raise StataError(7, f"'{tail}' found where format expected")
    elif head in ("matrix", "mat"):
        if session.matrix(tail.strip()) is None:
            raise StataError(111, f"matrix {tail.strip()} not found")
    elif head in ("scalar", "sca"):
        if session.scalars.get(tail.strip()) is None:
            raise StataError(111, f"scalar {tail.strip()} not found")
    else:
        _variables(session, parsed.anything, "exact" in parsed.options)


def _file(name: str) -> None:
    if not name or not Path(name).expanduser().is_file():
        raise StataError(601, f"file {name} not found")


def _new_variables(session: Session, text: str) -> None:
    for name in text.split():
        if not valid_name(name):
            raise StataError(198, f"{name} invalid name")
        if name in session.dataset.columns:
            raise StataError(110, f"variable {name} already defined")


def _number(text: str, kind: str) -> None:
    pattern = r"[+-]?\d+$" if kind.startswith("int") else r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
    if not re.match(pattern, text.strip()):
        wanted = "integer" if kind.startswith("int") else "number"
        found = f"'{text.strip()}'" if text.strip() else "nothing"
        raise StataError(7, f"{found} found where {wanted} expected")


def _variables(session: Session, text: str, exact: bool) -> None:
    words = text.split()
    kind = ""
    if words[0] in _KINDS or re.match(r"str\d*$", words[0]):
        kind = words.pop(0)
    if words and words[0] in ("variable", "var", "v", "va", "vari", "varia", "variab", "variabl", "variables"):
        words.pop(0)
    elif not kind:
        raise syntax_error()
    if not words:
        raise syntax_error()
    if exact:
        for word in words:
            if word not in session.dataset.columns:
                raise StataError(111, f"variable {word} not found")
    for name in session.varlist(" ".join(words)):
        column = session.dataset.columns[name]
        if kind == "numeric" and column.is_text:
            raise StataError(7, f"'{name}' found where numeric variable expected")
        if kind == "string" and not column.is_text:
            raise StataError(7, f"'{name}' found where string variable expected")
        if kind not in ("", "numeric", "string") and column.kind != kind and not (kind == "str" and column.is_text):
            raise StataError(7, f"'{name}' found where {kind} variable expected")


@command("as:sert", by=True)
def assert_(session: Session, rest: str) -> None:
    """`assert exp [if] [in]`: r(9), with the number of contradictions."""
    parsed = parse(rest, "rc0 null fast")
    test = expr.numeric(session.compile(parsed.anything))
    rows = session.rows(parsed) or ([] if session.dataset.n else [0])
    wrong = sum(1 for i in rows if test(i) == 0)
    if not wrong:
        return
    if len(rows) > 1:
        noun = "contradiction" if wrong == 1 else "contradictions"
        session.out.error(f"{integer(wrong)} {noun} in {integer(len(rows))} observations\n")
    raise StataError(9, "assertion is false")


@command("isid")
def isid(session: Session, rest: str) -> None:
    """`isid varlist`: r(459) when the variables do not identify the observations."""
    parsed = parse(rest, "s:ort m:issok")
    names = session.varlist(parsed.anything)
    columns = [session.dataset.columns[name].values for name in names]
    rows = [tuple(values[i] for values in columns) for i in session.rows(parsed)]
    if "missok" not in parsed.options and any(
        value == "" or (not isinstance(value, str) and value >= 2.0**1023) for row in rows for value in row
    ):
        which = "variables" if len(names) > 1 else "variable"
        raise StataError(459, f"{which} {' '.join(names)} should never be missing")
    if len(set(rows)) < len(rows):
        which = "variables" if len(names) > 1 else "variable"
        verb = "do" if len(names) > 1 else "does"
        raise StataError(459, f"{which} {' '.join(names)} {verb} not uniquely identify the observations")
