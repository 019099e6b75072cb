"""Whatever breaks around the scenarios: Allure and JUnit show what the event log says, or the run says that they don't."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import junitparser
import pytest
from whole_audit.running import Ended

from .conftest import FEATURE, STEPS, Small, change

pytestmark = pytest.mark.once
NAME = "Spec pack is present"
GIVEN = "    context.audit.observe(SpecPackSeen)\n"
SHOWS = {"pass": "passed", "fail": "failed", "not_evidenced": "failed", "error": "broken", "not_run": "skipped"}
HOOKS = tuple(f"{when}_{what}" for when in ("before", "after") for what in ("all", "feature", "tag", "scenario", "step"))
BREAKS = """

_before_it_broke = globals().get("{hook}")


def {hook}(*args):
    if _before_it_broke is not None:
        _before_it_broke(*args)
    1 / 0
"""


def allure(run: Ended) -> list[tuple[str, str]]:
    """Name and status of each result that Allure shows."""
    results = [json.loads(f.read_text("utf-8")) for f in sorted((run.folder / "allure-results").glob("*-result.json"))]
    return [(result["name"], result["status"]) for result in results]


def junit(run: Ended) -> dict[str, str]:
    """What JUnit's reader makes of each test case; what is wrong with the run itself is among them."""
    found = {}
    for file in sorted((run.folder / "junit").glob("*.xml")):
        for case in cases(junitparser.JUnitXml.fromfile(str(file))):
            found[case.name] = type(case.result[0]).__name__ if case.result else "passed"
    return found


def cases(suite: Any) -> Iterator[Any]:
    for item in suite:
        if isinstance(item, junitparser.TestCase):
            yield item
        else:
            yield from cases(item)


def global_errors(run: Ended) -> str:
    shown = json.loads((run.folder / "allure-results" / "run-globals.json").read_text("utf-8"))
    return "\n".join(error["message"] for error in shown["errors"])


def told(run: Ended) -> dict[str, str]:
    """The outcome of each scenario as the event log tells it; the last word counts."""
    planned = run.verdict["scenarios"]
    names = {scenario["id"]: scenario["name"] for scenario in planned}
    ended = {names[e["data"]["id"]]: e["data"]["outcome"] for e in run.events if e["type"] == "scenario_ended"}
    return {name: ended.get(name, "not_run") for name in names.values()}


def assert_shown_as_told(run: Ended) -> None:
    assert Counter(allure(run)) == Counter((name, SHOWS[outcome]) for name, outcome in told(run).items())
    assert told(run) == run.outcomes
    red = {name for name, result in junit(run).items() if result in ("Error", "Failure")}
    assert {name for name, outcome in told(run).items() if outcome not in ("pass", "not_run")} <= red
    assert not {name for name, outcome in told(run).items() if outcome == "pass"} & red


def assert_inconclusive(run: Ended, because: str) -> None:
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "audit"), run.said
    assert because in run.verdict["partial_because"]
    assert because in global_errors(run)
    assert "the run itself, 1" in junit(run), "who reads JUnit alone sees no green run either"
    environment = (run.folder / "allure-results" / "environment.properties").read_text("utf-8")
    assert environment.startswith("Verdict=INCONCLUSIVE\n")


def test_unbroken_it_shows_what_was_judged(audit: Small) -> None:
    run = audit()
    assert (run.code, run.verdict["verdict"]) == (1, "NOT READY"), run.said
    assert told(run) == {NAME: "pass"}
    assert_shown_as_told(run)
    assert junit(run) == {NAME: "passed"}
    assert global_errors(run) == ""
    (reconciled,) = [event["data"] for event in run.events if event["type"] == "reconciled"]
    assert reconciled["problems"] == []
    assert any(name.startswith("junit/") for name in reconciled["files"])
    assert any(name.startswith("allure-results/") for name in reconciled["files"])


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_breaks(audit: Small, small: Path, hook: str) -> None:
    with (small / "environment.py").open("a") as hooks:
        hooks.write(BREAKS.format(hook=hook))
    run = audit()
    assert_inconclusive(run, "hook")
    assert_shown_as_told(run)
    around = hook in ("before_all", "before_feature")
    aside = hook in ("after_all", "after_feature")
    assert told(run) == {NAME: "not_run" if around else "pass" if aside else "error"}


