"""Tables that a run wrote as CSV, recomputed from the data that it read.

Recognised are tables with a column that names variables beside columns that name statistics (n, mean, sd, p50, …; coef,
se, t, p, …), and tables with one column each for variable, statistic and value. Coefficients are compared only where
the log of the same run holds the regression that they belong to. Anything else is not compared.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ss_audit.stata_log.arithmetic import details
from ss_audit.stata_log.claims import Claim, fitted, known
from ss_audit.stata_log.data import Data, Storage, clean_name, read_data, read_rows
from ss_audit.stata_log.printed import read_printed
from ss_audit.stata_log.recompute import Recomputation, StorageEvidence, storage_evidence, verdict, ways_of_storing
from ss_audit.stata_log.tables import CoefficientTable, Table

_NAME_COLUMNS = {"variable", "var", "varname", "variable_name", "name", "term", "parameter"}
_VALUE_COLUMNS = {"value", "val"}
_STATISTIC_COLUMNS = {"statistic", "stat", "stats", "metric"}
_SUMMARY = {
    "n": "n", "obs": "n", "n_obs": "n", "nobs": "n", "count": "n", "mean": "mean", "avg": "mean", "average": "mean",
    "sd": "sd", "std": "sd", "stddev": "sd", "std_dev": "sd", "min": "min", "minimum": "min", "max": "max",
    "maximum": "max", "sum": "sum", "variance": "variance", "skewness": "skewness", "kurtosis": "kurtosis",
    "median": "p50", "q1": "p25", "q3": "p75", "iqr": "iqr", "range": "range", "cv": "cv", "semean": "semean",
    **{f"p{p}": f"p{p}" for p in (1, 5, 10, 25, 50, 75, 90, 95, 99)},
}  # fmt: skip
_COEFFICIENT = {
    "b": "b", "coef": "b", "coefficient": "b", "estimate": "b", "beta": "b", "se": "se", "std_err": "se",
    "stderr": "se", "std_error": "se", "robust_se": "se", "se_robust": "se", "t": "t", "t_stat": "t", "tstat": "t",
    "p": "p", "pvalue": "p", "p_value": "p", "pval": "p", "ci_lower": "low", "ci_low": "low", "ll": "low",
    "lower": "low", "ci_lb": "low", "ci_upper": "high", "ci_high": "high", "ul": "high", "upper": "high",
    "ci_ub": "high",
}  # fmt: skip
# Doubles that were computed in another order differ in their last bits; a float in the file has seven digits.
_SAME = 1e-10


def recompute_csv(name: str, output_csv: str, data_csv: str, tables: Sequence[Table] = ()) -> Recomputation | None:
    """An output table's name and text, the text of the run's data, and the tables of the run's log → the comparison.

    None where the table is not of a shape that we recognise, or says nothing that the data can answer.
    """
    data = read_data(data_csv)
    ways = ways_of_storing(data, as_double=any(t.origin.as_double for t in tables))
    found = [list(_claims(output_csv, data, storage, tables)) for storage in ways]
    if not found[0]:
        return None
    result = min((verdict(name, 0, claims, _agrees) for claims in found), key=lambda checked: len(checked.disagreements))
    changed = [t.origin.changed_by for t in tables if t.origin.changed_by]
    if result.disagreements and changed:
        return Recomputation(table=name, line=0, excuse=f"the do-file changes the data: {changed[0][-1]}")
    return result


def csv_storage(output_csv: str, data_csv: str, tables: Sequence[Table] = ()) -> StorageEvidence:
    """As `would_match_float64`, for an output table; doubles written in full tell most."""
    data = read_data(data_csv)
    single, double = (list(_claims(output_csv, data, storage, tables)) for storage in ("float32", "float64"))
    may_be_double = data.has_long_digits or any(t.origin.as_double for t in tables)
    return storage_evidence(single, double, may_be_double=may_be_double, least=_SAME)


def _agrees(claim: Claim) -> bool:
    """A variable that the do-file made to hold the number may be a float itself."""
    single = float(np.float32(claim.computed))
    return claim.printed.agrees(claim.computed, _SAME) or claim.printed.agrees(single, _SAME)


def _claims(output_csv: str, data: Data, storage: Storage, tables: Sequence[Table]) -> Iterator[Claim]:
    rows = read_rows(output_csv)
    if len(rows) < 2:
        return
    header = [re.sub(r"[^a-z0-9]+", "_", cell.strip().lower()).strip("_") for cell in rows[0]]
    names = next((i for i, cell in enumerate(header) if cell in _NAME_COLUMNS), None)
    if names is None:
        return
    models = [t for t in tables if isinstance(t, CoefficientTable) and t.is_regress and not t.origin.restriction]
    body = [[cell.strip() for cell in row] for row in rows[1:] if len(row) == len(header)]
    # A column is written in one format: its longest cell shows how many places that has.
    places = [
        max((len(row[i].lower().partition("e")[0].partition(".")[2]) for row in body), default=0) for i in range(len(header))
    ]
    for row in body:
        for statistic, at in _statistics(header, row, names):
            printed = read_printed(row[at], None)
            if printed is None or printed.value is None:
                continue
            printed = printed.model_copy(update={"places": places[at]})
            if (computed := _computed(row[names], statistic, data, storage, models)) is not None:
                yield Claim(f"{statistic} of {row[names]}", printed, computed)


def _statistics(header: Sequence[str], row: Sequence[str], names: int) -> list[tuple[str, int]]:
    """The row's statistics and the columns in which they stand, in a table of either shape."""
    value = next((i for i, cell in enumerate(header) if cell in _VALUE_COLUMNS), None)
    statistic = next((i for i, cell in enumerate(header) if cell in _STATISTIC_COLUMNS), None)
    if value is not None and statistic is not None:
        return [(row[statistic].lower(), value)]
    return [(cell, i) for i, cell in enumerate(header) if i != names]


def _computed(name: str, statistic: str, data: Data, storage: Storage, models: Sequence[CoefficientTable]) -> float | None:
    """The statistic of a variable, or the part of its coefficient; None for what is neither."""
    if part := _COEFFICIENT.get(statistic):
        return _coefficient(name, part, data, storage, models)
    summary, values = _SUMMARY.get(statistic), known(data, name, storage)
    return None if summary is None or values is None else details(values).get(summary)


def _coefficient(name: str, part: str, data: Data, storage: Storage, models: Sequence[CoefficientTable]) -> float | None:
    """The coefficient of the one regression in the log that has it; None when none or several do."""
    found: list[float] = []
    for model in models:
        if (result := fitted(model, data, storage)) is None:
            continue
        fit, names = result
        cleaned = {clean_name(n).lower(): i for i, n in enumerate(names)}
        if (i := cleaned.get(clean_name(name).lower())) is not None:
            found.append(fit.row(i, model.level)[part])
    return found[0] if found and all(abs(f - found[0]) <= 1e-9 * max(1.0, abs(found[0])) for f in found) else None
