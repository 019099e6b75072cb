"""Reading `summarize`, with and without `detail`."""

import re
from collections.abc import Sequence

from ss_audit.stata_log.printed import Printed, numbers, read_printed
from ss_audit.stata_log.tables.model import DetailTable, Origin, SummarizeTable, SummaryRow

_HEAD = re.compile(r"^\s*Variable \|\s+Obs\s+Mean\s+Std\. [Dd]ev\.\s+Min\s+Max\s*$")
_ROW = re.compile(r"^\s*(\S+)\s*\|\s*(.*)$")
_RULE = re.compile(r"^-+\+-+$")
_DETAIL_HEAD = re.compile(r"^\s+Percentiles\s+Smallest\s*$")
_PERCENTILE = re.compile(r"^\s?(\d+)%\s+(\S+)(?:\s+(\S+))?(?:\s{2,}([A-Z][A-Za-z. ]*?)\s+(\S+))?\s*$")
_SIDE = re.compile(r"^\s+(?:Largest\s+)?(Mean|Std\. [Dd]ev\.)\s+(\S+)\s*$")
_SIDE_NAMES = {
    "Obs": "n", "Sum of Wgt.": "sum_w", "Sum of wgt.": "sum_w", "Mean": "mean", "Std. Dev.": "sd", "Std. dev.": "sd",
    "Variance": "variance", "Skewness": "skewness", "Kurtosis": "kurtosis",
}  # fmt: skip


def find_summaries(lines: Sequence[str], origin: Origin) -> list[SummarizeTable]:
    """All plain summaries in a command's output."""
    tables = []
    for i, line in enumerate(lines):
        if _HEAD.match(line):
            rows = _rows(lines[i + 1 :])
            if rows:
                tables.append(SummarizeTable(origin=origin, rows=tuple(rows)))
    return tables


def _rows(lines: Sequence[str]) -> list[SummaryRow]:
    rows: list[SummaryRow] = []
    for line in lines:
        if _RULE.match(line):
            continue
        m = _ROW.match(line)
        found = numbers(m.group(2)) if m else []
        if not m or len(found) not in (1, 5):
            break
        if len(found) == 1:
            rows.append(SummaryRow(name=m.group(1), n=found[0]))
        else:
            n, mean, sd, low, high = found
            rows.append(SummaryRow(name=m.group(1), n=n, mean=mean, sd=sd, min=low, max=high))
    return rows


def find_details(lines: Sequence[str], origin: Origin) -> list[DetailTable]:
    """All detailed summaries in a command's output."""
    tables = []
    for i, line in enumerate(lines):
        if _DETAIL_HEAD.match(line) and i >= 2 and set(lines[i - 1].strip()) == {"-"}:
            statistics = _statistics(lines[i + 1 :])
            if statistics:
                title = lines[i - 2].strip()
                tables.append(DetailTable(origin=origin, title=title, statistics=tuple(statistics)))
    return tables


def _statistics(lines: Sequence[str]) -> list[tuple[str, Printed]]:
    found: list[tuple[str, Printed]] = []
    extremes = {1: "smallest1", 5: "smallest2", 10: "smallest3", 25: "smallest4",
                75: "largest1", 90: "largest2", 95: "largest3", 99: "largest4"}  # fmt: skip

    def keep(name: str, word: str | None) -> None:
        if word and (value := read_printed(word)) is not None:
            found.append((name, value))

    for line in lines:
        if m := _PERCENTILE.match(line):
            percent = int(m.group(1))
            keep(f"p{percent}", m.group(2))
            third, name, value = m.group(3), m.group(4), m.group(5)
            if percent == 50 and third in ("Mean",):
                third = None
            keep(extremes.get(percent, ""), third) if percent in extremes else None
            if name:
                keep(_SIDE_NAMES.get(name, name), value)
            elif percent == 50 and (side := re.search(r"Mean\s+(\S+)\s*$", line)):
                keep("mean", side.group(1))
            if percent == 99:
                break
        elif m := _SIDE.match(line):
            keep(_SIDE_NAMES[m.group(1)], m.group(2))
        elif line.strip() and "Largest" not in line:
            break
    return found
