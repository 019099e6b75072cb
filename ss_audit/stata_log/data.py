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
LARGEST_FLOAT = 1.7e38
_EXACT_IN_A_FLOAT = 2.0**24
_LONGEST_NAME = 32
# What Stata keeps for itself ([U] 11.3).
_RESERVED = re.compile(r"_all|_b|byte|_coef|_cons|double|float|if|in|int|long|_n|_N|_pi|_pred|_rc|_skip|str\d*|strL|using|with")
_SEVERAL = -1


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

    @property
    def largest(self) -> float:
        """The largest absolute value; 0 for a string column."""
        return 0.0 if self.values is None else float(np.nanmax(np.abs(self.values)))

    @property
    def may_be_double(self) -> bool:
        """Whether it can't be told how Stata stores it: more digits than a float has, or whole numbers not written as such."""
        if self.whole:
            return self.largest > _EXACT_IN_A_FLOAT and any(re.search(r"\.\d|[eE]", text) for text in self.texts)
        return self.long_digits


@dataclass(frozen=True)
class Data:
    """The columns of a CSV in order, and how many rows it has. `names`: which column goes by a name, -1 where several do."""

    columns: tuple[Column, ...]
    rows: int
    names: Mapping[str, int]

    def find(self, name: str) -> Column | None:
        """The column that a name in a log means, abbreviated ("lpc_tranch~d") or not; None when none or several do.

        `import delimited` lower-cases names unless told not to, and drops what no name may hold; SS may have put something
        in its place before. Where that gives two columns one name, nobody knows which of them was meant.
        """
        for form in names_of(name):
            if form in self.names:
                return None if self.names[form] == _SEVERAL else self.columns[self.names[form]]
        if "~" in name:
            start, _, end = name.lower().partition("~")
            hits = {i for form, i in self.names.items() if form.lower().startswith(start) and form.lower().endswith(end)}
            if len(hits) == 1 and _SEVERAL not in hits:
                return self.columns[hits.pop()]
        return None

    @property
    def has_long_digits(self) -> bool:
        """Whether the two ways in which Stata may store some column differ."""
        return any(column.long_digits and not column.whole for column in self.columns)


def clean_name(header: str) -> str:
    """A header as the name of a variable: without the characters that no name may hold, at most 32 long."""
    return _begun_as_a_name(re.sub(r"[^0-9A-Za-z_\u0080-\uffff]", "", header))


def is_a_name(header: str) -> bool:
    """Whether a variable of any Stata can be called that, in whatever case of its letters."""
    legal = re.fullmatch(rf"[A-Za-z_]\w{{0,{_LONGEST_NAME - 1}}}", header, re.ASCII)
    return legal is not None and not _RESERVED.fullmatch(header)


def names_of(header: str) -> tuple[str, ...]:
    """What a column may be called once its header was made the name of a variable, the likeliest first.

    Stata drops the characters that no name may hold; others put an underscore in the place of each, letters with accents
    included.
    """
    made = (header, clean_name(header), _begun_as_a_name(re.sub(r"[^0-9A-Za-z_]", "_", header)))
    return tuple(dict.fromkeys(form for name in made for form in (name, name.lower())))


def _begun_as_a_name(kept: str) -> str:
    return ("_" + kept if kept[:1].isdigit() else kept)[:_LONGEST_NAME]


def varies(column: Column) -> bool:
    """Whether it holds numbers, and not only one."""
    return column.values is not None and len(np.unique(column.values[~np.isnan(column.values)])) > 1


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
        for form in names_of(name):
            names[form] = i if names.get(form, i) == i else _SEVERAL
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
