"""Delimited text to typed columns, as `import delimited` types them.

Whole numbers take the narrowest of byte, int and long that holds them; other numbers become float, or double when
one of them has more than seven significant digits or does not fit ([D] import delimited; float measured).
"""

from __future__ import annotations

import csv
import io
import re

from rehearsal.stata.dataset import RESERVED, Column
from rehearsal.stata.values import (
    FLOAT_MAX,
    INTEGER_LIMITS,
    MISSING,
    STRING_MAX,
    Value,
    missing_code,
    smallest_integer_type,
    store,
)

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?$")
_MISSING = re.compile(r"\.[a-z]?$")
_FLOAT_DIGITS = 7


def read_rows(text: str, delimiter: str) -> list[list[str]]:
    """The records of `text`, blank ones left out, all as long as the longest."""
    rows = [row for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(cell.strip() for cell in row)]
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def guess_delimiter(text: str) -> str:
    """The delimiter that the first record has most of: comma, tab, semicolon or bar."""
    first = text.partition("\n")[0]
    return max((",", "\t", ";", "|"), key=first.count) if any(mark in first for mark in ",\t;|") else ","


def looks_like_names(row: list[str]) -> bool:
    """Whether a first record holds names: no cell of it is a number."""
    return bool(row) and not any(_NUMBER.match(cell.strip()) for cell in row)


def column_names(header: list[str], case: str) -> list[str]:
    """Valid, distinct variable names from a header record; `case` is lower, upper or preserve."""
    names: list[str] = []
    for index, raw in enumerate(header):
        text = raw.strip().lstrip("\ufeff")
        text = {"lower": text.lower(), "upper": text.upper()}.get(case, text)
        name = re.sub(r"[^\w\u0080-\uffff]", "", text.replace(" ", "")) if case == "preserve" else re.sub(r"[^\w]", "", text)
        if name and name[0].isdigit():
            name = "v" + str(index + 1) if not re.match(r"\d+\D", name) else "_" + name
        name = name[:32]
        if not name or name in RESERVED or name in names:
            name = f"v{index + 1}"
        names.append(name)
    return names


def to_column(name: str, cells: list[str], as_text: bool = False, as_double: bool = False) -> Column:
    """A typed column from the cells of one field."""
    stripped = [cell.strip() for cell in cells]
    numeric = not as_text and all(not cell or _MISSING.match(cell) or _NUMBER.match(cell) for cell in stripped)
    if not numeric or not any(stripped):
        if not any(stripped) and not as_text:
            return Column(name, "byte", [MISSING] * len(cells))
        size = max([1, *(len(cell.encode()) for cell in cells)])
        values: list[Value] = list(cells)
        return Column(name, f"str{size}" if size <= STRING_MAX else "strL", values)
    numbers = [_number(cell) for cell in stripped]
    kind = _kind(stripped, numbers, as_double)
    return Column(name, kind, [store(number, kind) for number in numbers])


def _number(cell: str) -> float:
    if not cell or _MISSING.match(cell):
        return missing_code(cell[1:])
    return float(cell.lower().replace("d", "e"))


def _kind(cells: list[str], numbers: list[float], as_double: bool) -> str:
    present = [number for number in numbers if number < MISSING]
    if not present:
        return "byte"
    if all(number == int(number) for number in present):
        kind = smallest_integer_type(min(present), max(present))
        if kind in INTEGER_LIMITS:
            return kind
        return "double"
    if as_double or max(map(abs, present)) > FLOAT_MAX:
        return "double"
    return "double" if any(_digits(cell) > _FLOAT_DIGITS for cell in cells) else "float"


def _digits(cell: str) -> int:
    """Significant digits of a number as written."""
    mantissa = re.split("[eEdD]", cell)[0].lstrip("+-").replace(".", "").lstrip("0")
    return len(mantissa)


def quote_cell(text: str, delimiter: str, always: bool) -> str:
    """A cell as written: quoted when it holds the delimiter, a quote or a line end, or `always`."""
    if always or delimiter in text or '"' in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text
