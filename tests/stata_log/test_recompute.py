"""Printed numbers are held against the run's own data, digit by digit, as Stata stores them."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest

from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.recompute import Recomputation, recompute, would_match_float64
from ss_audit.stata_log.tables import find_tables
from stata_log import exact, printed_tables
from stata_log.synthetic import batch

Store = Callable[[Sequence[str]], list[Fraction]]
COLUMNS = {
    "y": ["10.13", "10.57", "8.09", "9.11", "7.23", "7.91", "8.77", "9.93"],
    "x": ["1.27", "1.41", "0.83", "1.09", "0.41", "0.67", "0.91", "1.33"],
    "treat": ["0", "0", "1", "1", "0", "0", "1", "1"],
}
GAPS = {"w": ["3.1", ".", "2.7", "0.1", ".", "1.9", "1.3", "8.8"], "year": ["2001"] * 4 + ["1999"] * 4}
DO = """\
import delimited "data.csv", clear case(preserve)
summarize
regress y x treat
regress y x treat, robust
ttest y, by(treat)
"""


def csv_text() -> str:
    every = COLUMNS | GAPS
    rows = [",".join(["name", *every])]
    rows += [",".join([f"r{i}", *(v[i] if v[i] != "." else "" for v in every.values())]) for i in range(8)]
    return "\r\n".join(rows) + "\r\n"


def log_text(store: Store = exact.stored, do: str = DO) -> str:
    return batch(do, {
        "summarize": printed_tables.summarize(COLUMNS | GAPS, store),
        "regress y x treat": printed_tables.regress("y", COLUMNS, store=store),
        "regress y x treat, robust": printed_tables.regress("y", COLUMNS, robust=True, store=store),
        "ttest y, by(treat)": printed_tables.ttest(COLUMNS["y"], COLUMNS["treat"], store),
    })  # fmt: skip


def results(text: str, data: str | None = None) -> list[Recomputation]:
    return [recompute(table, data or csv_text()) for table in find_tables(read_log(text.encode()))]


def test_every_digit_of_a_true_log_agrees() -> None:
    found = results(log_text())
    assert [(r.table, r.compared, len(r.disagreements)) for r in found] == [
        ("summarize", 25, 0),
        ("coefficients", 18 + 14, 0),
        ("coefficients", 18 + 7, 0),
        ("ttest", 3 * 6 + 4 + 5, 0),
    ]


@pytest.mark.parametrize("line", ["       treat |", "           x |          8", "       _cons |", "Combined |", "       1 |"])
def test_one_digit_that_is_wrong_is_found(line: str) -> None:
    text = log_text()
    start = text.index(line) + len(line)
    at = next(
        i for i in range(start + 12, len(text)) if text[i].isdigit() and text[i - 1].isdigit() and not text[i + 1].isdigit()
    )
    wrong = text[:at] + str((int(text[at]) + 5) % 10) + text[at + 1 :]
    found = [d for r in results(wrong) for d in r.disagreements]
    assert len(found) == 1
    assert found[0].printed not in (found[0].computed, "")


def test_one_unit_in_the_last_place_is_allowed() -> None:
    text = log_text()
    sd = next(line for line in text.splitlines() if line.startswith("           y |")).split()[4]
    assert len(sd) == 8, "a number that shows all seven digits"
    other = sd[:-1] + str(int(sd[-1]) + (1 if sd[-1] < "9" else -1))
    assert not any(r.disagreements for r in results(text.replace(sd, other, 1)))


def test_data_of_another_run_do_not_agree() -> None:
    found = results(log_text(), csv_text().replace("10.13", "10.31"))
    assert all(r.agreeing < r.compared for r in found)


def test_single_precision_is_told_from_double() -> None:
    for store, side in ((exact.stored, "float32"), (exact.doubles, "float64")):
        tables = find_tables(read_log(log_text(store).encode()))
        found = [would_match_float64(table, csv_text()) for table in tables if table.kind == "coefficients"]
        assert {e.side for e in found} == {side}
        assert all(e.differing > 0 for e in found)


def test_whole_numbers_cannot_tell() -> None:
    table = find_tables(
        read_log(batch("summarize\n", {"summarize": printed_tables.summarize({"year": GAPS["year"]})}).encode())
    )[0]
    assert would_match_float64(table, csv_text()).side == "indistinguishable"


def test_a_column_written_with_more_digits_than_a_float_holds_may_be_stored_either_way() -> None:
    long = {"y": [v + "12345678" for v in COLUMNS["y"]], "x": COLUMNS["x"]}
    data = "y,x\n" + "\n".join(f"{a},{b}" for a, b in zip(long["y"], long["x"], strict=True)) + "\n"

    def mixed(values: Sequence[str]) -> list[Fraction]:
        return exact.doubles(values) if len(values[0]) > 8 else exact.stored(values)

    for store in (exact.stored, mixed):
        text = batch("regress y x\n", {"regress y x": printed_tables.regress("y", long, store=store)})
        assert [(r.agreeing == r.compared, r.compared > 0) for r in results(text, data)] == [(True, True)]


def test_data_that_the_do_file_has_stored_as_double_are_compared_as_double() -> None:
    do = DO.replace("case(preserve)", "case(preserve) asdouble")
    assert not any(r.disagreements for r in results(log_text(exact.doubles, do)))
    assert any(r.disagreements for r in results(log_text(exact.stored, do)))
    tables = find_tables(read_log(log_text(exact.doubles, do).encode()))
    assert all(would_match_float64(table, csv_text()).may_be_double for table in tables)


def test_errors_of_another_kind_are_not_taken_for_robust_ones() -> None:
    lines = [
        line.replace("               Robust", "             Robust HC3")
        for line in printed_tables.regress("y", COLUMNS, robust=True)
    ]
    assert [r.compared for r in results(batch("regress y x treat, vce(hc3)\n", {"regress y x treat, vce(hc3)": lines}))] == [0]


def test_names_are_found_as_import_delimited_makes_them() -> None:
    data = "Total Cost,A_Very_Long_Name_Of_Cost\n1.5,2\n2.5,3\n"
    rows = printed_tables.summarize({"totalcost": ["1.5", "2.5"], "a_very_long~t": ["2", "3"]})
    assert [(r.compared, r.agreeing) for r in results(batch("summarize\n", {"summarize": rows}), data)] == [(10, 10)]


def test_changed_data_excuse_a_difference_and_nothing_else_does() -> None:
    changed = DO.replace("summarize\n", "replace y = y + 1\nsummarize\n", 1)
    found = results(log_text(do=changed), csv_text().replace("10.13", "10.31"))
    assert {r.compared for r in found} == {0}
    assert all("replace y = y + 1" in (r.excuse or "") for r in found)
    assert all(r.compared for r in results(log_text(do=changed))), "where the numbers agree nothing is excused"


def test_variables_that_the_data_do_not_hold_are_not_compared() -> None:
    found = results(log_text(), "a,b\n1,2\n3,4\n")
    assert {r.compared for r in found} == {0}
    assert all(r.excuse for r in found)


def test_a_t_test_named_by_unknown_macros_is_compared_with_the_pair_that_it_shows() -> None:
    text = batch("ttest `dep', by(`g')\n", {"ttest `dep', by(`g')": printed_tables.ttest(COLUMNS["y"], COLUMNS["treat"])})
    assert [(r.compared, r.agreeing) for r in results(text)] == [(27, 27)]
    assert [r.compared for r in results(text, csv_text().replace("10.13", "10.31"))] == [0]
