"""Expression trees to closures that take an observation (0-based) and give a number or a string.

Names are resolved when a tree is compiled: variable, then scalar. Missing values pass through arithmetic as `.`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from rehearsal.stata import exprtree as tree
from rehearsal.stata.dataset import Dataset
from rehearsal.stata.errors import StataError, type_mismatch
from rehearsal.stata.values import MISSING, Value, clean

Numeric = Callable[[int], float]
Any_ = Callable[[int], Value]


@dataclass(frozen=True)
class Compiled:
    """`is_text` says what `at` returns for every observation."""

    at: Any_
    is_text: bool


class Environment(Protocol):
    """What expressions refer to beside the data."""

    dataset: Dataset

    def scalar(self, name: str) -> Value | None: ...
    def stored(self, group: str, name: str) -> Value: ...
    def coefficient(self, kind: str, name: str) -> float: ...
    def cell(self, matrix: str, row: Value, column: Value) -> float | None: ...
    def call(self, name: str, arguments: list[Compiled], words: str) -> Compiled: ...


def compile_text(text: str, env: Environment) -> Compiled:
    """The closure of an expression given as text."""
    return build(tree.parse(text), env)


def build(node: tree.Node, env: Environment) -> Compiled:
    """The closure of an expression tree; r(111) for unknown names, r(109) for a mix of strings and numbers."""
    if isinstance(node, tree.Number):
        number = node.value
        return Compiled(lambda _: number, False)
    if isinstance(node, tree.Text):
        words = node.value
        return Compiled(lambda _: words, True)
    if isinstance(node, tree.Name):
        return _name(node.name, env)
    if isinstance(node, tree.Subscript):
        return _subscript(node, env)
    if isinstance(node, tree.Call):
        return _call(node, env)
    if isinstance(node, tree.Unary):
        return _unary(node, env)
    return _binary(node, env)


def _name(name: str, env: Environment) -> Compiled:
    data = env.dataset
    if name == "_n":
        return Compiled(lambda i: float(i - data.group_start + 1), False)
    if name == "_N":
        return Compiled(lambda _: float(data.group_size), False)
    column = data.find(name, exact=True)
    if column is None:
        known = env.scalar(name)
        if known is not None:
            return Compiled(lambda _: known, isinstance(known, str))
        column = data.find(name)
    if column is None:
        raise StataError(111, f"{name} not found")
    values = column.values
    if not values:
        blank: Value = "" if column.is_text else MISSING
        return Compiled(lambda i: values[i] if i < len(values) else blank, column.is_text)
    return Compiled(lambda i: values[i], column.is_text)


def _subscript(node: tree.Subscript, env: Environment) -> Compiled:
    indices = [build(index, env) for index in node.indices]
    data = env.dataset
    column = data.find(node.name) if len(indices) == 1 else None
    if column is not None:
        index = numeric(indices[0])
        blank: Value = "" if column.is_text else MISSING
        values = column.values

        def at(i: int) -> Value:
            wanted = index(i)
            if not 1 <= wanted <= data.group_size:
                return blank
            return values[data.group_start + int(wanted) - 1]

        return Compiled(at, column.is_text)
    name = node.name
    row, col = indices[0], indices[1] if len(indices) > 1 else Compiled(lambda _: 1.0, False)
    if env.cell(name, 1.0, 1.0) is None:
        raise StataError(111, f"{name} not found")

    def cell(i: int) -> Value:
        found = env.cell(name, row.at(i), col.at(i))
        return MISSING if found is None else found

    return Compiled(cell, False)


def _call(node: tree.Call, env: Environment) -> Compiled:
    if node.name in tree.RESULT_LISTS:
        if (node.name, node.words) == ("e", "sample"):
            sample = env.dataset.sample
            return Compiled(lambda i: float(sample[i]) if sample else 0.0, False)
        value = env.stored(node.name, node.words)
        return Compiled(lambda _: value, isinstance(value, str))
    if node.name in ("_b", "_se", "_coef"):
        coefficient = env.coefficient(node.name, node.words)
        return Compiled(lambda _: coefficient, False)
    if node.name in ("rowsof", "colsof", "scalar", "matmissing", "trace", "det", "el", "rownumb", "colnumb"):
        return env.call(node.name, [], node.words)
    return env.call(node.name, [build(argument, env) for argument in node.arguments], node.words)


def numeric(part: Compiled) -> Numeric:
    """`part` as a numeric closure; r(109) when it is a string."""
    if part.is_text:
        raise type_mismatch()
    return part.at  # type: ignore[return-value]


def _unary(node: tree.Unary, env: Environment) -> Compiled:
    operand = numeric(build(node.operand, env))
    if node.op == "-":
        return Compiled(lambda i: MISSING if (x := operand(i)) >= MISSING else -x, False)
    if node.op == "!":
        return Compiled(lambda i: float(operand(i) == 0), False)
    return Compiled(operand, False)


def _binary(node: tree.Binary, env: Environment) -> Compiled:
    left, right = build(node.left, env), build(node.right, env)
    op = node.op
    if op in _RELATIONS:
        if left.is_text != right.is_text:
            raise type_mismatch()
        relation = _RELATIONS[op]
        a, b = left.at, right.at
        return Compiled(lambda i: 1.0 if relation(a(i), b(i)) else 0.0, False)
    if op == "+" and left.is_text and right.is_text:
        a, b = left.at, right.at
        return Compiled(lambda i: str(a(i)) + str(b(i)), True)
    if op == "*" and left.is_text != right.is_text:
        words, times = (left, right) if left.is_text else (right, left)
        count = numeric(times)
        return Compiled(lambda i: str(words.at(i)) * int(count(i)) if count(i) < MISSING else "", True)
    x, y = numeric(left), numeric(right)
    if op == "&":
        return Compiled(lambda i: 1.0 if x(i) != 0 and y(i) != 0 else 0.0, False)
    if op == "|":
        return Compiled(lambda i: 1.0 if x(i) != 0 or y(i) != 0 else 0.0, False)
    operation = _ARITHMETIC[op]

    def at(i: int) -> float:
        p, q = x(i), y(i)
        return MISSING if p >= MISSING or q >= MISSING else operation(p, q)

    return Compiled(at, False)


def _divide(p: float, q: float) -> float:
    return MISSING if q == 0 else clean(p / q)


def _power(p: float, q: float) -> float:
    try:
        result = p**q
    except (OverflowError, ZeroDivisionError):
        return MISSING
    return MISSING if isinstance(result, complex) else clean(result)


_RELATIONS: dict[str, Callable[[Value, Value], bool]] = {
    "==": lambda p, q: p == q,
    "!=": lambda p, q: p != q,
    ">": lambda p, q: p > q,  # type: ignore[operator]
    "<": lambda p, q: p < q,  # type: ignore[operator]
    ">=": lambda p, q: p >= q,  # type: ignore[operator]
    "<=": lambda p, q: p <= q,  # type: ignore[operator]
}
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda p, q: clean(p + q),
    "-": lambda p, q: clean(p - q),
    "*": lambda p, q: clean(p * q),
    "/": _divide,
    "^": _power,
}
