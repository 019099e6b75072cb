"""The tokens of a Stata expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from rehearsal.stata.errors import StataError, syntax_error
from rehearsal.stata.words import quote_end

_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?")
_MISSING = re.compile(r"\.[a-z](?!\w)|\.(?![\w.])")
_NAME = re.compile(r"[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*(?:~\w*)?")
_OPERATORS = (
    "==",
    "!=",
    "~=",
    ">=",
    "<=",
    "&&",
    "||",
    "+",
    "-",
    "*",
    "/",
    "^",
    ">",
    "<",
    "&",
    "|",
    "!",
    "~",
    "(",
    ")",
    "[",
    "]",
    ",",
)


class Token(NamedTuple):
    """A token, with where it starts and ends in the text."""

    kind: str  # number, missing, string, name, op, end
    text: str
    start: int = 0
    end: int = 0


def tokenize(text: str) -> list[Token]:
    """The tokens of `text`, ended by one of kind `end`; r(198) for a character that belongs to none."""
    return list(_tokens(text))


def split_condition(text: str) -> tuple[str, str]:
    """`x > 1 display "a"` as `x > 1` and `display "a"`: an expression ends before a second operand in a row."""
    complete = False
    depth = 0
    for token in _tokens(text):
        operand = token.kind in ("number", "missing", "string", "name")
        if not depth and complete and (operand or (token.text == "(" and text[token.start - 1] == " ")):
            return text[: token.start], text[token.start :]
        if token.kind == "end":
            break
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token.text, 0) if token.kind == "op" else 0
        complete = operand or token.text in (")", "]")
        if not depth and text[token.end :].lstrip().startswith("{"):
            cut = text.index("{", token.end)
            return text[:cut], text[cut:]
    return text, ""


def _tokens(text: str) -> Iterator[Token]:
    index = 0
    while index < len(text):
        char = text[index]
        if char in " \t":
            index += 1
            continue
        if char == '"' or text.startswith('`"', index):
            token, end = _string(text, index)
            yield token
            index = end
            continue
        for kind, pattern in (("number", _NUMBER), ("missing", _MISSING), ("name", _NAME)):
            found = pattern.match(text, index)
            if found:
                yield Token(kind, found[0], index, found.end())
                index = found.end()
                break
        else:
            for operator in _OPERATORS:
                if text.startswith(operator, index):
                    yield Token("op", operator, index, index + len(operator))
                    index += len(operator)
                    break
            else:
                raise StataError(198, f"{char} invalid name") if char in "`'#$%@\\" else syntax_error()
    yield Token("end", "", index, index)


def _string(text: str, index: int) -> tuple[Token, int]:
    end = quote_end(text, index)
    if text[index] == "`":
        if not text.startswith("\"'", end - 2):
            raise StataError(132, "too few quotes")
        return Token("string", text[index + 2 : end - 2], index, end), end
    if end - index < 2 or text[end - 1] != '"':
        raise StataError(132, "too few quotes")
    return Token("string", text[index + 1 : end - 1], index, end), end
