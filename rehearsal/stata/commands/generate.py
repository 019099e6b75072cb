"""generate and replace."""

from __future__ import annotations

import re

from rehearsal.stata.dataset import Column, check_name
from rehearsal.stata.errors import StataError, syntax_error, type_mismatch
from rehearsal.stata.numfmt import integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import MISSING, NUMERIC_TYPES, STRING_MAX, Value, fits, is_missing, store

_TYPES = ("byte", "int", "long", "float", "double")


def is_type(word: str) -> bool:
    """Whether `word` names a storage type."""
    return word in _TYPES or word == "strL" or bool(re.match(r"str\d+$", word)) or word == "str"


@command("g:enerate", by=True)
def generate(session: Session, rest: str) -> None:
    """`generate [type] new = exp [if] [in]`; float, or a string type as wide as needed, by default."""
    parsed = parse(rest, "before:= after:=", split_exp=True)
    words = parsed.anything.split()
    if parsed.exp is None or not words:
        raise syntax_error()
    kind = words.pop(0) if len(words) > 1 and is_type(words[0]) else ""
    if len(words) != 1:
        raise syntax_error()
    name, _, value_label = words[0].partition(":")
    check_name(name)
    data = session.dataset
    if name in data.columns:
        raise StataError(110, f"variable {name} already defined")
    compiled = session.compile(parsed.exp)
    found: dict[int, Value] = {}
    for i in session.each_row(parsed):
        found[i] = compiled.at(i)
    kind = _resolve(session, kind, compiled.is_text, found)
    blank: Value = "" if compiled.is_text else MISSING
    column = Column(name, kind, [blank] * data.n, value_label=value_label)
    for i, value in found.items():
        column.values[i] = _cut(value, kind) if isinstance(value, str) else store(value, kind)
    data.clear_group()
    data.add(column)
    lacking = sum(1 for value in column.values if value == "" or (not isinstance(value, str) and is_missing(value)))
    if lacking:
        session.out.line(f"({integer(lacking)} missing {'value' if lacking == 1 else 'values'} generated)")


def _resolve(session: Session, kind: str, is_text: bool, found: dict[int, Value]) -> str:
    """The storage type of a new variable; r(109) when `kind` is given and does not suit."""
    if not kind:
        if is_text:
            return f"str{_longest(found)}" if _longest(found) <= STRING_MAX else "strL"
        return session.settings.get("type", "float")
    if kind == "str":
        return f"str{_longest(found)}"
    if (kind in NUMERIC_TYPES) == is_text:
        raise type_mismatch()
    return kind


def _longest(found: dict[int, Value]) -> int:
    return max([1, *(len(str(value).encode()) for value in found.values())])


def _cut(value: str, kind: str) -> str:
    if kind == "strL":
        return value
    raw = value.encode()[: int(kind[3:])]
    return raw.decode("utf-8", errors="ignore")


@command("replace", by=True)
def replace(session: Session, rest: str) -> None:
    """`replace var = exp [if] [in]`; widens the storage type when a value needs it."""
    parsed = parse(rest, "nop:romote", split_exp=True)
    words = parsed.anything.split()
    if parsed.exp is None or not words:
        raise syntax_error()
    data = session.dataset
    column = data.get(words[-1])
    compiled = session.compile(parsed.exp)
    if compiled.is_text != column.is_text:
        raise type_mismatch()
    changes = to_missing = 0
    promote = "nopromote" not in parsed.options
    for i in session.each_row(parsed):
        value = compiled.at(i)
        if promote:
            _promote(session, column, value)
        before = column.values[i]
        column.values[i] = _cut(value, column.kind) if isinstance(value, str) else store(value, column.kind)
        after = column.values[i]
        if after != before:
            changes += 1
            to_missing += after == "" or (not isinstance(after, str) and is_missing(after))
    data.clear_group()
    if changes:
        data.touch(column.name)
    note = f"({integer(changes)} real {'change' if changes == 1 else 'changes'} made"
    session.out.line(note + (f", {integer(to_missing)} to missing)" if to_missing else ")"))


def _promote(session: Session, column: Column, value: Value) -> None:
    """Widens the storage type of `column` when `value` needs it, as replace does."""
    if isinstance(value, str):
        size = len(value.encode())
        if column.kind != "strL" and size > int(column.kind[3:]):
            _retype(session, column, f"str{size}" if size <= STRING_MAX else "strL")
        return
    if fits(value, column.kind):
        return
    order = ["byte", "int", "long", "double"] if value == int(value) else ["float", "double"]
    present = NUMERIC_TYPES.index(column.kind)
    for kind in order:
        if NUMERIC_TYPES.index(kind) > present and fits(value, kind):
            if kind == "float" and column.kind == "long":
                kind = "double"
            _retype(session, column, kind)
            return


def _retype(session: Session, column: Column, kind: str) -> None:
    from rehearsal.stata.dataset import default_format

    session.out.line(f"variable {column.name} was {column.kind} now {kind}")
    if column.format == default_format(column.kind):
        column.format = default_format(kind)
    column.kind = kind
