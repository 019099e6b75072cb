"""Reading tables of coefficients: `regress`, and the like of any estimation command."""

import re
from collections.abc import Sequence
from typing import Literal

from ss_audit.stata_log.printed import Printed, numbers, read_printed
from ss_audit.stata_log.tables.model import CoefficientRow, CoefficientTable, Origin

_HEAD = re.compile(
    r"^\s*(.*?)\s*\|\s+(?:Coef\.|Coefficient)\s+(?:Std\. Err\.|[Ss]td\. err\.)\s+([tz])\s+P>\|[tz]\|\s+"
    r"\[(\d+(?:\.\d+)?)% [Cc]onf\. [Ii]nterval\]\s*$"
)
_RULE = re.compile(r"^-+(?:\+-+)?$")
_ROW = re.compile(r"^\s*(.*?)\s*\|(.*)$")
_ANOVA = re.compile(r"^\s*(Model|Residual|Total) \|\s+(\S+)\s+(\S+)\s+(\S+)")
_CLUSTER = re.compile(r"\(Std\. [Ee]rr\. adjusted for ([\d,]+) clusters? in (\S+)\)")
_SCALARS: tuple[tuple[str, str, int | None], ...] = (
    ("n", r"Number of obs\s+=\s+([\d,]+)", 7),
    ("p_f", r"Prob > F\s+=\s+([\d.]+)", None),
    ("r2_a", r"Adj R-squared\s+=\s+(-?[\d.]+)", None),
    ("r2", r"(?<!Adj )R-squared\s+=\s+(-?[\d.]+)", None),
    ("rmse", r"Root MSE\s+=\s+([\d.e+-]+)", 5),
)
_F = re.compile(r"F\(\s*(\d+),\s*(\d+)\)\s+=\s+([\d.e+]+|\.)")
_LOOK_BACK = 25


def find_coefficients(lines: Sequence[str], origin: Origin) -> list[CoefficientTable]:
    """All tables of coefficients in a command's output, each with the numbers printed above it."""
    tables = []
    previous_end = 0
    for i, line in enumerate(lines):
        if not (m := _HEAD.match(line)):
            continue
        rows, length = _rows(lines[i + 1 :])
        if not rows:
            continue
        above = lines[max(previous_end, i - _LOOK_BACK) : i]
        clusters = next((c.group(2) for text in above if (c := _CLUSTER.search(text))), "")
        vce: Literal["classic", "robust", "cluster", "other"] = "classic"
        if (over := above[-1].strip() if above else "") and not _RULE.match(over):
            vce = "other" if over.split("|")[-1].strip() != "Robust" else "cluster" if clusters else "robust"
        statistic: Literal["t", "z"] = "t" if m.group(2) == "t" else "z"
        tables.append(
            CoefficientTable(
                origin=origin, outcome=m.group(1), statistic=statistic, vce=vce, clusters=clusters,
                level=float(m.group(3)), header=tuple(_header(above)), rows=tuple(rows),
            )
        )  # fmt: skip
        previous_end = i + 1 + length
    return tables


def _rows(lines: Sequence[str]) -> tuple[list[CoefficientRow], int]:
    rows: list[CoefficientRow] = []
    equation, rules = "", 0
    for i, line in enumerate(lines):
        if _RULE.match(line):
            rules += 1
            if rules > 1 and "+" not in line:
                return rows, i
            continue
        m = _ROW.match(line)
        if not m:
            return rows, i
        name, rest = m.group(1), m.group(2)
        note = "".join(re.findall(r"\((omitted|base|empty|constrained)\)", rest))
        cells = [*numbers(rest, 7)]
        if not cells:
            equation = name
            continue
        if len(cells) < 6:
            if note:
                rows.append(CoefficientRow(name=name, equation=equation, b=cells[0], note=note))
            continue
        b, se, t, p, low, high = cells[:6]
        t, p = t.model_copy(update={"digits": None}), p.model_copy(update={"digits": None})
        rows.append(CoefficientRow(name=name, equation=equation, b=b, se=se, t=t, p=p, low=low, high=high))
    return rows, len(lines)


def _header(lines: Sequence[str]) -> list[tuple[str, Printed]]:
    found: dict[str, Printed] = {}
    for line in lines:
        for name, pattern, digits in _SCALARS:
            if (m := re.search(pattern, line)) and (value := read_printed(m.group(1), digits)) is not None:
                found[name] = value
        if m := _F.search(line):
            for name, word, digits in (("df_m", m.group(1), 7), ("df_r", m.group(2), 7), ("f", m.group(3), None)):
                if (value := read_printed(word, digits)) is not None:
                    found[name] = value
        if m := _ANOVA.match(line):
            letter = m.group(1)[0].lower()
            for name, word in ((f"ss_{letter}", m.group(2)), (f"ms_{letter}", m.group(4))):
                if (value := read_printed(word, 9)) is not None:
                    found[name] = value
    return list(found.items())
