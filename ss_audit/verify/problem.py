"""What does not hold, and where."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ABSENT = "(nothing)"
LONGEST = 160


class Problem(NamedTuple):
    """One thing that does not hold. `file` is its path in the bundle; `line` counts from 1, None where no line is meant."""

    file: str
    line: int | None
    what: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.what}"


class Difference(NamedTuple):
    """A value in JSON data that is not what it should be; `keys` lead to it."""

    keys: tuple[str | int, ...]
    told: Any
    should_be: Any

    def __str__(self) -> str:
        return f"{self.place} is {shortened(self.told)} and should be {shortened(self.should_be)}"

    @property
    def place(self) -> str:
        """Where it stands, as in `scenarios[3].outcome`."""
        return "".join(f"[{k}]" if isinstance(k, int) else f".{k}" for k in self.keys).lstrip(".") or "the whole"


def differences(told: Any, should_be: Any, keys: tuple[str | int, ...] = ()) -> Iterator[Difference]:
    """Every value that differs between two pieces of JSON data, in the order of the second."""
    if isinstance(told, Mapping) and isinstance(should_be, Mapping):
        for key in dict.fromkeys([*should_be, *told]):
            yield from differences(told.get(key, ABSENT), should_be.get(key, ABSENT), (*keys, key))
    elif isinstance(told, list) and isinstance(should_be, list):
        for i in range(max(len(told), len(should_be))):
            yield from differences(_at(told, i), _at(should_be, i), (*keys, i))
    elif told != should_be or isinstance(told, bool) != isinstance(should_be, bool):
        yield Difference(keys, told, should_be)


def line_of(text: str, keys: tuple[str | int, ...]) -> int | None:
    """The line of a JSON text at which the value lies that these keys lead to, where the text is indented as ours is."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    holder, mark = value, "\0here\0"
    for key in keys[:-1]:
        holder = holder[key]
    if not keys or json.dumps(value, indent=2, ensure_ascii=False) != text:
        return None
    try:
        holder[keys[-1]] = mark
    except (IndexError, TypeError):
        return None
    before = json.dumps(value, indent=2, ensure_ascii=False).partition(json.dumps(mark))[0]
    return before.count("\n") + 1


def first_line_that_differs(told: bytes, should_be: bytes) -> int:
    """The number of the first line of two texts that differ."""
    pairs = zip(told.split(b"\n"), should_be.split(b"\n"), strict=False)
    shorter = min(told.count(b"\n"), should_be.count(b"\n")) + 1
    return next((number for number, (one, other) in enumerate(pairs, 1) if one != other), shorter + 1)


def text_of(file: Path) -> str:
    """A file's text; empty when it can't be read, which others tell."""
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def shortened(value: Any) -> str:
    """A value for a line of text."""
    text = value if value == ABSENT else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _at(items: list[Any], i: int) -> Any:
    return items[i] if i < len(items) else ABSENT
