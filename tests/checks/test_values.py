"""What SS answered and what was expected are written for people."""

from typing import Any

import pytest

from ss_audit.checks.judgement import in_full
from ss_audit.checks.values import written


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"__DEPVAR__": "dose", "n": 3}, "__DEPVAR__ = dose, n = 3"),
        ([{"pkg": "stata", "source": "built-in"}, "ssc"], "(pkg = stata, source = built-in), ssc"),
        ({"list": ["a", "b"], "empty": [], "missing": None}, "list = (a, b), empty = none, missing = nothing"),
        ([], "none"),
        ({}, "none"),
        ("", "nothing"),
        ("R01", "R01"),
        ([["one"], []], "(one), none"),
        ({"ok": True, "bad": False, "zero": 0, "one": 1}, "ok = yes, bad = no, zero = 0, one = 1"),
    ],
)
def test_values_are_written_as_people_write_them(value: Any, shown: str) -> None:
    assert written(value) == shown


@pytest.mark.parametrize(
    ("rule", "value", "shown"),
    [
        ("frozen again it stays", "R02 or a refusal", "frozen again it stays (here: R02 or a refusal)"),
        ("two jobs lead to the same template", "the same template", "two jobs lead to the same template"),
        ("a plan, or a refusal", "a refusal, a plan", "a plan, or a refusal"),
        ("", "R02", "R02"),
        ("the rule", "the rule", "the rule"),
    ],
)  # fmt: skip
def test_the_rule_stands_before_the_value(rule: str, value: str, shown: str) -> None:
    assert in_full(rule, value) == shown
