"""Coefficient rows are held against themselves."""

import pytest

from ss_audit.stata_log.consistency import consistency
from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.tables import find_tables
from stata_log.synthetic import batch
from stata_log.test_tables import CLUSTERED, EQUATIONS


def checked(lines: list[str]) -> tuple[int, int]:
    found = consistency(find_tables(read_log(batch("regress y x z\n", {"regress y x z": lines}).encode())))
    return found.rows, found.consistent


def test_true_rows_agree_with_themselves() -> None:
    assert checked(CLUSTERED) == (2, 2)
    assert checked([line.replace("90%", "95%") for line in CLUSTERED]) == (2, 0), "the intervals are for 90 per cent"
    assert checked(EQUATIONS) == (2, 2)


@pytest.mark.parametrize(
    ("right", "wrong"), [("1.59", "1.79"), ("0.112", "0.211"), ("-.0248975", "-.0284975"), (".0674707", ".0764707")]
)
def test_a_number_that_does_not_follow_is_noticed(right: str, wrong: str) -> None:
    assert checked([line.replace(right, wrong) for line in EQUATIONS]) == (2, 1)


def test_few_digits_leave_room_for_rounding() -> None:
    row = "         mid |   1.57e+08   2.10e+07     7.47   0.000     1.16e+08    1.98e+08"
    assert checked([row if line.startswith("         mid |   1.5") else line for line in EQUATIONS]) == (2, 2)


def test_one_row_that_fails_is_no_contradiction_and_many_are() -> None:
    one = [line.replace("1.59", "1.79") for line in EQUATIONS]
    log = batch("a\nb\nc\n", {"a": one, "b": EQUATIONS, "c": EQUATIONS})
    assert consistency(find_tables(read_log(log.encode()))).plausible
    log = batch("a\nb\nc\n", {"a": one, "b": one, "c": EQUATIONS})
    assert not consistency(find_tables(read_log(log.encode()))).plausible
    assert consistency(()).share is None
