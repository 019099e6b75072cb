"""What a table claims about the data, cell by cell, beside what the data say.

For each printed number that can be computed from the run's own CSV: its place in the table, what was printed, what we
get. Cells about variables that the CSV does not hold (made by the do-file, factor variables) are left out.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ss_audit.stata_log.arithmetic import Fit, correlation, details, moments, regression
from ss_audit.stata_log.claims_ttest import ttest_cells
from ss_audit.stata_log.data import Column, Data, Storage, Values
from ss_audit.stata_log.printed import Printed
from ss_audit.stata_log.tables import (
    CoefficientTable,
    CorrelationTable,
    CountTable,
    DetailTable,
    FrequencyTable,
    SummarizeTable,
    Table,
    TabstatTable,
    TTestTable,
)


@dataclass(frozen=True)
class Claim:
    """One printed number, where it stands ("mean of price"), and the number that the data give."""

    cell: str
    printed: Printed
    computed: float


def claims(table: Table, data: Data, storage: Storage) -> list[Claim]:
    """All claims of a table that the data can answer, under one way of storing them."""
    return [
        Claim(cell, printed, computed)
        for cell, printed, computed in _cells(table, data, storage)
        if printed is not None and computed is not None
    ]


Cell = tuple[str, Printed | None, float | None]


def _cells(table: Table, data: Data, storage: Storage) -> Iterator[Cell]:
    if isinstance(table, SummarizeTable):
        yield from _summarize(table, data, storage)
    elif isinstance(table, DetailTable):
        yield from _detail(table, data, storage)
    elif isinstance(table, CoefficientTable):
        yield from _coefficients(table, data, storage)
    elif isinstance(table, TTestTable):
        yield from ttest_cells(table, data, storage)
    elif isinstance(table, TabstatTable):
        yield from _tabstat(table, data, storage)
    elif isinstance(table, CorrelationTable):
        yield from _correlate(table, data, storage)
    elif isinstance(table, FrequencyTable):
        yield from _tabulate(table, data)
    elif isinstance(table, CountTable):
        yield "count", table.count, float(data.rows)


def known(data: Data, name: str, storage: Storage) -> Values | None:
    """A column's values without the missing ones; None for a string column or one that the CSV doesn't hold."""
    column = data.find(name)
    values = column.stored(storage) if column else None
    return None if values is None else values[~np.isnan(values)]


def _summarize(table: SummarizeTable, data: Data, storage: Storage) -> Iterator[Cell]:
    for row in table.rows:
        values = known(data, row.name, storage)
        if values is None:
            continue
        found = moments(values)
        for name in ("n", "mean", "sd", "min", "max"):
            yield f"{name} of {row.name}", getattr(row, name), found.get(name)


def _detail(table: DetailTable, data: Data, storage: Storage) -> Iterator[Cell]:
    name = table.origin.arguments[0] if len(table.origin.arguments) == 1 else table.title
    values = known(data, name, storage)
    if values is None:
        values = known(data, table.title, storage)
    if values is None:
        return
    found = details(values)
    for statistic, printed in table.statistics:
        yield f"{statistic} of {name}", printed, found.get(statistic)


def _tabstat(table: TabstatTable, data: Data, storage: Storage) -> Iterator[Cell]:
    cache: dict[str, dict[str, float] | None] = {}
    for name, statistic, printed in table.cells:
        if name not in cache:
            values = known(data, name, storage)
            cache[name] = None if values is None else details(values)
        if (found := cache[name]) is not None:
            yield f"{statistic} of {name}", printed, found.get(statistic)


def _complete(columns: Sequence[Column], storage: Storage) -> tuple[list[Values], Values] | None:
    """The columns' values in the rows where none is missing, and which rows those are; None with a string column."""
    stored = [column.stored(storage) for column in columns]
    values = [v for v in stored if v is not None]
    if not values or len(values) != len(columns):
        return None
    whole = ~np.any(np.isnan(np.column_stack(values)), axis=1)
    return [v[whole] for v in values], whole


