"""The plan holds every scenario of the feature files, and the lint refuses what a product owner or a report would trip over."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ss_audit.plan import Plan, PlanError, lacking, plan_of, read_plan, scenario_id
from ss_audit.plan_lint import MOST_STEPS, plan_problems
from ss_audit.spec import parse_spec

SPEC = parse_spec("""\
# Spec: bread

## Purpose

Bread.

## Requirements

### Requirement: Bread is baked

The baker MUST bake bread daily.

#### Scenario: Bread is warm
- **WHEN** it leaves the oven
- **THEN** it is warm
""")
FEATURE = """\
Feature: Bread is baked
  Who comes early gets bread.

  @must
  Scenario: Bread is warm
    Nobody buys cold bread.

    Given an oven
    When the bread leaves it
    Then the bread is warm
    And the oven is empty

  @must @ovens
  Scenario: The baker comes daily
    Without a baker there is no bread at all.

    Spec: "MUST bake
    bread daily"

    When a day passes
    Then there is bread

  @advisory
  Scenario: The shop smells good
    Nice to have.

    Then it smells good
"""


def planned(text: str = FEATURE) -> Plan:
    return plan_of({"features/bread.feature": text}, SPEC.scenario_names)


def lint(text: str) -> tuple[str, ...]:
    return plan_problems(planned(text), SPEC, {"ovens"}, {"shop", "price"})


def test_the_plan_says_what_each_scenario_is() -> None:
    warm, daily, smell = planned().scenarios
    assert warm.id == scenario_id("features/bread.feature", "Bread is warm") == "bread/bread-is-warm"
    assert (warm.must, warm.advisory, warm.spec_scenario, warm.sentence) == (True, False, True, None)
    assert (warm.requirement, warm.line) == ("Bread is baked", 5)
    assert [step.kind for step in warm.steps] == ["given", "when", "then", "then"]
    assert (daily.spec_scenario, daily.sentence) == (False, "MUST bake bread daily")
    assert daily.description == "Without a baker there is no bread at all."
    assert (smell.must, smell.advisory) == (False, True)


def test_steps_of_a_background_belong_to_every_scenario() -> None:
    text = FEATURE.replace("  @must\n  Scenario: Bread", "  Background:\n    Given flour\n\n  @must\n  Scenario: Bread")
    assert [scenario.steps[0].text for scenario in planned(text).scenarios] == ["flour"] * 3


def test_tags_of_the_feature_hold_for_its_scenarios() -> None:
    assert all("ovens" in scenario.tags for scenario in planned("@ovens\n" + FEATURE).scenarios)


def test_what_needs_a_setting_is_planned_only_where_it_is_given() -> None:
    plan = planned(swap("@advisory", "@advisory @if_shop @if_price")(FEATURE))
    assert lint(swap("@advisory", "@advisory @if_shop @if_price")(FEATURE)) == ()
    assert len(plan.scenarios) == 3
    assert [s.name for s in plan.under(()).scenarios] == ["Bread is warm", "The baker comes daily"]
    assert plan.under({"shop"}) == plan.under(())
    assert plan.under({"shop", "price", "seed"}) == plan
    assert lacking(plan.scenarios[2].tags, {"price"}) == ("shop",)


def test_a_feature_may_need_a_setting_too() -> None:
    assert planned("@if_shop\n" + FEATURE).under(()).scenarios == ()


def test_the_plan_is_read_from_the_folder_with_the_spec_beside_it(tmp_path: Path) -> None:
    features = tmp_path / "features"
    features.mkdir()
    (features / "bread.feature").write_text(FEATURE, encoding="utf-8")
    without = read_plan(features)
    assert without.spec_problem is not None
    assert len(without.scenarios) == 3
    assert "the spec could not be read" in plan_problems(without, SPEC, {"ovens"})[0]
    assert [s.spec_scenario for s in read_plan(features, SPEC).scenarios] == [True, False, False]
    assert read_plan(features, SPEC).scenarios[0].file == "features/bread.feature"


@pytest.mark.parametrize("text", ["", "# only a comment\n", "Feature: x\n  Scenario: y\n    Given z\n    Nonsense here\n"])
def test_a_file_that_is_no_gherkin_is_an_error_with_its_place(text: str) -> None:
    with pytest.raises(PlanError, match=r"features/bread\.feature:\d+: "):
        planned(text)


def test_a_file_that_is_no_text_is_an_error_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "features").mkdir()
    (tmp_path / "features" / "bread.feature").write_bytes(b"Feature: \xff\n")
    with pytest.raises(PlanError, match=r"features/bread\.feature:1: this is no UTF-8"):
        read_plan(tmp_path / "features", SPEC)


def test_good_features_have_no_problem() -> None:
    assert lint(FEATURE) == ()


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (swap("Feature: Bread is baked", "Feature: Bread gets baked"), "no requirement of the spec is called “Bread gets"),
        (swap("Feature: Bread is baked", "Feature: Bread gets baked"), "“Bread is baked” has 0 features"),
        (swap("Scenario: Bread is warm", "Scenario: Bread is Warm"), "“Bread is warm” has 0 Gherkin scenarios"),
        (swap("Scenario: The baker comes daily", "Scenario: Bread is warm"), "“Bread is warm” has 2 Gherkin scenarios"),
        (swap("Scenario: The shop smells good", "Scenario: The baker comes daily"), "2 scenarios share the name"),
        (swap("Scenario: The shop smells good", "Scenario: The baker comes, daily"), "2 scenarios share the id"),
        (swap("@must\n  Scenario: Bread", "@advisory\n  Scenario: Bread"), "is the spec's and must be @must"),
        (swap("@advisory", "@must"), "must end with the line Spec:"),
        (swap("@advisory\n", "\n"), "must carry one of @must and @advisory"),
        (swap("@advisory", "@advisory @must"), "must carry one of @must and @advisory"),
        (swap("bread daily", "bread weekly"), "which does not stand in the spec"),
        (swap("@ovens", "@ofens"), "the tag @ofens has no effect"),
        (swap("@advisory", "@advisory @if_prize"), "@if_prize names no setting; did you mean @if_price?"),
        (swap("@advisory", "@advisory @if_"), "@if_ names no setting"),
        (
            swap("@ovens", "@ovens @if_shop"),
            "“The baker comes daily” is @must, so it can't be planned only where shop is given",
        ),
        (swap("    Nobody buys cold bread.\n", ""), "does not say what it means"),
        (swap("  Who comes early gets bread.\n", ""), "the feature says nothing under its name"),
        (swap("    Then it smells good\n", "    Given it smells good\n"), "has no Then"),
        (swap("    Given an oven\n", "    Given an oven\n" * MOST_STEPS), "don't fit on a screen"),
        (swap("@advisory\n  Scenario:", "Rule: nice\n\n  @advisory\n  Scenario:"), "is in a rule"),
        (
            lambda text: (
                text.replace("Scenario: The shop", "Scenario Outline: The shop") + "    Examples:\n      | x |\n      | 1 |\n"
            ),
            "is outline",
        ),
        (swap("Nobody buys", "Scenarioo: Nobody buys"), "went wrong?"),
        (swap("    Nobody buys cold bread.\n", '    Spec: "MUST bake bread"\n    Nobody buys it.\n'), "went wrong?"),
        (swap("the bread is warm", "the answer is 404"), "a status code (“404”)"),
        (swap("the bread is warm", 'the answer is {"warm": true}'), "holds JSON"),
        (swap("the bread is warm", "$.bread.warm is true"), "holds a selector"),
        (swap("Nobody buys cold bread.", "Nobody buys what answers 503."), "the description holds a status code"),
    ],
)
def test_what_breaks_a_convention_is_said_in_words(change: Callable[[str], str], says: str) -> None:
    assert any(says in problem for problem in lint(change(FEATURE))), lint(change(FEATURE))


@pytest.mark.parametrize(
    "words",
    [
        "the model is claude-opus-4-5-20251101",
        "`/v1` answers as `/v1/jobs/{job_id}/artifacts` promises",
        "R02 and 1,234.567 and 100000 loaves",
        "the Longley data of 1967 agree to 0.125",
        "https is used, and a .ado file is found",
    ],
)
def test_plain_words_are_let_through(words: str) -> None:
    assert lint(FEATURE.replace("the bread is warm", words)) == ()
