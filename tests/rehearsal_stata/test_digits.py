"""Two hundred random data sets: every digit that summarize and regress print, against 50-digit arithmetic."""

from __future__ import annotations

import random
import re
from pathlib import Path
from statistics import stdev

from .reference import detail, regression, stored, summary

CASES = 200
SEED = 20260110


def _write_cases(generator: random.Random) -> list[list[list[str]]]:
    """A CSV file for each case: outcome, one to four regressors; returns the cells by column."""
    cases: list[list[list[str]]] = []
    for case in range(CASES):
        n, k = generator.randint(8, 40), generator.randint(1, 4)
        columns: list[list[float]] = []
        for _ in range(k):
            scale, shift = 10 ** generator.uniform(-2, 3), generator.choice([0, 0, 1, 30])
            columns.append([scale * (generator.gauss(0, 1) + shift) for _ in range(n)])
        weights = [generator.gauss(0, 1) for _ in range(k)]
        signal = [sum(w * c[i] for w, c in zip(weights, columns, strict=True)) for i in range(n)]
        noise = generator.uniform(0.1, 3) * stdev(signal)
        y = [value + noise * generator.gauss(0, 1) for value in signal]
        texts = [_texts(column, generator) for column in [y, *columns]]
        names = ["y", *(f"x{j + 1}" for j in range(k))]
        lines = [",".join(names), *(",".join(row) for row in zip(*texts, strict=True))]
        Path(f"case{case}.csv").write_text("\n".join(lines) + "\n")
        cases.append(texts)
    return cases


def _texts(values: list[float], generator: random.Random) -> list[str]:
    """The values as a CSV shows them: whole numbers, a few decimals, or more digits than a float holds."""
    places = generator.choice([0, 1, 2, 2, 3, 3, 4, 9])
    while len({f"{value:.{places}f}" for value in values}) < len(values) * 0.8:
        places += 1
    return [f"{value:.{places}f}" for value in values]


def test_every_printed_digit_of_two_hundred_regressions_and_summaries(stata) -> None:  # type: ignore[no-untyped-def]
    cases = _write_cases(random.Random(SEED))
    log = stata(
        f"forvalues i = 0/{CASES - 1} {{\n"
        "    import delimited case`i'.csv, clear\n"
        '    display "CASE `i\'"\n'
        "    summarize\n"
        '    display "DETAIL"\n'
        "    summarize y, detail\n"
        '    display "CLASSIC"\n'
        "    regress y x*\n"
        '    display "ROBUST"\n'
        "    regress y x*, vce(robust)\n"
        '    display "END"\n'
        "}\n"
    )
    parts = re.findall(r"^CASE \d+\n(.*?)^DETAIL\n(.*?)^CLASSIC\n(.*?)^ROBUST\n(.*?)^END$", log, re.DOTALL | re.MULTILINE)
    assert len(parts) == CASES
    for case, (texts, (table, details, classic, robust)) in enumerate(zip(cases, parts, strict=True)):
        columns = [stored(cells) for cells in texts]
        for name, column in zip(["y", "x1", "x2", "x3", "x4"], columns, strict=False):
            assert _row(table, name) == summary(column), (case, name)
        _check_detail(case, details, detail(columns[0]))
        _check_regression(case, classic, regression(columns[0], columns[1:], robust=False))
        _check_regression(case, robust, regression(columns[0], columns[1:], robust=True))


def _row(text: str, name: str) -> list[str]:
    found = re.search(rf"^ *{re.escape(name)} \|(.*)$", text, re.MULTILINE)
    assert found, (name, text)
    return found[1].split()


def _check_detail(case: int, text: str, expected: dict[str, str]) -> None:
    for key, value in expected.items():
        found = re.search(rf"(?:^| ){re.escape(key)} +(\S+)", text, re.MULTILINE)
        assert found, (case, key)
        assert found[1] == value, (case, key)


def _check_regression(case: int, text: str, expected: dict[str, list[str]]) -> None:
    for term in [key for key in expected if key == "_cons" or key.startswith("x")]:
        assert _row(text, term) == expected[term], (case, term)
    shown = [re.search(rf"{label} += +(\S+)", text) for label in (r"F\(\d+, \d+\)", "Prob > F", "R-squared", "Root MSE")]
    assert [found and found[1] for found in shown] == expected["fit"], case
    if "Residual" in text:
        for row in ("Model", "Residual", "Total"):
            assert _row(text, row)[:3] == expected[row], (case, row)
        adjusted = re.search(r"Adj R-squared += +(\S+)", text)
        assert adjusted, case
        assert [adjusted[1]] == expected["adjusted"], case
