"""Function calls in expressions, and the system values c()."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal.stata.errors import StataError, gap, type_mismatch
from rehearsal.stata.expr import Compiled, numeric
from rehearsal.stata.functions import lookup
from rehearsal.stata.known import is_stata_function
from rehearsal.stata.values import MISSING, Value, is_missing

if TYPE_CHECKING:
    from rehearsal.stata.session import Session

_MATRIX_FUNCTIONS = frozenset({"rowsof", "colsof", "trace", "el", "scalar", "rownumb", "colnumb", "matmissing"})


def call_function(session: Session, name: str, arguments: list[Compiled], words: str) -> Compiled:
    """The closure of `name(arguments)`; r(133) for an unknown function, r(109) for wrong kinds."""
    if name in _MATRIX_FUNCTIONS:
        return _constant(_matrix_function(session, name, words))
    if name == "sum" and len(arguments) == 1:
        return _running_sum(session, arguments[0])
    if name in ("runiform", "uniform"):
        return _uniform(session, arguments)
    function = lookup(name)
    if function is None:
        if is_stata_function(name):
            raise gap(f"function {name}()")
        raise StataError(133, f"unknown function {name}()")
    kinds = function.kinds(len(arguments))
    if kinds is None:
        raise StataError(198, "invalid syntax")
    for kind, argument in zip(kinds, arguments, strict=True):
        if kind != "*" and (kind == "s") != argument.is_text:
            raise type_mismatch()
    call = function.call
    gives_text = function.gives_text or (name == "cond" and arguments[1].is_text)
    if len(arguments) == 1:
        only = arguments[0].at
        return Compiled(lambda i: call(only(i)), gives_text)
    ats = [argument.at for argument in arguments]
    return Compiled(lambda i: call(*[at(i) for at in ats]), gives_text)


def _constant(value: Value) -> Compiled:
    return Compiled(lambda _: value, isinstance(value, str))


def _matrix_function(session: Session, name: str, words: str) -> Value:
    parts = [part.strip() for part in words.split(",")]
    if name == "scalar":
        value = session.scalars.get(parts[0])
        if value is None:
            raise StataError(111, f"{parts[0]} not found")
        return value
    matrix = session.matrix(parts[0])
    if matrix is None:
        raise StataError(111, f"{parts[0]} not found")
    if name == "rowsof":
        return float(matrix.height)
    if name == "colsof":
        return float(matrix.width)
    if name == "trace":
        return sum(matrix.cells[k][k] for k in range(matrix.height))
    if name == "matmissing":
        return float(any(is_missing(x) for row in matrix.cells for x in row))
    if name == "el":
        return matrix.cell(session.number(parts[1]), session.number(parts[2]))
    wanted = str(parts[1]).strip('"')
    names = matrix.rows if name == "rownumb" else matrix.columns
    return float(names.index(wanted) + 1) if wanted in names else MISSING


def _running_sum(session: Session, argument: Compiled) -> Compiled:
    """sum(x): the running sum over the present group, missing counted as 0."""
    x = numeric(argument)
    data = session.dataset
    state = {"next": -1, "total": 0.0}

    def at(i: int) -> Value:
        start = state["next"]
        if i < start or start < data.group_start or i == data.group_start:
            start, state["total"] = data.group_start, 0.0
        for row in range(int(start), i + 1):
            value = x(row)
            state["total"] += 0.0 if value >= MISSING else value
        state["next"] = i + 1
        return state["total"]

    return Compiled(at, False)


def _uniform(session: Session, arguments: list[Compiled]) -> Compiled:
    if not arguments:
        return Compiled(lambda _: session.random.uniform(), False)
    if len(arguments) != 2:
        raise StataError(198, "invalid syntax")
    low, high = numeric(arguments[0]), numeric(arguments[1])
    return Compiled(lambda i: low(i) + (high(i) - low(i)) * session.random.uniform(), False)


def creturn(session: Session, name: str) -> Value:
    """c(name). What would name a genuine Stata (version, edition, licence) says that this is none."""
    from rehearsal.stata.session import clock

    data = session.dataset
    match name:
        case "N":
            return float(data.n)
        case "k":
            return float(len(data.columns))
        case "width":
            return float(data.row_width())
        case "memory":
            return 1048576.0 * (1 + (data.n * data.row_width()) // 1048576)
        case "filename":
            return data.filename
        case "changed":
            return float(data.changed)
        case "current_date":
            return clock()[0]
        case "current_time":
            return clock()[1]
        case "pwd":
            return str(Path.cwd())
        case "os":
            return "Unix" if os.name == "posix" else "Windows"
        case "mode":
            return "batch"
        case "linesize":
            return float(session.out.linesize)
        case "level":
            return float(session.settings["level"])
        case "rc":
            return float(session.rc)
        case "version" | "stata_version":
            return 18.0
        case "edition" | "edition_real" | "flavor":
            return "REHEARSAL"
        case "pi":
            return 3.141592653589793
        case "dirsep":
            return "/"
        case "sortedby":
            return " ".join(data.sorted_by)
        case "epsdouble":
            return 2.220446049250313e-16
        case "epsfloat":
            return 1.1920928955078125e-07
        case "maxdouble":
            return 8.988465674311579e307
        case "tmpdir":
            return tempfile.gettempdir()
    return session.settings.get(name, MISSING)
