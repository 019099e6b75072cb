"""Matrices with row and column names."""

from __future__ import annotations

from dataclasses import dataclass, field

from rehearsal.stata.errors import StataError
from rehearsal.stata.values import MISSING


@dataclass
class Matrix:
    """Rows of cells, with a name for each row and column; `.` marks a missing cell."""

    cells: list[list[float]]
    rows: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    symmetric: bool = False

    def __post_init__(self) -> None:
        if not self.rows:
            self.rows = [f"r{i + 1}" for i in range(len(self.cells))]
        if not self.columns:
            self.columns = [f"c{j + 1}" for j in range(self.width)]

    @property
    def height(self) -> int:
        return len(self.cells)

    @property
    def width(self) -> int:
        return len(self.cells[0]) if self.cells else 0

    def cell(self, row: float | str, column: float | str) -> float:
        """The cell at 1-based numbers or names; `.` outside."""
        i = self.rows.index(row) + 1 if isinstance(row, str) and row in self.rows else row
        j = self.columns.index(column) + 1 if isinstance(column, str) and column in self.columns else column
        if isinstance(i, str) or isinstance(j, str) or not (1 <= i <= self.height and 1 <= j <= self.width):
            return MISSING
        return self.cells[int(i) - 1][int(j) - 1]

    def transposed(self) -> Matrix:
        return Matrix([list(column) for column in zip(*self.cells, strict=True)], self.columns[:], self.rows[:])

    def copy(self) -> Matrix:
        return Matrix([row[:] for row in self.cells], self.rows[:], self.columns[:], self.symmetric)

    def times(self, other: Matrix) -> Matrix:
        if self.width != other.height:
            raise StataError(503, "conformability error")
        right = list(zip(*other.cells, strict=True))
        cells = [[_dot(row, column) for column in right] for row in self.cells]
        return Matrix(cells, self.rows[:], other.columns[:])

    def plus(self, other: Matrix, sign: float = 1.0) -> Matrix:
        if (self.height, self.width) != (other.height, other.width):
            raise StataError(503, "conformability error")
        cells = [
            [MISSING if a >= MISSING or b >= MISSING else a + sign * b for a, b in zip(p, q, strict=True)]
            for p, q in zip(self.cells, other.cells, strict=True)
        ]
        return Matrix(cells, self.rows[:], self.columns[:])

    def scaled(self, factor: float) -> Matrix:
        cells = [[MISSING if a >= MISSING else a * factor for a in row] for row in self.cells]
        return Matrix(cells, self.rows[:], self.columns[:])

    def below(self, other: Matrix) -> Matrix:
        """`self \\ other`."""
        if self.width != other.width:
            raise StataError(503, "conformability error")
        return Matrix(self.cells + other.cells, self.rows + other.rows, self.columns[:])

    def beside(self, other: Matrix) -> Matrix:
        """`self , other`."""
        if self.height != other.height:
            raise StataError(503, "conformability error")
        cells = [p + q for p, q in zip(self.cells, other.cells, strict=True)]
        return Matrix(cells, self.rows[:], self.columns + other.columns)


def _dot(row: list[float], column: tuple[float, ...]) -> float:
    if any(a >= MISSING for a in row) or any(b >= MISSING for b in column):
        return MISSING
    return sum(a * b for a, b in zip(row, column, strict=True))