def fitted(table: CoefficientTable, data: Data, storage: Storage) -> tuple[Fit, list[str]] | None:
    """The regression of a `regress` table, computed, and the names of its rows in the fit's order."""
    if not table.is_regress or table.vce == "other" or any(row.equation for row in table.rows) or not _has_constant(table):
        return None
    names = [row.name for row in table.rows if not row.note and row.name != "_cons"]
    columns = [data.find(name) for name in (table.outcome, *names)]
    found = [column for column in columns if column is not None]
    group = data.find(table.clusters) if table.clusters else None
    if len(found) != len(columns) or (table.vce == "cluster" and group is None):
        return None
    complete = _complete(found, storage)
    if complete is None:
        return None
    values, rows = complete
    if group is not None:
        labelled = np.array([bool(text) and text != "." for text in group.texts])
        values = [v[labelled[rows]] for v in values]
        rows = rows & labelled
    clusters = tuple(group.texts[i] for i in np.flatnonzero(rows)) if group else ()
    x = np.column_stack(values[1:]) if names else np.empty((len(values[0]), 0))
    fit = regression(values[0], x, table.vce, clusters)
    return None if fit is None else (fit, [*names, "_cons"])


def _has_constant(table: CoefficientTable) -> bool:
    return any(row.name == "_cons" for row in table.rows)


def _coefficients(table: CoefficientTable, data: Data, storage: Storage) -> Iterator[Cell]:
    if (result := fitted(table, data, storage)) is None:
        return
    fit, names = result
    for name, printed in table.header:
        if printed.value is not None:
            yield name, printed, fit.header.get(name)
    for row in table.rows:
        if row.name in names:
            found = fit.row(names.index(row.name), table.level)
            for part in ("b", "se", "t", "p", "low", "high"):
                yield f"{part} of {row.name}", getattr(row, part), found[part]


def _correlate(table: CorrelationTable, data: Data, storage: Storage) -> Iterator[Cell]:
    names = list(dict.fromkeys(row for row, _, _ in table.cells))
    columns = [data.find(name) for name in names]
    found = [column for column in columns if column is not None]
    complete = _complete(found, storage) if len(found) == len(names) else None
    if complete is None:
        return
    values = {column.name: v for column, v in zip(found, complete[0], strict=True)}
    yield "n", table.n, float(len(complete[0][0]))
    for row, column, printed in table.cells:
        first, second = data.find(row), data.find(column)
        if first and second and second.name in values:
            yield f"correlation of {row} and {column}", printed, correlation(values[first.name], values[second.name])


def _tabulate(table: FrequencyTable, data: Data) -> Iterator[Cell]:
    column = data.find(table.origin.arguments[0] if table.origin.arguments else table.title) or data.find(table.title)
    if column is None:
        return
    counts = _frequencies(column, table)
    if counts is None:
        return
    total, so_far = float(sum(counts)), 0.0
    yield f"total of {table.title}", table.total, total
    for row, count in zip(table.rows, counts, strict=True):
        so_far += count
        yield f"frequency of {row.label}", row.frequency, float(count)
        yield f"percent of {row.label}", row.percent, 100 * count / total if total else math.nan
        yield f"cumulative percent of {row.label}", row.cumulative, 100 * so_far / total if total else math.nan


def _frequencies(column: Column, table: FrequencyTable) -> list[int] | None:
    """How often each value occurs, in the order in which Stata lists them; None when there are more or fewer values."""
    if column.values is None:
        texts = sorted(text for text in set(column.texts) if text)
        counts = [column.texts.count(text) for text in texts]
    else:
        values, found = np.unique(column.values[~np.isnan(column.values)], return_counts=True)
        counts = [int(c) for c in found]
        missing = int(np.isnan(column.values).sum())
        if missing and len(values) + 1 == len(table.rows) and table.rows[-1].label == ".":
            counts.append(missing)
    return counts if len(counts) == len(table.rows) else None
