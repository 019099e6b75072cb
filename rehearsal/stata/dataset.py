"""The data in memory: typed columns of equal length, in order, with the group that `by` currently runs on."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field

from rehearsal.stata.errors import StataError
from rehearsal.stata.values import DEFAULT_FORMAT, MISSING, Value, is_string_type, store

_NAME = re.compile(r"[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]{0,31}$")
RESERVED = frozenset(
    [
        "_all",
        "_b",
        "byte",
        "_coef",
        "_cons",
        "double",
        "float",
        "if",
        "in",
        "int",
        "long",
        "_n",
        "_N",
        "_pi",
        "_pred",
        "_rc",
        "_skip",
        "str",
        "using",
        "with",
    ]
)


@dataclass
class Column:
    """A variable: its name, storage type, values (numbers as stored, or strings), display format and labels."""

    name: str
    kind: str  # byte, int, long, float, double, str#, strL
    values: list[Value]
    format: str = ""
    label: str = ""
    value_label: str = ""

    def __post_init__(self) -> None:
        if not self.format:
            self.format = default_format(self.kind)

    @property
    def is_text(self) -> bool:
        return is_string_type(self.kind)

    @property
    def numbers(self) -> list[float]:
        """The values of a numeric column."""
        return self.values  # type: ignore[return-value]

    def put(self, index: int, value: Value) -> None:
        """Stores `value` at `index` as the type keeps it; a string column grows its width as needed elsewhere."""
        self.values[index] = value if isinstance(value, str) else store(value, self.kind)


def default_format(kind: str) -> str:
    """The display format that a new variable of storage type `kind` gets."""
    if kind == "strL":
        return "%9s"
    if is_string_type(kind):
        return f"%{max(int(kind[3:]), 9)}s"
    return DEFAULT_FORMAT[kind]


def valid_name(name: str) -> bool:
    """Whether `name` may name a variable."""
    return bool(_NAME.match(name)) and name not in RESERVED and not re.match(r"str\d+$", name)


def check_name(name: str) -> None:
    """r(198) when `name` may not name a variable."""
    if not valid_name(name):
        raise StataError(198, f"{name} invalid name")


@dataclass
class Dataset:
    """Columns of `n` values each, what they are sorted by, labels, and where they came from."""

    columns: dict[str, Column] = field(default_factory=dict)
    n: int = 0
    sorted_by: list[str] = field(default_factory=list)
    filename: str = ""
    label: str = ""
    timestamp: str = ""
    value_labels: dict[str, dict[int, str]] = field(default_factory=dict)
    changed: bool = False
    sample: list[bool] | None = None  # e(sample), kept in step with the rows
    group_start: int = 0
    _group_size: int | None = None

    @property
    def group_size(self) -> int:
        return self.n if self._group_size is None else self._group_size

    def set_group(self, start: int, size: int) -> None:
        self.group_start, self._group_size = start, size

    def clear_group(self) -> None:
        self.group_start, self._group_size = 0, None

    def find(self, name: str, exact: bool = False) -> Column | None:
        """The column of that name, or the only one that `name` abbreviates; r(111) when several match."""
        column = self.columns.get(name)
        if column is not None or exact:
            return column
        pattern = re.compile(re.escape(name).replace(r"\~", ".*") + ("$" if "~" in name else ""))
        matches = [other for key, other in self.columns.items() if pattern.match(key)]
        if len(matches) > 1:
            raise StataError(111, f"{name} ambiguous abbreviation")
        return matches[0] if matches else None

    def get(self, name: str) -> Column:
        column = self.find(name)
        if column is None:
            raise StataError(111, f"variable {name} not found")
        return column

    def add(self, column: Column) -> None:
        check_name(column.name)
        if column.name in self.columns:
            raise StataError(110, f"variable {column.name} already defined")
        self.columns[column.name] = column
        self.changed = True

    def drop(self, names: list[str]) -> None:
        for name in names:
            del self.columns[name]
        self._unsorted_by(names)
        self.changed = True
        if not self.columns:
            self.n = 0

    def touch(self, name: str) -> None:
        """The values of `name` changed: the data are no longer known to be sorted by it."""
        self._unsorted_by([name])
        self.changed = True

    def _unsorted_by(self, names: list[str]) -> None:
        for index, name in enumerate(self.sorted_by):
            if name in names:
                self.sorted_by = self.sorted_by[:index]
                return

    def keep_rows(self, rows: list[int]) -> None:
        for column in self.columns.values():
            column.values = [column.values[row] for row in rows]
        self.sample = [self.sample[row] for row in rows] if self.sample else None
        self.n = len(rows)
        self.changed = True

    def grow(self, n: int) -> None:
        for column in self.columns.values():
            blank: Value = "" if column.is_text else MISSING
            column.values.extend([blank] * (n - self.n))
        self.sample = self.sample + [False] * (n - self.n) if self.sample else None
        self.n = n
        self.sorted_by = []
        self.changed = True

    def row_width(self) -> int:
        """Bytes of one observation."""
        sizes = {"byte": 1, "int": 2, "long": 4, "float": 4, "double": 8, "strL": 8}
        return sum(sizes.get(c.kind) or int(c.kind[3:]) for c in self.columns.values())

    def snapshot(self) -> Dataset:
        return copy.deepcopy(self)


def order_rows(data: Dataset, names: list[str], descending: frozenset[str] = frozenset()) -> list[int]:
    """Row numbers in the order of `names`, ties in their present order."""
    rows = list(range(data.n))
    for name in reversed(names):
        values = data.columns[name].values
        rows.sort(key=lambda row, v=values: v[row], reverse=name in descending)  # type: ignore[misc]
    return rows


def sort_data(data: Dataset, names: list[str]) -> None:
    """Sorts the data by `names`, ties in their present order; does nothing when they are sorted so already."""
    if data.sorted_by[: len(names)] == names:
        return
    rows = order_rows(data, names)
    changed = data.changed
    if rows != list(range(data.n)):
        data.keep_rows(rows)
    data.changed = changed
    data.sorted_by = list(names)


def groups(data: Dataset, names: list[str]) -> list[tuple[int, int]]:
    """(start, size) of each run of equal values of `names` in the present order."""
    if not names:
        return [(0, data.n)]
    columns = [data.columns[name].values for name in names]
    result: list[tuple[int, int]] = []
    start = 0
    for row in range(1, data.n + 1):
        if row == data.n or any(values[row] != values[start] for values in columns):
            result.append((start, row - start))
            start = row
    return result if data.n else []
