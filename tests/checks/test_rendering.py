"""What is filled in of a template, and which of its commands it restricts itself."""

from typing import Any

import pytest

from ss_audit.checks.rendering import filled, restricted_by, unlike_the_template

SOURCE = "regress __Y_VAR__ {{ x_var }}, level(__LEVEL__)"


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        ({}, SOURCE),
        ({"__Y_VAR__": "y", "__LEVEL__": 90}, "regress y {{ x_var }}, level(90)"),
        ({"y_var": "y", "X_VAR": ["x1", "x2"]}, "regress y x1 x2, level(__LEVEL__)"),
        ({"__Y_VAR__": None, "__LEVEL__": True, "x_var": {"a": 1}}, SOURCE),
        ({"__Y_VAR__": ["y", None], "x_var": ["x", ""]}, "regress __Y_VAR__ x, level(__LEVEL__)"),
        ({"__YVAR__": "other", "__Y_VAR__": "y"}, "regress y {{ x_var }}, level(__LEVEL__)"),
    ],
)
def test_what_is_bound_takes_its_place(bound: dict[str, Any], text: str) -> None:
    assert filled(SOURCE, bound) == text


@pytest.mark.parametrize(
    ("line", "own"),
    [
        ("reg y x in 1/9", {"regress"}),
        ("regress y x if z > 1, robust", {"regress"}),
        ("regress y x [aweight=w]", {"regress"}),
        ("bysort g: summarize y", {"summarize"}),
        ("regress y x ///\n    if z > 1", {"regress"}),
        ("regress y x `which'", {"regress"}),
        ("regress y x, robust", set()),
        ("* regress y x in 1/9\nsummarize y", set()),
    ],
)
def test_a_command_that_the_template_restricts(line: str, own: set[str]) -> None:
    assert restricted_by(f"version 18\n{line}\nlog close\n") == own


def test_what_comes_after_counts_only_where_the_template_is_to_stand_alone() -> None:
    template, do_file = "count\n", "count\nclear\n"
    assert unlike_the_template(template, do_file) is None
    assert "'clear'" in (unlike_the_template(template, do_file, alone=True) or "")


def test_a_value_that_is_filled_in_with_nothing_leaves_no_line() -> None:
    assert unlike_the_template("count\n__EXTRA__\nclear\n", "count\nclear\n", {"__EXTRA__": ""}, alone=True) is None
