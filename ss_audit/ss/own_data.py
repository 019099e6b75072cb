"""A data set of the operator's own, read before anything starts: what keeps it from being audited, and what is asked of it.

The operator can't be asked what the columns are for, so this is settled: of the columns of numbers that vary, the last one is
the outcome, the one before it the treatment, and up to two before these are the controls. Columns whose names are names of
Stata's as they stand come first, since others may be renamed on the way; where fewer than two of those are there, all count.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from ss_audit.evidence.body_writer import INLINE_LIMIT
from ss_audit.ss.dataset import Dataset
from ss_audit.stata_log.data import Column, is_a_name, names_of, read_data, varies

LARGEST = INLINE_LIMIT
"""What is larger is no text in the event log, and its numbers could not be recomputed from there."""
FEWEST_ROWS, FEWEST_COLUMNS, MOST_ASKED_ABOUT = 3, 2, 4


def own_data_problems(path: Path) -> list[str]:
    """What is in the way of auditing with this file, in words; nothing of what stands in it but names of columns."""
    if not path.is_file():
        return [f"dataset is {path}, which is {'a folder' if path.is_dir() else 'not there'}: name a CSV file"]
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        return [f"dataset can't be read: {path}: {error.strerror}"]
    return [f"dataset {path}: {problem}" for problem in _in_the_file(path.name, content)]


def own_data(path: Path) -> Dataset:
    """The data set in this file, its bytes as they are. Raises OSError; only for a file in which there are no problems."""
    text = path.read_bytes().decode("utf-8")
    asked = _asked_about(read_data(text).columns)
    return Dataset(
        name=path.name,
        csv=text,
        outcome=asked[-1].name,
        treatment=asked[-2].name,
        controls=tuple(column.name for column in asked[:-2]),
    )


def _in_the_file(name: str, content: bytes) -> Iterator[str]:
    if not name.lower().endswith(".csv"):
        yield "its name has to end in .csv, since SS goes by that"
    if len(content) > LARGEST:
        yield f"more than {LARGEST >> 20} MiB, which is the most from which numbers can be recomputed: take a part of the rows"
        return
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        yield f"it is no UTF-8 text (byte {error.start}): save it as UTF-8"
        return
    if "\0" in text or "\r" in text.replace("\r\n", ""):
        yield "it is no plain text, or its lines end in an unusual way: save it as CSV, in UTF-8"
        return
    try:
        rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True) if row]
    except csv.Error as error:
        yield f"it is no CSV: {error}"
        return
    if not rows:
        yield "it is empty: a line with the names of the columns comes first"
    elif len(rows[0]) == 1 and re.search("[;\t|]", rows[0][0]):
        yield "its columns are not separated by commas: save it with commas"
    else:
        yield from _in_the_rows(rows)
        yield from _in_the_columns(text)


def _in_the_rows(rows: list[list[str]]) -> Iterator[str]:
    header = [cell.strip() for cell in rows[0]]
    if not all(header):
        yield f"column {header.index('') + 1} has no name: give each column one, in the first line"
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        yield f"more than one column is called {', '.join(twice)}: give each a name of its own"
    if uneven := next((n for n, row in enumerate(rows[1:], 1) if len(row) != len(header)), None):
        yield f"row {uneven} below the header has {len(rows[uneven])} values, and there are {len(header)} columns"
    if len(rows) - 1 < FEWEST_ROWS:
        yield f"{len(rows) - 1} rows below the header, and {FEWEST_ROWS} are the fewest"


def _in_the_columns(text: str) -> Iterator[str]:
    varying = [column.name for column in read_data(text).columns if varies(column)]
    if len(varying) < FEWEST_COLUMNS:
        there = ", ".join(varying) or "none"
        yield f"columns of numbers that vary: {there}; {FEWEST_COLUMNS} are the fewest (a number is written like -1234.5)"


def _asked_about(columns: tuple[Column, ...]) -> list[Column]:
    """The columns of the question, the outcome last."""
    varying = [column for column in columns if varies(column)]
    plain = [column for column in varying if is_a_name(column.name) and _is_told_apart(column, columns)]
    return (plain if len(plain) >= FEWEST_COLUMNS else varying)[-MOST_ASKED_ABOUT:]


def _is_told_apart(column: Column, columns: tuple[Column, ...]) -> bool:
    """Whether no other column may come to bear its name on the way."""
    return not any(set(names_of(column.name)) & set(names_of(other.name)) for other in columns if other is not column)
