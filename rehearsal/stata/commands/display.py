"""display."""

from __future__ import annotations

import re

from rehearsal.stata.errors import syntax_error
from rehearsal.stata.exprlex import split_condition
from rehearsal.stata.numfmt import as_display, format_value, is_format
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.smcl import render
from rehearsal.stata.width import columns
from rehearsal.stata.words import quote_end

_DIRECTIVE = re.compile(
    r"(?:as|in)\s+(text|txt|result|res|error|err|input|inp|red|green|yellow|white|blue|smcl)\b"
    r"|_col(?:umn)?\(([^()]*(?:\([^()]*\))?[^()]*)\)|_s(?:kip)?\(([^()]+)\)|_d(?:up)?\(([^()]+)\)"
    r"|(_n(?:ewline)?)(?:\(([^()]+)\))?(?![\w\[])|(_c(?:ontinue)?)\b|_request\([^()]*\)|,(?!,)"
)
_FORMAT = re.compile(r"%[-~0]?\d*(?:\.\d+)?[gfesS]c?(?=\s|$|\")")


@command("di:splay")
def display(session: Session, rest: str) -> None:
    """`display [directives] [%fmt] exp ...`: strings and values on one line, in red when `as error`."""
    text, error, newline = compose(session, rest)
    out = session.out
    shown = text + ("\n" if newline else "")
    if error:
        out.error(shown)
    else:
        out.write(shown)


def compose(session: Session, rest: str) -> tuple[str, bool, bool]:
    """What `display rest` shows, whether it is an error text, and whether a line end follows."""
    done: list[str] = []
    column = session.out.column
    error, newline = False, True
    fmt = ""
    copies = 1
    index = 0
    while index < len(rest):
        if rest[index] in " \t":
            index += 1
            continue
        directive = _DIRECTIVE.match(rest, index)
        if directive:
            index = directive.end()
            style, col, skip, dup, new, count, hold = directive.groups()
            if style:
                error = style in ("error", "err", "red")
            elif col is not None:
                done.append(" " * max(int(session.number(col)) - 1 - column, 0))
            elif skip is not None:
                done.append(" " * int(session.number(skip)))
            elif dup is not None:
                copies = max(int(session.number(dup)), 0)
                continue
            elif new:
                done.append("\n" * (int(session.number(count)) if count else 1))
            elif hold:
                newline = False
            elif directive[0] == ",":
                done.append(" " if rest[index - 1 : index + 1] == ",," else "")
            column = _column(done, session.out.column)
            continue
        found = _FORMAT.match(rest, index)
        if found and is_format(found[0]):
            fmt = found[0]
            index = found.end()
            continue
        piece, index = _piece(session, rest, index, fmt, column)
        done.append(piece * copies)
        column = _column(done, session.out.column)
        fmt, copies = "", 1
    return "".join(done), error, newline


def _piece(session: Session, rest: str, index: int, fmt: str, column: int) -> tuple[str, int]:
    if rest[index] == '"' or rest.startswith('`"', index):
        end = quote_end(rest, index)
        after = rest[end:].lstrip()
        if not re.match(r"[+*=<>!]", after):
            raw = rest[index + 1 : end - 1] if rest[index] == '"' else rest[index + 2 : end - 2]
            if rest[index] == '"' and (end - index < 2 or rest[end - 1] != '"'):
                raise syntax_error()
            text = render(raw, column, session.out.width)
            return (format_value(text, fmt) if fmt else text), end
    expression = _expression(rest[index:])
    value = session.value(expression)
    text = format_value(value, fmt) if fmt else as_display(value)
    return text, index + len(expression)


def _expression(text: str) -> str:
    """The expression that `text` begins with: up to a second operand, a directive, a format or a comma."""
    stop = re.search(r"\s(?:(?:as|in)\s+(?:text|txt|res\w*|err\w*|inp\w*|red|green|yellow|white)\b|%[-~0]?\d)", text)
    limit = stop.start() if stop else len(text)
    for found in re.finditer(r"(?<=[\s)\"])(?:_col|_column|_skip|_s|_n|_newline|_dup|_d|_c|_continue)(?=\(|\s|$)", text):
        if 0 < found.start() < limit and not re.search(r"[-+*/^(,<>=&|!]\s*$", text[: found.start()]):
            limit = found.start()
    condition, _ = split_condition(_to_comma(text[:limit]))
    if not condition.strip():
        raise syntax_error()
    return condition


def _to_comma(text: str) -> str:
    depth = 0
    index = 0
    while index < len(text):
        if text[index] == '"':
            index = quote_end(text, index)
            continue
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[index], 0)
        if text[index] == "," and not depth:
            return text[:index]
        index += 1
    return text


def _column(done: list[str], start: int) -> int:
    text = "".join(done)
    head, newline, tail = text.rpartition("\n")
    return columns(tail) if newline else start + columns(head + tail)
