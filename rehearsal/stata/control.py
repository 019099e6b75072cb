"""Blocks and loops: if/else, while, foreach, forvalues, program define, by groups, and the scope of local macros."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rehearsal.stata.errors import ContinueLoop, StataError, gap, syntax_error
from rehearsal.stata.exprlex import split_condition
from rehearsal.stata.numfmt import as_display, as_macro
from rehearsal.stata.scanner import Line, block_end, define_end
from rehearsal.stata.session import Program
from rehearsal.stata.words import parse_numlist, split_words

if TYPE_CHECKING:
    from rehearsal.stata.interpreter import Interpreter

_HEAD = re.compile(r"[A-Za-z_]\w*")
_FORVALUES = re.compile(r"(\w+)\s*=\s*(\S.*)$")
_MAX_NESTING = 64
_ONE_PASS = frozenset({"generate", "replace", "egen", "keep", "drop"})


@contextmanager
def scope(interpreter: Interpreter, arguments: list[str], text: str | None = None) -> Iterator[None]:
    """A scope of its own for local macros and temporary names; `arguments` become `1', `2', ..."""
    session = interpreter.session
    if interpreter.depth >= _MAX_NESTING:
        raise StataError(1000, "system limit exceeded - see manual")
    initial = {str(index + 1): word for index, word in enumerate(arguments) if word}
    whole = " ".join(arguments) if text is None else text
    if whole:
        initial["0"] = whole
        initial["*"] = whole
    session.macros.push(initial)
    session.temporaries.append([])
    interpreter.depth += 1
    try:
        yield
    finally:
        interpreter.depth -= 1
        session.macros.pop()
        session.drop_temporaries(session.temporaries.pop())


def step(interpreter: Interpreter, lines: list[Line], index: int, echo: bool, last_if: bool | None) -> tuple[int, bool | None]:
    """Runs the command at `index`, with its block if it has one.

    Returns the next index, and for an `if` or `else` whether one of the chain has been taken so far.
    """
    line = lines[index]
    prefixes, word, raw = _head(line.text)
    if word == "if" and not prefixes:
        return _if(interpreter, lines, index, raw, echo)
    if word == "else" and not prefixes:
        if last_if is None:
            raise syntax_error()
        return _else(interpreter, lines, index, raw, echo, last_if)
    if word and "program".startswith(word) and len(word) >= 2 and _defines(raw):
        end = define_end(lines, index)
        if echo:
            _echo_numbered(interpreter, lines[index + 1 : end + 1])
        _define(interpreter, interpreter.session.expander.expand(raw), lines[index + 1 : end])
        return end + 1, None
    if word in ("mata", "python") and not prefixes:
        raise gap(f"command {word}")
    if not line.opens:
        interpreter.execute(line.text)
        return index + 1, None
    end = block_end(lines, index)
    if end >= len(lines):
        raise StataError(198, "unexpected end of file")
    body = lines[index + 1 : end]
    if word in ("foreach", "while") or (word and "forvalues".startswith(word) and len(word) >= 4):
        if echo:
            _echo_numbered(interpreter, lines[index + 1 : end + 1])
        interpreter.prefixed(prefixes, lambda: _loop(interpreter, word, raw[:-1].strip(), body))
    elif word:
        interpreter.execute(line.text)
    else:
        _plain(interpreter, prefixes, body, lines[end], echo)
    return end + 1, None


def _plain(interpreter: Interpreter, prefixes: list[str], body: list[Line], closing: Line, echo: bool) -> None:
    def run() -> None:
        try:
            interpreter.run(body, echo, nested=True)
        except StataError:
            if echo:
                interpreter.echo(closing)
            raise
        if echo:
            interpreter.echo(closing)

    interpreter.prefixed(prefixes, run)


def _head(text: str) -> tuple[list[str], str, str]:
    """Prefix words, the word of the command, and what follows it."""
    from rehearsal.stata.interpreter import full_prefix

    prefixes: list[str] = []
    rest = text
    while True:
        found = _HEAD.match(rest)
        if not found:
            return prefixes, "", rest
        full = full_prefix(found[0])
        after = rest[found.end() :].lstrip()
        if full is None:
            return prefixes, found[0], after
        prefixes.append(full)
        rest = after.lstrip(": ")


def _if(interpreter: Interpreter, lines: list[Line], index: int, raw: str, echo: bool) -> tuple[int, bool | None]:
    expanded = interpreter.session.expander.expand(raw)
    condition, command = split_condition(expanded)
    if not condition.strip():
        raise syntax_error()
    taken = interpreter.session.number(condition) != 0
    if command.strip() == "{" and lines[index].opens:
        return _branch(interpreter, lines, index, taken, echo), taken
    if command.startswith("{"):
        raise StataError(198, "program error:  code follows on the same line as open brace")
    if taken:
        interpreter.dispatch(command.strip())
    return index + 1, taken


def _else(
    interpreter: Interpreter, lines: list[Line], index: int, raw: str, echo: bool, already: bool
) -> tuple[int, bool | None]:
    if raw == "{":
        return _branch(interpreter, lines, index, not already, echo), True
    found = _HEAD.match(raw)
    if found and found[0] == "if":
        if already:
            if lines[index].opens:
                return _branch(interpreter, lines, index, False, echo), True
            return index + 1, True
        return _if(interpreter, lines, index, raw[found.end() :].strip(), echo)
    if not already:
        interpreter.execute(raw)
    return index + 1, True


