"""What is not planned is not run, and whoever asked for it is told why."""

from typing import Any

import pytest
from behave.configuration import Configuration
from behave.parser import parse_feature

from ss_audit.runner_selection import without_unplanned

FEATURE = """\
Feature: Bread
  @advisory @if_shop
  Scenario: The shop smells good
    Then it smells good

  @must
  Scenario: Bread is warm
    Then it is warm
"""


def left(given: tuple[str, ...], *arguments: str, skipped: bool = False) -> tuple[list[str], tuple[str, ...]]:
    """The names of the scenarios that are left, and what is said."""
    feature: Any = parse_feature(FEATURE)
    if skipped:
        feature.scenarios[0].mark_skipped()
    said = without_unplanned([feature], given, Configuration(list(arguments), load_config=False))
    return [scenario.name for scenario in feature.walk_scenarios()], said


def test_with_the_setting_all_is_there() -> None:
    assert left(("shop",), "-n", "shop") == (["The shop smells good", "Bread is warm"], ())


def test_a_whole_run_says_nothing_about_it() -> None:
    assert left(("seed",)) == (["Bread is warm"], ())


@pytest.mark.parametrize("asked", [("-n", "smells"), ("--tags=@advisory",), ("--tags=@if_shop",), ("--tags=not @must",)])
def test_who_asked_for_it_is_told(asked: tuple[str, ...]) -> None:
    names, (said,) = left((), *asked)
    assert names == ["Bread is warm"]
    assert said == "“The shop smells good” is planned only where shop is given: -D shop=…"


@pytest.mark.parametrize("asked", [("-n", "warm"), ("--tags=@must",)])
def test_who_asked_for_something_else_is_not(asked: tuple[str, ...]) -> None:
    assert left((), *asked) == (["Bread is warm"], ())


@pytest.mark.parametrize("path", ["features/1.feature", "features/1.feature:3", "@rerun.txt"])
def test_a_file_or_a_line_asks_for_it_too(path: str) -> None:
    assert len(left((), path)[1]) == 1
    assert left((), path, skipped=True)[1] == (), "behave marks what another line asked for as skipped"


def test_a_folder_asks_for_the_whole() -> None:
    assert left((), "features")[1] == ()
