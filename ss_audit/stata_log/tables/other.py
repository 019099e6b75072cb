"""Reading `tabstat`, `correlate`, `tabulate` of one variable, and `count`."""

import re
from collections.abc import Sequence

from ss_audit.stata_log.command_line import CommandLine
from ss_audit.stata_log.printed import Printed, numbers, read_printed
from ss_audit.stata_log.tables.model import (
    CorrelationTable,
    CountTable,
    FrequencyRow,
    FrequencyTable,
    Origin,
    TabstatTable,
)

STATISTICS = {
    "n": "n", "count": "n", "mean": "mean", "sum": "sum", "max": "max", "min": "min", "range": "range", "sd": "sd",
    "variance": "variance", "cv": "cv", "se(mean)": "semean", "semean": "semean", "skewness": "skewness",
    "kurtosis": "kurtosis", "p1": "p1", "p5": "p5", "p10": "p10", "p25": "p25", "p50": "p50", "median": "p50",
    "p75": "p75", "p90": "p90", "p95": "p95", "p99": "p99", "iqr": "iqr",
}  # fmt: skip

_RULE = re.compile(r"^-+\+-*$")
_ROW = re.compile(r"^\s*(\S.*?)\s*\|\s*(.*)$")
_OBS = re.compile(r"^\(obs=([\d,]+)\)$")


def find_tabstats(lines: Sequence[str], origin: Origin, command: CommandLine) -> list[TabstatTable]:
    """All `tabstat` tables without `by()` in a command's output. Panels of a wide one count as one table."""
    if command.option("by") is not None:
        return []
    digits = _digits(command.option("format", "f", "fo", "for", "form"))
    cells: list[tuple[str, str, Printed]] = []
    for i, line in enumerate(lines):
        m = _ROW.match(line)
        if not m or i + 1 >= len(lines) or not _RULE.match(lines[i + 1].strip()):
            continue
        head, names = m.group(1).lower(), m.group(2).split()
        statistics = [STATISTICS.get(name.lower()) for name in names]
        if head == "stats":
            cells += _cells(lines[i + 2 :], names, digits, by_statistic=True)
        elif head == "variable" and names and None not in statistics:
            cells += _cells(lines[i + 2 :], [s for s in statistics if s], digits, by_statistic=False)
    return [TabstatTable(origin=origin, cells=tuple(cells))] if cells else []


def _digits(display: str | None) -> int | None:
    """The significant digits that a display format shows: None for a fixed one, 7 for %9.0g, the default."""
    if display and re.search(r"\d\.\d+fc?", display):
        return None
    general = re.search(r"\d\.(\d+)g", display or "")
    return int(general.group(1)) or 7 if general else 7


def _cells(
    lines: Sequence[str], columns: Sequence[str], digits: int | None, *, by_statistic: bool
) -> list[tuple[str, str, Printed]]:
    found: list[tuple[str, str, Printed]] = []
    for line in lines:
        if not (m := _ROW.match(line)):
            break
        values = numbers(m.group(2), digits)
        if len(values) != len(columns):
            break
        if not by_statistic:
            found += [(m.group(1), column, value) for column, value in zip(columns, values, strict=True)]
        elif statistic := STATISTICS.get(m.group(1).lower()):
            found += [(column, statistic, value) for column, value in zip(columns, values, strict=True)]
    return found


def find_correlations(lines: Sequence[str], origin: Origin) -> list[CorrelationTable]:
    """All `correlate` matrices in a command's output; those too wide for the page come in panels."""
    tables = []
    for i, line in enumerate(lines):
        if m := _OBS.match(line):
            n = read_printed(m.group(1))
            cells = _triangle(lines[i + 1 :])
            if n is not None and cells:
                tables.append(CorrelationTable(origin=origin, n=n, cells=tuple(cells)))
    return tables


def _triangle(lines: Sequence[str]) -> list[tuple[str, str, Printed]]:
    cells: list[tuple[str, str, Printed]] = []
    columns: list[str] = []
    for line in lines:
        if _RULE.match(line) or not line.strip():
            continue
        if m := re.match(r"^\s+\|\s*(.*)$", line):
            columns = m.group(1).split()
        elif (m := _ROW.match(line)) and columns:
            values = numbers(m.group(2), None)
            cells += [(m.group(1), column, value) for column, value in zip(columns, values, strict=False)]
        else:
            break
    return cells


def find_frequencies(lines: Sequence[str], origin: Origin) -> list[FrequencyTable]:
    """All one-way tables in a command's output."""
    tables = []
    for i, line in enumerate(lines):
        if m := re.match(r"^\s*(.*?)\s*\|\s+Freq\.\s+Percent\s+Cum\.\s*$", line):
            title = m.group(1)
            k = i - 1
            while k >= 0 and (above := re.match(r"^\s*(\S.*?)\s*\|\s*$", lines[k])):
                title = above.group(1) + title
                k -= 1
            if table := _frequencies(lines[i + 1 :], origin, title):
                tables.append(table)
    return tables


def _frequencies(lines: Sequence[str], origin: Origin, title: str) -> FrequencyTable | None:
    rows: list[FrequencyRow] = []
    for line in lines:
        if _RULE.match(line):
            continue
        if not (m := re.match(r"^\s*(.*?)\s*\|(.*)$", line)):
            break
        words = m.group(2).split()
        if len(words) < 2:
            continue
        frequency, percent = read_printed(words[0]), read_printed(words[1], None)
        if frequency is None or percent is None:
            break
        if m.group(1) == "Total":
            return FrequencyTable(origin=origin, title=title, rows=tuple(rows), total=frequency) if rows else None
        cumulative = read_printed(words[2], None) if len(words) > 2 else None
        rows.append(FrequencyRow(label=m.group(1), frequency=frequency, percent=percent, cumulative=cumulative))
    return None


def find_counts(lines: Sequence[str], origin: Origin, command: CommandLine) -> list[CountTable]:
    """What a `count` printed."""
    if command.name != "count" or not lines:
        return []
    value = read_printed(lines[0]) if re.match(r"^\s+[\d,]+$", lines[0]) else None
    return [CountTable(origin=origin, count=value)] if value else []
