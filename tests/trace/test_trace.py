"""A link between spec, features, steps and checks that is missing or stale is found, whichever end it was lost at."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from ss_audit.checks.judgement import Check, Judgement
from ss_audit.every_check import all_checks
from ss_audit.plan import plan_of
from ss_audit.project_files import read_spec
from ss_audit.spec import SPEC_FILE, parse_spec
from ss_audit.step_source import step_definitions
from ss_audit.trace import matrix, problems, render, trace_report

ROOT = Path(__file__).parents[2]
SPEC = """\
# Spec: bread

## Purpose

Bread.

## Requirements

### Requirement: Bread is baked

The baker MUST bake bread daily. The shop MUST be open.

#### Scenario: Bread is warm
- **WHEN** it leaves the oven
- **THEN** it is warm
"""
FEATURE = """\
Feature: Bread is baked
  Who comes early gets bread.

  @must @oven
  Scenario: Bread is warm
    Nobody buys cold bread.

    When the bread leaves the oven
    Then the bread is warm

  @advisory
  Scenario: The shop smells good
    Nice to have.

    Then the shop smells good
"""
STEPS = """\
from ss_audit.checks import oven, shop


@when("the bread leaves the {place}")
def leaves(context, place):
    context.audit.bake(place)


@then("the bread is warm")
def warm(context):
    assert_that(context.audit, holds(oven.bread_is_warm))


@then("the shop smells good")
def smells(context):
    assert_that(context.audit, holds(shop.smells_good))
