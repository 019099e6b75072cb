"""A Pratt parser for Stata expressions. Precedence as in [U] 13.2.4: ^, unary - and !, * /, + -, relations, &, |."""

from __future__ import annotations

from dataclasses import dataclass

from rehearsal.stata.errors import StataError, syntax_error
from rehearsal.stata.exprlex import Token, tokenize
from rehearsal.stata.values import missing_code


@dataclass(frozen=True)
class Number:
    """A number or a missing value."""

    value: float


@dataclass(frozen=True)
class Text:
    """A string literal."""

    value: str


@dataclass(frozen=True)
class Name:
    """A variable, scalar, `_n` or `_N`."""

    name: str


@dataclass(frozen=True)
class Subscript:
    """`x[exp]`, or a cell of a matrix."""

    name: str
    indices: tuple[Node, ...]


@dataclass(frozen=True)
class Call:
    """A function, a result such as r(mean), or `_b[x]`."""

    name: str
    arguments: tuple[Node, ...]
    words: str  # the argument list as written, for r(mean), e(b), c(k)


@dataclass(frozen=True)
class Unary:
    """`-x`, `+x` or `!x`."""

    op: str
    operand: Node


@dataclass(frozen=True)
class Binary:
    """Two operands and the operator between them."""

    op: str
    left: Node
    right: Node


Node = Number | Text | Name | Subscript | Call | Unary | Binary

_BINDING = {"|": 10, "||": 10, "&": 20, "&&": 20}
_BINDING |= dict.fromkeys(("==", "!=", "~=", ">", "<", ">=", "<="), 30)
_BINDING |= {"+": 40, "-": 40, "*": 50, "/": 50, "^": 70}
_UNARY = 60
RESULT_LISTS = frozenset({"r", "e", "s", "c"})


def parse(text: str) -> Node:
    """The tree of `text`; r(198) when it is not one whole expression."""
    parser = _Parser(tokenize(text))
    node = parser.expression(0)
    parser.expect_end()
    return node


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def _accept(self, text: str) -> bool:
        if self._next.kind == "op" and self._next.text == text:
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            if text == ")":
                raise StataError(132, "too few ')' or ']'")
            raise syntax_error()

    def expect_end(self) -> None:
        token = self._next
        if token.kind == "end":
            return
        if token.kind == "op" and token.text in (")", "]"):
            raise StataError(132, f"too many '{'(' if token.text == ')' else '['}' or '['")
        raise syntax_error() if token.kind == "op" else StataError(198, f"{token.text} invalid name")

    def expression(self, binding: int) -> Node:
        left = self._prefix()
        while self._next.kind == "op":
            op = self._next.text
            power = _BINDING.get(op, 0)
            if power <= binding:
                break
            self._take()
            left = Binary({"||": "|", "&&": "&", "~=": "!="}.get(op, op), left, self.expression(power))
        return left

    def _prefix(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return Number(float(token.text.lower().replace("d", "e")))
        if token.kind == "missing":
            return Number(missing_code(token.text[1:]))
        if token.kind == "string":
            return Text(token.text)
        if token.kind == "op" and token.text in ("-", "+", "!", "~"):
            op = "!" if token.text == "~" else token.text
            return Unary(op, self.expression(_UNARY))
        if token.kind == "op" and token.text == "(":
            inner = self.expression(0)
            self._expect(")")
            return inner
        if token.kind == "name":
            return self._name(token.text)
        if token.kind == "end":
            raise syntax_error()
        raise StataError(198, f"{token.text} invalid name") if token.text not in _BINDING else syntax_error()

    def _name(self, name: str) -> Node:
        if self._accept("("):
            start = self._at
            if name in RESULT_LISTS:
                words = self._take().text
                self._expect(")")
                call = Call(name, (), words)
                return Subscript(f"{name}({words})", self._indices()) if self._accept("[") else call
            arguments: list[Node] = []
            if not self._accept(")"):
                arguments.append(self.expression(0))
                while self._accept(","):
                    arguments.append(self.expression(0))
                self._expect(")")
            words = "".join(token.text for token in self._tokens[start : self._at - 1])
            return Call(name, tuple(arguments), words)
        if self._accept("["):
            if name in ("_b", "_se", "_coef"):
                words = ""
                while not self._accept("]"):
                    if self._next.kind == "end":
                        raise syntax_error()
                    words += self._take().text
                return Call(name, (), words)
            return Subscript(name, self._indices())
        return Name(name)

    def _indices(self) -> tuple[Node, ...]:
        indices = [self.expression(0)]
        while self._accept(","):
            indices.append(self.expression(0))
        self._expect("]")
        return tuple(indices)
