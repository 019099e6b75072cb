"""Columns that a text takes on the page: East Asian wide characters take two, combining marks none."""

from __future__ import annotations

import unicodedata


def columns(text: str) -> int:
    """Columns that `text` takes."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad_left(text: str, width: int) -> str:
    """`text` right-aligned in `width` columns."""
    return " " * (width - columns(text)) + text


def pad_right(text: str, width: int) -> str:
    """`text` left-aligned in `width` columns."""
    return text + " " * (width - columns(text))


def split_at(text: str, width: int) -> tuple[str, str]:
    """`text` cut so that the first part takes at most `width` columns (and at least one character)."""
    if text.isascii():
        return text[:width], text[width:]
    taken = 0
    for index, char in enumerate(text):
        taken += _width(char)
        if taken > width and index:
            return text[:index], text[index:]
    return text, ""


def abbreviate(name: str, width: int) -> str:
    """A variable name in `width` columns, as tables show it: `lpc_tranche_id` in 12 gives `lpc_tranch~d`."""
    return name if len(name) <= width else name[: width - 2] + "~" + name[-1]
