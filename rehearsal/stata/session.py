"""The state of one Stata session, and the questions that commands and expressions ask of it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rehearsal.stata import adopath, expr
from rehearsal.stata.dataset import Dataset
from rehearsal.stata.emitter import Emitter
from rehearsal.stata.errors import StataError
from rehearsal.stata.evaluation import call_function, creturn
from rehearsal.stata.macrofn import extended_function
from rehearsal.stata.macros import Expander, MacroStore
from rehearsal.stata.matrix import Matrix
from rehearsal.stata.numfmt import as_macro
from rehearsal.stata.random64 import MersenneTwister64
from rehearsal.stata.scanner import Line
from rehearsal.stata.syntax import Parsed
from rehearsal.stata.values import MISSING, Value
from rehearsal.stata.varlist import expand_varlist

if TYPE_CHECKING:
    from rehearsal.stata.interpreter import Interpreter
    from rehearsal.stata.postfile import Post

Stored = Value | Matrix
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def clock(moment: float | None = None) -> tuple[str, str]:
    """Date and time as Stata writes them: ` 7 May 2022` and `10:44:34`."""
    now = time.localtime(moment)
    return f"{now.tm_mday:2d} {MONTHS[now.tm_mon - 1]} {now.tm_year}", time.strftime("%H:%M:%S", now)


@dataclass
class OpenLog:
    """A text log that the do-file opened."""

    name: str
    path: Path
    stream: TextIO


@dataclass
class Program:
    """A program: its lines, and whether it returns in r() or e()."""

    name: str
    lines: list[Line]
    rclass: bool = False
    eclass: bool = False


@dataclass
class Session:
    """Everything that lasts from one command to the next."""

    out: Emitter
    dataset: Dataset = field(default_factory=Dataset)
    macros: MacroStore = field(default_factory=MacroStore)
    scalars: dict[str, Value] = field(default_factory=dict)
    matrices: dict[str, Matrix] = field(default_factory=dict)
    results: dict[str, dict[str, Stored]] = field(default_factory=lambda: {"r": {}, "e": {}, "s": {}})
    rc: int = 0
    programs: dict[str, Program] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=lambda: {"more": "off", "varabbrev": "on", "level": "95"})
    logs: list[OpenLog] = field(default_factory=list)
    files: dict[str, TextIO] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    preserved: list[Dataset] = field(default_factory=list)
    timers: dict[int, list[float]] = field(default_factory=dict)  # total, count, start (0: off)
    random: MersenneTwister64 = field(default_factory=MersenneTwister64)
    ado_extra: list[str] = field(default_factory=list)
    temporaries: list[list[str]] = field(default_factory=lambda: [[]])
    returning: list[dict[str, Stored]] = field(default_factory=lambda: [{}])
    by_groups: list[tuple[int, int]] | None = None
    interpreter: Interpreter = field(init=False)
    expander: Expander = field(init=False)
    _temporary: int = 0
    _folder: tempfile.TemporaryDirectory[str] | None = None

    def __post_init__(self) -> None:
        self.expander = Expander(self.macros, self.evaluate_macro, self.extended, self.system_global)

    # what expressions ask

    def scalar(self, name: str) -> Value | None:
        if name == "_rc":
            return float(self.rc)
        if name == "_pi":
            return 3.141592653589793
        if name == "c(pi)":
            return 3.141592653589793
        value = self.scalars.get(name)
        if value is None:
            matrix = self.matrices.get(name)
            return matrix.cells[0][0] if matrix and matrix.height == matrix.width == 1 else None
        return value

    def stored(self, group: str, name: str) -> Value:
        if group == "c":
            return creturn(self, name)
        value = self.results[group].get(name, MISSING)
        if isinstance(value, Matrix):
            if value.height == value.width == 1:
                return value.cells[0][0]
            raise StataError(109, "matrix operators that return matrices not allowed in this context")
        return value

    def coefficient(self, kind: str, name: str) -> float:
        b, v = self.results["e"].get("b"), self.results["e"].get("V")
        if not isinstance(b, Matrix) or not isinstance(v, Matrix):
            raise StataError(301, "last estimates not found")
        full = name if name in b.columns else None
        if full is None:
            column = self.dataset.find(name) if name else None
            full = column.name if column else name
        if full not in b.columns:
            raise StataError(111, f"[{name}] not found")
        index = b.columns.index(full)
        return float(v.cells[index][index] ** 0.5) if kind == "_se" else b.cells[0][index]

    def matrix(self, name: str) -> Matrix | None:
        """A matrix by name, or one of r() and e()."""
        if name[1:2] == "(" and name[0] in self.results:
            found = self.results[name[0]].get(name[2:-1])
            return found if isinstance(found, Matrix) else None
        return self.matrices.get(name)

    def cell(self, matrix: str, row: Value, column: Value) -> float | None:
        found = self.matrix(matrix)
        return None if found is None else found.cell(row, column)

    def call(self, name: str, arguments: list[expr.Compiled], words: str) -> expr.Compiled:
        return call_function(self, name, arguments, words)

    # what commands ask

    def compile(self, text: str) -> expr.Compiled:
        return expr.compile_text(text, self)

    def value(self, text: str) -> Value:
        """The value of an expression outside the data (at the first observation of the present group)."""
        return self.compile(text).at(self.dataset.group_start)

    def number(self, text: str) -> float:
        value = self.value(text)
        if isinstance(value, str):
            raise StataError(109, "type mismatch")
        return value

    def rows(self, parsed: Parsed) -> list[int]:
        """The observations (0-based) that `if` and `in` leave, within the present `by` group."""
        data = self.dataset
        low, high = data.group_start, data.group_start + data.group_size
        if parsed.rows:
            first, last = self._range(parsed.rows)
            low, high = max(low, first - 1), min(high, last)
        if not parsed.condition:
            return list(range(low, high))
        test = expr.numeric(self.compile(parsed.condition))
        return [i for i in range(low, high) if test(i) != 0]

    def each_row(self, parsed: Parsed) -> Iterator[int]:
        """As `rows`, over all `by` groups in turn, each set as the present group while its rows are given."""
        if self.by_groups is None:
            yield from self.rows(parsed)
            return
        for start, size in self.by_groups:
            self.dataset.set_group(start, size)
            yield from self.rows(parsed)

    def _range(self, text: str) -> tuple[int, int]:
        n = self.dataset.n

        def bound(word: str) -> int:
            word = word.strip()
            if word in ("l", "L"):
                return n
            if word in ("f", "F"):
                return 1
            try:
                number = int(word)
            except ValueError:
                value = self.number(word)
                number = int(value)
            return n + 1 + number if number < 0 else number

        first, slash, last = text.partition("/")
        low = bound(first)
        high = bound(last) if slash else low
        if not 1 <= low <= high <= n:
            raise StataError(198, "observation numbers out of range")
        return low, high

    def varlist(self, text: str) -> list[str]:
        return expand_varlist(text, self.dataset)

    def evaluate_macro(self, text: str) -> str:
        return as_macro(self.value(text))

    def extended(self, text: str) -> str:
        return extended_function(self, text)

    def system_global(self, name: str) -> str | None:
        """`$S_DATE`, `$S_TIME` and the ado path `$S_ADO`; None for every other name."""
        if name == "S_DATE":
            return clock()[0]
        if name == "S_ADO":
            return ";".join(adopath.entries(self))
        return clock()[1] if name == "S_TIME" else None

    def set_r(self, **values: Stored | int) -> None:
        """Replaces r()."""
        self.results["r"] = {key: float(value) if isinstance(value, int) else value for key, value in values.items()}

    def temp_name(self) -> str:
        name = f"__{self._temporary:06d}"
        self._temporary += 1
        return name

    def drop_temporaries(self, names: list[str]) -> None:
        """Drops the variables, scalars and matrices that go by temporary `names`."""
        data = self.dataset
        present = [name for name in names if name in data.columns]
        if present:
            n, changed = data.n, data.changed
            data.drop(present)
            data.changed = changed
            data.n = n
        for name in names:
            self.scalars.pop(name, None)
            self.matrices.pop(name, None)

    def temp_file(self) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="St")
        self._temporary += 1
        return Path(self._folder.name) / f"St{os.getpid()}.{self._temporary:06d}"

    def close(self) -> None:
        """Closes what is open; a log that the do-file left open gets no closing block."""
        closers: list[Callable[[], None]] = [log.stream.close for log in self.logs]
        closers += [stream.close for stream in self.files.values()]
        for close in closers:
            close()
        if self._folder is not None:
            self._folder.cleanup()


def full_path(name: str) -> Path:
    """`name` as an absolute path, not resolved further."""
    return Path(os.path.abspath(Path(name).expanduser()))  # noqa: PTH100  (symlinks stay as the user wrote them)
