"""matrix: definition, list, drop, rownames, colnames, dir."""

from __future__ import annotations

import re

from rehearsal.stata.dataset import valid_name
from rehearsal.stata.emitter import Emitter
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.matrix import Matrix
from rehearsal.stata.matrixlang import evaluate
from rehearsal.stata.numfmt import format_value, parse_format
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.width import abbreviate, pad_left

_GAPS = frozenset(
    ["accum", "glsaccum", "opaccum", "vecaccum", "score", "svd", "symeigen", "eigenvalues", "coleq", "roweq", "dissimilarity"]
)


@command("mat:rix")
def matrix(session: Session, rest: str) -> None:
    """`matrix name = exp`, `matrix list|drop|dir|rename|rownames|colnames`."""
    text = rest.strip()
    head = text.split(None, 1)
    if not head:
        raise syntax_error()
    word, tail = head[0], head[1] if len(head) > 1 else ""
    if len(word) >= 1 and "list".startswith(word) and tail and not tail.startswith("="):
        return _list(session, tail)
    if word in ("dir",):
        for name, found in session.matrices.items():
            session.out.line(f"{name:>12}[{found.height},{found.width}]")
        return None
    if word == "drop":
        for name in list(session.matrices) if tail.strip() == "_all" else tail.split():
            if session.matrices.pop(name, None) is None:
                raise StataError(111, f"matrix {name} not found")
        return None
    if word in ("rownames", "rown", "colnames", "coln"):
        return _name(session, word.startswith("row"), tail)
    if word == "rename":
        old, new = tail.split()[:2]
        session.matrices[new] = session.matrices.pop(old)
        return None
    if word in _GAPS:
        raise gap(f"command matrix {word}")
    definition = re.sub(r"^(?:def\w*|inp\w*)\s+(?=\w+\s*(?:\[|=))", "", text)
    return _define(session, definition)


def _define(session: Session, text: str) -> None:
    cell = re.match(r"(\w+)\s*\[([^\]]+),([^\]]+)\]\s*=(.*)$", text, re.DOTALL)
    if cell:
        target = session.matrices.get(cell[1])
        if target is None:
            raise StataError(111, f"matrix {cell[1]} not found")
        row, column = int(session.number(cell[2])), int(session.number(cell[3]))
        if not (1 <= row <= target.height and 1 <= column <= target.width):
            raise StataError(503, "conformability error")
        target.cells[row - 1][column - 1] = evaluate(session, cell[4]).cells[0][0]
        return
    found = re.match(r"(\w+)\s*=(.*)$", text, re.DOTALL)
    if not found or not valid_name(found[1]):
        raise syntax_error()
    session.matrices[found[1]] = evaluate(session, found[2])


def _name(session: Session, rows: bool, tail: str) -> None:
    name, equals, words = tail.partition("=")
    found = session.matrices.get(name.strip())
    if found is None:
        raise StataError(111, f"matrix {name.strip()} not found")
    names = words.split()
    size = found.height if rows else found.width
    if not equals or not names:
        raise syntax_error()
    names += [names[-1]] * (size - len(names))
    if rows:
        found.rows = names[:size]
    else:
        found.columns = names[:size]


def _list(session: Session, tail: str) -> None:
    parsed = parse(tail, "f:ormat:= noh:eader non:ames t:itle:= nob:lank nohalf nodotz")
    name = parsed.anything.replace(" ", "")
    found = session.matrix(name)
    if found is None:
        raise StataError(111, f"matrix {name} not found")
    out = session.out
    title = "symmetric " if _symmetric(found) else ""
    if "noheader" not in parsed.options:
        out.line()
        out.line(f"{title}{name}[{found.height},{found.width}]")
    _cells(out, found, parsed.options.get("format") or "%10.0g", bool(title))


def _symmetric(matrix: Matrix) -> bool:
    if matrix.height != matrix.width or (matrix.height == 1 and matrix.rows != matrix.columns):
        return False
    cells = matrix.cells
    return all(cells[i][j] == cells[j][i] for i in range(matrix.height) for j in range(i))


def _cells(out: Emitter, matrix: Matrix, fmt: str, half: bool) -> None:
    left = max(len(abbreviate(name, 12)) for name in matrix.rows)
    width = max(parse_format(fmt).width + 2, 8 + 2)
    shown = [[format_value(x, fmt).strip() for x in row] for row in matrix.cells]
    per_block = max(1, (out.width - left) // width)
    for start in range(0, matrix.width, per_block):
        block = range(start, min(start + per_block, matrix.width))
        if start:
            out.line()
        out.line(" " * left + "".join(pad_left(abbreviate(matrix.columns[j], 12), width) for j in block))
        for i, name in enumerate(matrix.rows):
            if half and i < start:
                continue
            row = "".join(pad_left(shown[i][j], width) for j in block if not half or j <= i)
            out.line(f"{abbreviate(name, 12):>{left}}{row}")
