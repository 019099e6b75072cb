"""The cells of a two-sample t test, computed from the data."""

import itertools
import math
from collections.abc import Iterator

import numpy as np

from ss_audit.stata_log.arithmetic import below, moments, quantile, two_sided
from ss_audit.stata_log.data import Column, Data, Storage, Values
from ss_audit.stata_log.printed import Printed
from ss_audit.stata_log.tables import TTestTable

Cell = tuple[str, Printed | None, float | None]


def ttest_cells(table: TTestTable, data: Data, storage: Storage) -> Iterator[Cell]:
    """Each cell with what was printed and what the data give.

    Where the command names its variables by macros whose value is unknown, the pair of columns that gives every
    printed number is taken; when none does, nothing is claimed.
    """
    variable, by = data.find(table.variable), data.find(table.by)
    if variable is not None and by is not None:
        yield from _computed(table, variable, by, storage)
        return
    outcomes = [variable] if variable else [c for c in data.columns if c.values is not None]
    groups = [by] if by else [c for c in data.columns if len({t for t in c.texts if t}) == 2]
    for outcome, group in itertools.product(outcomes, groups):
        cells = list(_computed(table, outcome, group, storage))
        if cells and all(p is None or (c is not None and p.agrees(c)) for _, p, c in cells):
            yield from cells
            return


def _computed(table: TTestTable, variable: Column, by: Column, storage: Storage) -> Iterator[Cell]:
    groups = _groups(variable, by, storage)
    rows = [row for row in table.rows if row.name not in ("combined", "diff")]
    if groups is None or len(rows) != 2:
        return
    first, second = groups
    results = [_mean_row(first, table.level), _mean_row(second, table.level)]
    combined = _mean_row(np.concatenate([first, second]), table.level)
    difference = _difference(first, second, table)
    named = {rows[0].name: results[0], rows[1].name: results[1], "combined": combined, "diff": difference}
    for row in table.rows:
        for part in ("n", "mean", "se", "sd", "low", "high"):
            yield f"{part} of {row.name}", getattr(row, part), named[row.name].get(part)
    for name in ("t", "df", "p_less", "p_both", "p_more"):
        yield name, getattr(table, name), difference[name]


def _groups(variable: Column, by: Column, storage: Storage) -> tuple[Values, Values] | None:
    """The variable's values in the two groups, in the order in which Stata sorts the groups."""
    stored = variable.stored(storage)
    if stored is None:
        return None
    if by.values is None:
        labels = sorted({text for text in by.texts if text})
        member = [np.array([text == label for text in by.texts]) for label in labels]
    else:
        member = [by.values == v for v in np.unique(by.values[~np.isnan(by.values)])]
    if len(member) != 2:
        return None
    first, second = (stored[m & ~np.isnan(stored)] for m in member)
    return (first, second) if len(first) > 1 and len(second) > 1 else None


def _mean_row(x: Values, level: float) -> dict[str, float]:
    found = moments(x)
    reach = quantile(found["n"] - 1, level) * found["semean"]
    return {
        "n": found["n"], "mean": found["mean"], "sd": found["sd"], "se": found["semean"],
        "low": found["mean"] - reach, "high": found["mean"] + reach,
    }  # fmt: skip


def _difference(first: Values, second: Values, table: TTestTable) -> dict[str, float]:
    a, b = moments(first), moments(second)
    n, m = a["n"], b["n"]
    va, vb = a["variance"] / n, b["variance"] / m
    if not table.unequal:
        df = n + m - 2
        pooled = ((n - 1) * a["variance"] + (m - 1) * b["variance"]) / df
        se = math.sqrt(pooled * (1 / n + 1 / m))
    elif table.welch:
        df = -2 + (va + vb) ** 2 / (va**2 / (n + 1) + vb**2 / (m + 1))
        se = math.sqrt(va + vb)
    else:
        df = (va + vb) ** 2 / (va**2 / (n - 1) + vb**2 / (m - 1))
        se = math.sqrt(va + vb)
    mean = a["mean"] - b["mean"]
    t = mean / se if se else math.nan
    reach = quantile(df, table.level) * se
    return {
        "mean": mean, "se": se, "low": mean - reach, "high": mean + reach, "t": t, "df": df,
        "p_less": below(t, df), "p_both": two_sided(t, df), "p_more": 1 - below(t, df),
    }  # fmt: skip
