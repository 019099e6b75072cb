"""A CSV as Stata's `import delimited` stores it.

Columns of whole numbers are kept exactly; other numbers are stored as float (IEEE single), which changes every printed
digit that depends on them. By the manual, columns whose numbers are written with more than seven digits may be stored
as double; which of the two holds for those is left open here (`long_digits`).
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Storage = Literal["float32", "float64", "by digits"]
Values = NDArray[np.float64]

_NUMBER = re.compile(r"^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$")
_MISSING = re.compile(r"^(?:\.[a-z]?)?$")
_FLOAT_DIGITS = 7


@dataclass(frozen=True)
class Column:
    """One column: `values` are doubles as written, NaN for missing, None for a string column; `texts` the cells."""

    name: str
    texts: tuple[str, ...]
    values: Values | None
    whole: bool
    long_digits: bool

    def stored(self, storage: Storage) -> Values | None:
        """The values as they would lie in memory under one way of storing."""
        if self.values is None or self.whole or storage == "float64" or (storage == "by digits" and self.long_digits):
            return self.values
        return self.values.astype(np.float32).astype(np.float64)


@dataclass(frozen=True)
class Data:
    """The columns of a CSV in order, and how many rows it has."""

    columns: tuple[Column, ...]
    rows: int
    names: Mapping[str, int]

    def find(self, name: str) -> Column | None:
        """The column that a name in a log means, abbreviated ("lpc_tranch~d") or not; None when none or several do.

        `import delimited` lower-cases names unless told not to, and drops what no name may hold.
        """
        for form in (name, name.lower(), clean_name(name), clean_name(name).lower()):
            if form in self.names:
                return self.columns[self.names[form]]
        if "~" in name:
            start, _, end = name.lower().partition("~")
            hits = {i for form, i in self.names.items() if form.lower().startswith(start) and form.lower().endswith(end)}
            if len(hits) == 1:
                return self.columns[hits.pop()]
        return None

    @property
    def has_long_digits(self) -> bool:
        """Whether the two ways in which Stata may store some column differ."""
        return any(column.long_digits and not column.whole for column in self.columns)


def clean_name(header: str) -> str:
    """A header as the name of a variable: without the characters that no name may hold, at most 32 long."""
    kept = re.sub(r"[^0-9A-Za-z_\u0080-\uffff]", "", header)
    return ("_" + kept if kept[:1].isdigit() else kept)[:32]


def read_rows(csv_text: str) -> list[list[str]]:
    """The text of a CSV → its rows, empty ones left out. A byte-order mark does not count."""
    lines = csv_text.lstrip("\ufeff").replace("\r\n", "\n").split("\n")
    return [row for row in csv.reader(lines) if row]


@lru_cache(maxsize=8)
def read_data(csv_text: str) -> Data:
    """The text of a CSV with a header line → its columns. Errors: none; short rows are padded with missing."""
    rows = read_rows(csv_text)
    if not rows:
        return Data(columns=(), rows=0, names={})
    header, body = [cell.strip() for cell in rows[0]], rows[1:]
    columns: list[Column] = []
    names: dict[str, int] = {}
    for i, name in enumerate(header):
        columns.append(_column(name, tuple(row[i].strip() if i < len(row) else "" for row in body)))
        for form in (name, name.lower(), clean_name(name), clean_name(name).lower()):
            names.setdefault(form, i)
    return Data(columns=tuple(columns), rows=len(body), names=names)


def _column(name: str, texts: tuple[str, ...]) -> Column:
    written = [text for text in texts if not _MISSING.match(text)]
    if not written or not all(_NUMBER.match(text) for text in written):
        return Column(name=name, texts=texts, values=None, whole=False, long_digits=False)
    values = np.array([float(text) if not _MISSING.match(text) else np.nan for text in texts], dtype=np.float64)
    known = values[~np.isnan(values)]
    return Column(
        name=name,
        texts=texts,
        values=values,
        whole=bool(np.all(known == np.floor(known))),
        long_digits=any(_significant(text) > _FLOAT_DIGITS for text in written),
    )


def _significant(text: str) -> int:
    return len(re.sub(r"[eE].*$", "", text).lstrip("+-").replace(".", "").lstrip("0"))
