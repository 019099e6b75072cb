"""Reading two-sample t tests by groups."""

import re
from collections.abc import Sequence

from ss_audit.stata_log.command_line import CommandLine
from ss_audit.stata_log.printed import Printed, numbers, read_printed
from ss_audit.stata_log.tables.model import GroupRow, Origin, TTestTable

_TITLE = re.compile(r"^Two-sample t test with (equal|unequal) variances$")
_HEAD = re.compile(r"^\s*Group \|\s+Obs\s+Mean\s+.*\[(\d+(?:\.\d+)?)% [Cc]onf\. [Ii]nterval\]\s*$")
_ROW = re.compile(r"^\s*(.*?)\s*\|(.*)$")
_T = re.compile(r"\bt =\s+(\S+)\s*$")
_DF = re.compile(r"(Degrees of freedom|degrees of freedom|Satterthwaite's degrees of freedom|Welch's degrees of freedom)"
                 r"\s+=\s+(\S+)\s*$")  # fmt: skip
_P = re.compile(r"Pr\(T < t\) = (\S+)\s+Pr\(\|T\| > \|t\|\) = (\S+)\s+Pr\(T > t\) = (\S+)")


def find_ttests(lines: Sequence[str], origin: Origin, command: CommandLine) -> list[TTestTable]:
    """All two-sample tests in a command's output. The tested variable stands only in the command."""
    tables = []
    for i, line in enumerate(lines):
        if (title := _TITLE.match(line)) and (table := _table(lines[i + 1 : i + 30], origin, command, title.group(1))):
            tables.append(table)
    return tables


def _table(lines: Sequence[str], origin: Origin, command: CommandLine, variances: str) -> TTestTable | None:
    rows: list[GroupRow] = []
    level, started = 95.0, False
    scalars: dict[str, Printed] = {}
    welch = False
    for line in lines:
        if m := _HEAD.match(line):
            level, started = float(m.group(1)), True
        elif m := _P.search(line):
            for name, word in zip(("p_less", "p_both", "p_more"), m.groups(), strict=True):
                _keep(scalars, name, word, None)
            break
        elif m := _DF.search(line):
            welch = m.group(1).startswith("Welch")
            _keep(scalars, "df", m.group(2), 6)
        elif m := _T.search(line):
            _keep(scalars, "t", m.group(1), None)
        elif started and (m := _ROW.match(line)) and (row := _row(m.group(1), m.group(2))):
            rows.append(row)
    if len(rows) < 4 or len(scalars) < 5:
        return None
    variable = command.arguments[0] if command.arguments and not command.has_macros else ""
    by = command.option("by") or ""
    return TTestTable(
        origin=origin,
        variable=variable,
        by="" if "`" in by or "$" in by else by,
        unequal=variances == "unequal",
        welch=welch,
        level=level,
        rows=tuple(rows),
        t=scalars["t"],
        df=scalars["df"],
        p_less=scalars["p_less"],
        p_both=scalars["p_both"],
        p_more=scalars["p_more"],
    )


def _keep(scalars: dict[str, Printed], name: str, word: str, digits: int | None) -> None:
    if (value := read_printed(word, digits)) is not None:
        scalars[name] = value


def _row(name: str, rest: str) -> GroupRow | None:
    cells = numbers(rest)
    if name.lower() == "diff" and len(cells) >= 4:
        mean, se, low, high = cells[:4]
        return GroupRow(name="diff", mean=mean, se=se, low=low, high=high)
    if len(cells) < 6:
        return None
    n, mean, se, sd, low, high = cells[:6]
    known = name.lower() if name.lower() == "combined" else name
    return GroupRow(name=known, n=n, mean=mean, se=se, sd=sd, low=low, high=high)