def test_a_cleanup_that_fails(audit: Small, small: Path) -> None:
    change(small / STEPS, GIVEN, f"    context.add_cleanup(lambda: 1 / 0)\n{GIVEN}")
    run = audit()
    assert_inconclusive(run, "cleanup")
    assert_shown_as_told(run)
    assert told(run) == {NAME: "error"}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (STEPS, GIVEN, f"{GIVEN}    context.scenario.skip('no time')\n"),
        (
            "environment.py",
            "    context.audit.begin(scenario.name)\n",
            "    context.audit.begin(scenario.name)\n    scenario.skip()\n",
        ),
    ],
    ids=["by a step", "before it begins"],
)
def test_a_scenario_that_is_skipped(audit: Small, small: Path, file: str, old: str, new: str) -> None:
    change(small / file, old, new)
    run = audit()
    assert (run.code, run.verdict["verdict"]) == (2, "INCONCLUSIVE"), run.said
    assert_shown_as_told(run)
    assert told(run) == {NAME: "error"}
    assert "skipped" in run.verdict["scenarios"][0]["reason"]
    assert "INCONCLUSIVE" in global_errors(run)


def test_a_step_that_nobody_defined(audit: Small, small: Path) -> None:
    with (small / FEATURE).open("a") as feature:
        feature.write("    And something that nobody defined\n")
    run = audit()
    assert_inconclusive(run, "something that nobody defined")
    assert_shown_as_told(run)
    assert told(run) == {NAME: "error"}


def test_a_step_that_is_yet_to_be_written(audit: Small, small: Path) -> None:
    change(small / STEPS, GIVEN, "    raise NotImplementedError('later')\n")
    run = audit()
    assert run.verdict["verdict"] == "INCONCLUSIVE"
    assert_shown_as_told(run)
    assert told(run) == {NAME: "error"}


@pytest.mark.parametrize("words", [("--tags=@nothing",), ("-n", "no such name"), ("--dry-run",)], ids=" ".join)
def test_what_was_left_out_is_shown_as_not_run(audit: Small, words: tuple[str, ...]) -> None:
    run = audit(*words)
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "operator"), run.said
    assert_shown_as_told(run)
    assert told(run) == {NAME: "not_run"}
    assert "INCONCLUSIVE" in global_errors(run)


def test_two_scenarios_with_one_name(audit: Small, small: Path) -> None:
    again = f"\n  @must @spec_pack\n  Scenario: {NAME}\n    Given the spec pack of the audit\n"
    with (small / FEATURE).open("a") as feature:
        feature.write(again)
    run = audit()
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "audit"), run.said
    assert NAME in global_errors(run)
    identities = [result["historyId"] for result in results(run)]
    assert len(set(identities)) == 2, "Allure would show one of them as a retry of the other"


def test_the_rows_of_an_outline(audit: Small, small: Path) -> None:
    rows = "\n      | pack |\n      | spec pack |\n      | spec pack |\n"
    outline = "  Scenario Outline: It holds\n    Given the <pack> of the audit\n    Examples:"
    with (small / FEATURE).open("a") as feature:
        feature.write(f"\n  @must @spec_pack\n{outline}{rows}")
    run = audit()
    assert run.verdict["verdict"] == "INCONCLUSIVE", "no check belongs to a row, so none can pass"
    assert_shown_as_told(run)
    assert len(allure(run)) == 3


def test_a_scenario_in_a_rule(audit: Small, small: Path) -> None:
    rule = "\n  Rule: It must be there\n    @must @spec_pack\n    Scenario: In a rule\n      Given the spec pack of the audit\n"
    with (small / FEATURE).open("a") as feature:
        feature.write(rule)
    run = audit()
    assert run.verdict["verdict"] == "INCONCLUSIVE", run.said
    assert_shown_as_told(run)
    assert global_errors(run)


def test_a_result_that_was_taken_away(audit: Small, small: Path) -> None:
    change(
        small / "environment.py",
        "def after_step(",
        "def after_all(context):\n    for f in RUN.allure.glob('*-result.json'):\n        f.unlink()\n\n\ndef after_step(",
    )
    run = audit()
    assert_inconclusive(run, f"Allure shows '{NAME}' not at all")


def test_a_result_that_was_made_greener(audit: Small, small: Path) -> None:
    paint = (
        "def after_all(context):\n"
        "    for file in RUN.junit.glob('TESTS-1*.xml'):\n"
        "        file.write_text(file.read_text().replace('Spec pack is present', 'Another scenario'))\n"
    )
    change(small / "environment.py", "def after_step(", f"{paint}\n\ndef after_step(")
    run = audit()
    assert_inconclusive(run, "JUnit shows 'Another scenario', which was not planned")


def results(run: Ended) -> list[dict[str, Any]]:
    return [json.loads(f.read_text("utf-8")) for f in sorted((run.folder / "allure-results").glob("*-result.json"))]
