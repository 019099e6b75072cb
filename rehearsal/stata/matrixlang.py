"""Matrix expressions: literals, names, r() and e() matrices, transposes, products, and a few functions."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.exact import inverse
from rehearsal.stata.matrix import Matrix
from rehearsal.stata.values import MISSING, is_missing
from rehearsal.stata.words import split_top

if TYPE_CHECKING:
    from rehearsal.stata.session import Session

_TERM = re.compile(r"[A-Za-z_]\w*")
_FUNCTIONS = ("J", "I", "inv", "invsym", "syminv", "diag", "vecdiag", "get", "nullmat", "cholesky", "hadamard", "vec")


def evaluate(session: Session, text: str) -> Matrix:
    """The value of a matrix expression; a scalar gives a 1 x 1 matrix."""
    return _Reader(session, text).whole()


class _Reader:
    def __init__(self, session: Session, text: str) -> None:
        self._session = session
        self._text = text.strip()
        self._at = 0

    def whole(self) -> Matrix:
        result = self._joined("")
        if self._peek():
            raise syntax_error()
        return result

    def _peek(self) -> str:
        while self._at < len(self._text) and self._text[self._at] in " \t":
            self._at += 1
        return self._text[self._at] if self._at < len(self._text) else ""

    def _take(self, char: str) -> bool:
        if self._peek() == char:
            self._at += 1
            return True
        return False

    def _joined(self, end: str) -> Matrix:
        """Rows parted by `\\`, columns by `,`, up to `end`."""
        rows = [self._row()]
        while self._take("\\"):
            rows.append(self._row())
        if end and not self._take(end):
            raise StataError(132, "too few ')' or ']'")
        result = rows[0]
        for row in rows[1:]:
            result = result.below(row)
        if len(rows) > 1 or result.width > 1:
            return result
        return result

    def _row(self) -> Matrix:
        result = self._sum()
        while self._take(","):
            result = result.beside(self._sum())
        return result

    def _sum(self) -> Matrix:
        result = self._product()
        while self._peek() in ("+", "-") and self._peek():
            sign = 1.0 if self._take("+") else -1.0
            if sign < 0:
                self._take("-")
            result = result.plus(self._product(), sign)
        return result

    def _product(self) -> Matrix:
        result = self._factor()
        while self._peek() in ("*", "/") and self._peek():
            if self._take("/"):
                divisor = self._factor().cells[0][0]
                result = result.scaled(1 / divisor if divisor else MISSING)
                continue
            self._take("*")
            other = self._factor()
            if (result.height, result.width) == (1, 1):
                result = other.scaled(result.cells[0][0])
            elif (other.height, other.width) == (1, 1):
                result = result.scaled(other.cells[0][0])
            else:
                result = result.times(other)
        return result

    def _factor(self) -> Matrix:
        if self._take("-"):
            return self._factor().scaled(-1.0)
        result = self._term()
        while self._take("'"):
            result = result.transposed()
        return result

    def _term(self) -> Matrix:
        if self._take("("):
            inner = self._joined(")")
            return Matrix(inner.cells) if not _TERM.search(self._text) else inner
        self._peek()
        number = re.match(r"\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\.[a-z]?(?!\w)", self._text[self._at :])
        if number:
            self._at += number.end()
            value = MISSING if number[0][0] == "." and not number[0][1:2].isdigit() else float(number[0])
            return Matrix([[value]])
        found = _TERM.match(self._text, self._at)
        if not found:
            raise syntax_error()
        name = found[0]
        self._at = found.end()
        if self._text[self._at : self._at + 1] == "(":
            start = self._at
            self._at = _closing(self._text, start) + 1
            inside = self._text[start + 1 : self._at - 1]
            return self._subscripted(self._call(name, inside))
        matrix = self._session.matrix(name)
        if matrix is None:
            return Matrix([[self._session.number(name)]])
        return self._subscripted(matrix.copy())

    def _call(self, name: str, inside: str) -> Matrix:
        session = self._session
        if name in ("r", "e", "s"):
            matrix = session.matrix(f"{name}({inside})")
            return matrix.copy() if matrix else Matrix([[session.number(f"{name}({inside})")]])
        if name not in _FUNCTIONS:
            return Matrix([[session.number(f"{name}({inside})")]])
        parts = split_top(inside, ",")
        if name == "J":
            height, width, value = (session.number(part) for part in parts)
            return Matrix([[value] * int(width) for _ in range(int(height))])
        if name == "I":
            size = int(session.number(inside))
            return Matrix([[float(i == j) for j in range(size)] for i in range(size)], symmetric=True)
        if name in ("inv", "invsym", "syminv"):
            return invert(evaluate(session, inside))
        if name == "vecdiag":
            source = evaluate(session, inside)
            return Matrix([[source.cells[k][k] for k in range(source.height)]], ["r1"], source.columns)
        if name == "diag":
            source = evaluate(session, inside)
            flat = source.cells[0] if source.height == 1 else [row[0] for row in source.cells]
            return Matrix([[flat[i] if i == j else 0.0 for j in range(len(flat))] for i in range(len(flat))])
        if name == "get":
            name_ = {"_b": "e(b)", "VCE": "e(V)"}.get(inside.strip(), "")
            found = session.matrix(name_)
            if found is None:
                raise StataError(301, "last estimates not found")
            return found.copy()
        if name == "nullmat":
            found = session.matrix(inside.strip())
            return found.copy() if found else Matrix([])
        raise gap(f"matrix function {name}()")

    def _subscripted(self, matrix: Matrix) -> Matrix:
        if self._text[self._at : self._at + 1] != "[":
            return matrix
        end = self._text.index("]", self._at)
        inside = self._text[self._at + 1 : end]
        self._at = end + 1
        parts = split_top(inside, ",")
        rows = self._range(parts[0], matrix.height, matrix.rows)
        columns = self._range(parts[1] if len(parts) > 1 else "1...", matrix.width, matrix.columns)
        cells = [[matrix.cells[i][j] for j in columns] for i in rows]
        return Matrix(cells, [matrix.rows[i] for i in rows], [matrix.columns[j] for j in columns])

    def _range(self, text: str, size: int, names: list[str]) -> list[int]:
        text = text.strip()
        if text.strip('"') in names:
            return [names.index(text.strip('"'))]
        if text.endswith("..."):
            return list(range(int(self._session.number(text[:-3])) - 1, size))
        low, dots, high = text.partition("..")
        first = int(self._session.number(low))
        last = int(self._session.number(high)) if dots else first
        if not 1 <= first <= last <= size:
            raise StataError(503, "conformability error")
        return list(range(first - 1, last))


def _closing(text: str, start: int) -> int:
    depth = 0
    for index in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if not depth:
            return index
    raise StataError(132, "too few ')' or ']'")


def invert(matrix: Matrix) -> Matrix:
    """The inverse, exact but for the last rounding; r(504) with missing cells, r(505) when not square."""
    if matrix.height != matrix.width:
        raise StataError(503, "conformability error")
    if any(is_missing(x) for row in matrix.cells for x in row):
        raise StataError(504, "matrix has missing values")
    cells, dropped = inverse([[Fraction(x) for x in row] for row in matrix.cells])
    if dropped:
        raise StataError(506, "matrix not positive definite")
    return Matrix([[float(x) for x in row] for row in cells], matrix.columns[:], matrix.rows[:])