"""


def made(id: str, scenario: str, spec: str, advisory: bool = False) -> Check:
    def judge() -> Judgement:
        return Judgement(outcome="pass", expected="", saw="")

    return Check(id, scenario, spec, "", "", "", (), judge, advisory)


CHECKS = {
    "oven.bread_is_warm": made("oven.bread_is_warm", "Bread is warm", "THEN it is warm"),
    "shop.smells_good": made("shop.smells_good", "The shop smells good", "", advisory=True),
}


def found(
    spec: str = SPEC, feature: str = FEATURE, steps: str = STEPS, checks: Mapping[str, Check] = CHECKS
) -> tuple[str, ...]:
    parsed = parse_spec(spec)
    plan = plan_of({"features/bread.feature": feature}, parsed.scenario_names)
    return problems(parsed, plan, checks, step_definitions({"steps/bread.py": steps}))


def test_a_linked_project_has_no_problem() -> None:
    assert found() == ()


def with_check(id: str, **changes: object) -> dict[str, Check]:
    return {**CHECKS, id: replace(CHECKS[id], **changes)}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("look", "says"),
    [
        (
            lambda: found(spec=SPEC.replace("Scenario: Bread is warm", "Scenario: Bread is hot")),
            "the spec's scenario “Bread is hot” has 0",
        ),
        (
            lambda: found(feature=FEATURE.replace("Scenario: Bread is warm", "Scenario: Bread is hot")),
            "“Bread is warm”, which no feature has",
        ),
        (
            lambda: found(checks=with_check("oven.bread_is_warm", scenario="Bread is hot")),
            "oven.bread_is_warm is for the scenario “Bread is hot”, which no feature has",
        ),
        (
            lambda: found(checks=with_check("oven.bread_is_warm", spec="it is hot then")),
            "quotes “it is hot then”, which does not stand in the spec",
        ),
        (
            lambda: found(checks=with_check("shop.smells_good", spec="it smells good")),
            "quotes “it smells good”, which does not stand in the spec",
        ),
        (lambda: found(checks=with_check("shop.smells_good", advisory=False)), "quotes “”, which does not stand in the spec"),
        (
            lambda: found(checks={"shop.smells_good": CHECKS["shop.smells_good"]}),
            "no check judges the scenario “Bread is warm”",
        ),
        (lambda: found(checks=with_check("oven.bread_is_warm", advisory=True)), "only advisories judge"),
        (lambda: found(checks={"shop.smells_good": CHECKS["shop.smells_good"]}), "there is no check oven.bread_is_warm"),
        (
            lambda: found(steps=STEPS.replace("holds(oven.bread_is_warm)", "is_nice()")),
            "no step of the scenario “Bread is warm” shows its check oven.bread_is_warm",
        ),
        (lambda: found(steps=STEPS.replace("holds(oven.bread_is_warm)", "is_nice()")), "could never fail"),
        (
            lambda: found(feature=FEATURE.replace("Then the shop smells good", "Then the bread is warm")),
            "shows oven.bread_is_warm, which is for the scenario “Bread is warm”",
        ),
        (
            lambda: found(feature=FEATURE.replace("Then the shop smells good", "Then the bread is warm")),
            "no scenario uses the step “the shop smells good”",
        ),
        (lambda: found(feature=FEATURE.replace("the bread leaves", "the bun leaves")), "has no step function"),
        (
            lambda: found(steps=STEPS + '\n\n@then("the {thing} is warm")\ndef any_warm(context, thing):\n    pass\n'),
            "fits 2 step functions",
        ),
    ],
)
def test_a_lost_link_is_said_in_words(look: Callable[[], tuple[str, ...]], says: str) -> None:
    assert any(says in problem for problem in look()), look()


def test_the_matrix_shows_what_serves_what() -> None:
    spec = parse_spec(SPEC)
    plan = plan_of({"features/bread.feature": FEATURE}, spec.scenario_names)
    links = matrix(spec, plan, CHECKS, step_definitions({"steps/bread.py": STEPS}))
    table = render(links)
    assert (
        "| Bread is baked | Bread is warm (features/bread.feature:5) | spec | oven.bread_is_warm | THEN it is warm"
        " | the bread is warm |"
    ) in table
    assert "| advisory | shop.smells_good (advisory) |" in table
    assert links.unquoted == ("The baker MUST bake bread daily.", "The shop MUST be open.")
    assert "- The shop MUST be open." in table


def test_the_matrix_shows_what_is_planned_only_with_a_setting() -> None:
    spec = parse_spec(SPEC)
    feature = FEATURE.replace("@advisory", "@advisory @if_shop")
    plan = plan_of({"features/bread.feature": feature}, spec.scenario_names)
    steps = step_definitions({"steps/bread.py": STEPS})
    assert "| advisory, where shop is given | shop.smells_good" in render(matrix(spec, plan, CHECKS, steps))
    assert problems(spec, plan, CHECKS, steps, {"shop"}) == ()
    assert any("@if_shop names no setting" in problem for problem in problems(spec, plan, CHECKS, steps))


def test_the_matrix_shows_what_no_feature_has() -> None:
    spec = parse_spec(SPEC)
    links = matrix(spec, plan_of({}, spec.scenario_names), CHECKS, ())
    assert links.missing == ("Bread is warm",)
    assert "| Bread is warm | spec, no Gherkin scenario |" in render(links)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what the trace reads of this project."""
    for folder in ("openspec", "features", "steps"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def renamed(file: Path, name: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert f"Scenario: {name}" in text
    file.write_text(text.replace(f"Scenario: {name}", f"Scenario: {name} indeed", 1), encoding="utf-8")


def test_this_project_is_linked_both_ways() -> None:
    text, code = trace_report(ROOT, check=True)
    assert (code, text.count("\n")) == (0, 1), "with --check only what is wrong is told, and a line of counts"
    assert f"{len(all_checks())} checks" in text
    table, code = trace_report(ROOT, check=False)
    assert code == 0
    assert all(check in table for check in all_checks())
    assert "quotes:" not in table, "what the spec's scenarios cover is no problem, and does not read like one"


@pytest.mark.parametrize("name", read_spec(ROOT).scenario_names)
def test_renaming_a_scenario_in_the_spec_breaks_the_trace(project: Path, name: str) -> None:
    renamed(project / SPEC_FILE, name)
    text, code = trace_report(project, check=True)
    assert code == 1
    assert f"the spec's scenario “{name} indeed” has 0 Gherkin scenarios" in text


@pytest.mark.parametrize("name", read_spec(ROOT).scenario_names)
def test_renaming_a_scenario_in_a_feature_breaks_the_trace(project: Path, name: str) -> None:
    (file,) = [f for f in (project / "features").rglob("*.feature") if f"Scenario: {name}\n" in f.read_text("utf-8")]
    renamed(file, name)
    text, code = trace_report(project, check=True)
    assert code == 1
    assert f"the spec's scenario “{name}” has 0 Gherkin scenarios" in text


def test_without_check_problems_are_shown_and_the_code_is_0(project: Path) -> None:
    renamed(project / SPEC_FILE, "Spec pack is present")
    text, code = trace_report(project, check=False)
    assert code == 0
    assert "“Spec pack is present indeed” has 0 Gherkin scenarios" in text


def test_what_cannot_be_read_is_1_in_any_case(project: Path) -> None:
    (project / SPEC_FILE).unlink()
    text, code = trace_report(project, check=False)
    assert code == 1
    assert "the trace can't be made" in text