def _branch(interpreter: Interpreter, lines: list[Line], index: int, taken: bool, echo: bool) -> int:
    end = block_end(lines, index)
    if end >= len(lines):
        raise StataError(198, "unexpected end of file")
    body = lines[index + 1 : end]
    if not taken:
        if echo:
            for line in lines[index + 1 : end + 1]:
                interpreter.echo(line)
        return end + 1
    try:
        interpreter.run(body, echo, nested=True)
    finally:
        if echo:
            interpreter.echo(lines[end])
    return end + 1


def _echo_numbered(interpreter: Interpreter, body: list[Line]) -> None:
    number = 2
    fresh = True
    for line in body:
        interpreter.echo(line, f"{number:3d}. " if fresh else ". ")
        fresh = not line.blank
        if fresh:
            number += 1


def _defines(raw: str) -> bool:
    words = raw.split()
    return bool(words) and words[0] not in ("drop", "dir", "list", "li")


def _define(interpreter: Interpreter, text: str, body: list[Line]) -> None:
    head, _, options = text.partition(",")
    words = head.split()
    if words and len(words[0]) >= 3 and "define".startswith(words[0]) and len(words) > 1:
        words = words[1:]
    if len(words) != 1:
        raise syntax_error()
    name = words[0]
    programs = interpreter.session.programs
    if name in programs and not interpreter.loading_ado:
        raise StataError(110, f"program {name} already defined")
    kinds = options.replace(",", " ").split()
    programs[name] = Program(name, body, any(k.startswith("rc") for k in kinds), any(k.startswith("ec") for k in kinds))


def _loop(interpreter: Interpreter, word: str, header: str, body: list[Line]) -> None:
    session = interpreter.session
    if word == "while":
        while session.number(session.expander.expand(header)) != 0:
            if _leaves(lambda: interpreter.run(body, echo=False)):
                return
        return
    expanded = session.expander.expand(header)
    name, items = _foreach(interpreter, expanded) if word == "foreach" else _forvalues(interpreter, expanded)
    before = session.macros.locals.get(name)
    for item in items:
        session.macros.set_local(name, item)
        if _leaves(lambda: interpreter.run(body, echo=False)):
            break
    session.macros.set_local(name, before or "")


def _leaves(body: Callable[[], None]) -> bool:
    try:
        body()
    except ContinueLoop as jump:
        return jump.leave
    return False


def _foreach(interpreter: Interpreter, header: str) -> tuple[str, list[str]]:
    session = interpreter.session
    found = re.match(r"(\w+)\s+(in|of)(?:\s+(.*))?$", header, re.DOTALL)
    if not found:
        raise syntax_error()
    name, way, rest = found[1], found[2], found[3] or ""
    if way == "in":
        return name, split_words(rest)
    kind, _, items = rest.strip().partition(" ")
    for full, least in (("local", 3), ("global", 3), ("varlist", 3), ("newlist", 3), ("numlist", 3)):
        if len(kind) >= least and full.startswith(kind):
            if full == "local":
                return name, split_words(session.expander.expand(session.macros.locals.get(items.strip(), "")))
            if full == "global":
                return name, split_words(session.macros.globals.get(items.strip(), ""))
            if full == "varlist":
                return name, session.varlist(items)
            if full == "numlist":
                return name, [as_macro(number) for number in parse_numlist(items)]
            return name, items.split()
    raise syntax_error()


def _forvalues(interpreter: Interpreter, header: str) -> tuple[str, list[str]]:
    found = _FORVALUES.match(header)
    if not found:
        raise syntax_error()
    session = interpreter.session
    text = found[2].strip()
    ranged = re.match(r"(.+?)\s*/\s*(.+)$", text) if "(" not in text else None
    stepped = re.match(r"(.+?)\s*\((.+)\)\s*(.+)$", text)
    spoken = re.match(r"(\S+)\s+(\S+)\s+(?:to|:)\s*(\S+)$", text)
    if ranged:
        low, step, high = session.number(ranged[1]), 1.0, session.number(ranged[2])
    elif stepped:
        low, step, high = (session.number(part) for part in stepped.groups())
    elif spoken:
        low, second, high = (session.number(part) for part in spoken.groups())
        step = second - low
    else:
        raise syntax_error()
    if not step:
        raise syntax_error()
    count = int((high - low) / step + 1e-9) if (high - low) / step >= 0 else -1
    return found[1], [as_macro(low + step * k) for k in range(count + 1)]


def run_groups(interpreter: Interpreter, names: list[str], bounds: list[tuple[int, int]], command: str, full: str) -> None:
    """Runs `command` once for each group; commands that create or change data make one pass over all groups."""
    session = interpreter.session
    if full in _ONE_PASS:
        session.by_groups = bounds
        try:
            interpreter.dispatch(command)
        finally:
            session.by_groups = None
            session.dataset.clear_group()
        return
    data = session.dataset
    try:
        for start, size in bounds:
            data.set_group(start, size)
            session.out.line()
            session.out.rule()
            values = ", ".join(f"{name} = {as_display(data.columns[name].values[start])}" for name in names)
            session.out.line(f"-> {values}")
            interpreter.dispatch(command)
    finally:
        data.clear_group()
