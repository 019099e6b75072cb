"""The inner log stands in the batch log, line for line."""

from ss_audit.stata_log.containment import result_log_inside
from stata_log.synthetic import batch, closed, echoed, opened

DO = 'clear all\nlog using "result.log", text replace\ncount\nlog close\ndisplay 1\n'
BATCH = batch(DO, {'log using "result.log", text replace': opened(), "count": ["  3"], "log close": closed()})
INNER = "\n".join([*opened(), "", *echoed("count\nlog close\n", {"count": ["  3"], "log close": closed()})])


def test_it_is_contained_whatever_the_line_ends() -> None:
    found = result_log_inside(INNER.replace("\n", "\r\n"), BATCH)
    assert found.contained
    assert found.matched == found.lines == len(INNER.rstrip().split("\n"))


def test_one_digit_that_differs_is_found() -> None:
    found = result_log_inside(INNER.replace("  3", "  4"), BATCH)
    assert not found.contained
    assert found.lines - found.matched == 1
    assert found.first_difference is not None
    assert (found.first_difference.expected, found.first_difference.found) == ("  4", "  3")


def test_a_missing_line_is_found() -> None:
    assert not result_log_inside(INNER, BATCH.replace(". count\n", "")).contained


def test_an_inner_log_of_another_run_is_not_contained() -> None:
    found = result_log_inside(INNER.replace("10:34:31", "11:00:00"), BATCH)
    assert not found.contained


def test_nothing_is_not_contained() -> None:
    assert not result_log_inside("\n\n", BATCH).contained
    assert not result_log_inside(INNER, "").contained
