"""A report that shows more, less or better than what happened is told from one that shows it as it was."""

import json
from pathlib import Path
from typing import Any

import junitparser
import pytest

from ss_audit.plan import Plan, PlannedScenario
from ss_audit.report.allure_places import Places
from ss_audit.report.junit_files import NO_END, complete_junit, describe_junit
from ss_audit.report.reconcile import ALLURE, JUNIT, reconciled
from ss_audit.verdict import ScenarioResult

SHOWN_AS = {"pass": "passed", "fail": "failed", "not_evidenced": "failed", "error": "broken", "not_run": "skipped"}


def results(**outcomes: str) -> list[ScenarioResult]:
    return [
        ScenarioResult.model_validate(
            {"id": f"f/{name}", "name": name, "requirement": "R", "must": True, "outcome": outcome, "reason": "why\x0b"}
        )
        for name, outcome in outcomes.items()
    ]


def case(name: str, status: str, inside: str = "") -> str:
    return f'<testcase classname="f.F" name="{name}" status="{status}">{inside}</testcase>'


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in (ALLURE, JUNIT):
        (tmp_path / name).mkdir()
    return tmp_path


def allure(data: Path, file: str, name: str, status: str) -> None:
    (data / ALLURE / f"{file}-result.json").write_text(json.dumps({"name": name, "status": status}), "utf-8")


def junit(data: Path, *cases: str) -> Path:
    file = data / JUNIT / "TESTS-f.xml"
    counts = f'tests="{len(cases)}" errors="0" failures="0" skipped="{sum("<skipped" in c for c in cases)}"'
    file.write_text(f'<testsuite name="f.F" {counts}>{"".join(cases)}</testsuite>', "utf-8")
    return file


def test_what_is_shown_as_it_was_is_no_problem(data: Path) -> None:
    judged = results(a="pass", b="fail", c="error", d="not_run", e="not_evidenced")
    for result in judged:
        allure(data, result.name, result.name, SHOWN_AS[result.outcome])
    junit(
        data, case("a", "passed"), case("b", "failed", "<failure/>"), case("c", "error", "<error/>"),
        case("d", "skipped", "<skipped/>"), case("e", "failed", "<failure/>"),
    )  # fmt: skip
    told = reconciled(data, judged)
    assert told.problems == ()
    assert len(told.files) == 6


@pytest.mark.parametrize(
    ("shown", "outcome", "problem"),
    [
        ([("a", "passed")], "fail", "Allure shows 'a' as passed, and it ended as fail"),
        ([("a", "failed")], "pass", "Allure shows 'a' as failed, and it ended as pass"),
        ([("a", "skipped")], "error", "Allure shows 'a' as skipped, and it ended as error"),
        ([("a", "passed")], "not_run", "Allure shows 'a' as passed, and it ended as not run"),
        ([], "pass", "Allure shows 'a' not at all, and it was planned once"),
        ([("a", "passed"), ("a", "passed")], "pass", "Allure shows 'a' 2 times, and it was planned once"),
        ([("a", "passed"), ("b", "passed")], "pass", "Allure shows 'b', which was not planned"),
    ],
)
def test_what_allure_shows_otherwise(data: Path, shown: list[tuple[str, str]], outcome: str, problem: str) -> None:
    for number, (name, status) in enumerate(shown):
        allure(data, str(number), name, status)
    assert problem in reconciled(data, results(a=outcome), interrupted=True).problems


def test_a_result_that_cannot_be_read(data: Path) -> None:
    (data / ALLURE / "x-result.json").write_text("[1", "utf-8")
    (data / JUNIT / "TESTS-f.xml").write_text("<testsuite>", "utf-8")
    problems = "\n".join(reconciled(data, []).problems)
    assert "x-result.json can't be read" in problems
    assert "TESTS-f.xml can't be read" in problems


@pytest.mark.parametrize(
    ("cases", "outcome", "problem"),
    [
        ([case("a", "passed")], "fail", "JUnit shows 'a' as passed, and it ended as fail"),
        ([case("a", "skipped", "<skipped/>")], "pass", "JUnit shows 'a' as skipped, and it ended as pass"),
        ([case("a", "failed", "<failure/>")], "pass", "JUnit shows 'a' as failed, and it ended as pass"),
        ([], "pass", "JUnit shows 'a' not at all"),
        ([case("a", "passed"), case("a", "passed")], "pass", "JUnit shows 'a' 2 times"),
        ([case("a", "passed"), case("b", "passed")], "pass", "JUnit shows 'b', which was not planned"),
    ],
)
def test_what_junit_shows_otherwise(data: Path, cases: list[str], outcome: str, problem: str) -> None:
    allure(data, "a", "a", SHOWN_AS[outcome])
    junit(data, *cases)
    assert reconciled(data, results(a=outcome)).problems == (problem,)


def test_junit_of_an_interrupted_run_may_lack_what_was_under_way(data: Path) -> None:
    allure(data, "a", "a", "failed")
    assert reconciled(data, results(a="fail"), interrupted=True).problems == ()


def test_junit_becomes_as_red_as_the_judgement(data: Path) -> None:
    untested = case("c", "untested", "<skipped/>")
    file = junit(
        data, case("a", "passed"), case("b", "passed"), untested, case("d", "skipped", "<skipped/>"), case("e", "passed")
    )
    judged = results(a="fail", b="error", c="not_run", d="not_run", e="pass")
    complete_junit(data / JUNIT, judged, lambda text: text.replace("why", "[secret]"))
    (suite,) = junitparser.JUnitXml.fromfile(str(file))
    found = {c.name: [type(r).__name__ for r in c.result] for c in suite}
    assert found == {"a": ["Failure"], "b": ["Error"], "c": ["Error"], "d": ["Skipped"], "e": []}
    assert (suite.failures, suite.errors, suite.skipped) == (1, 2, 1)
    assert "[fail] [secret]" in file.read_text("utf-8")
    for result in judged:
        allure(data, result.name, result.name, SHOWN_AS[result.outcome])
    assert reconciled(data, judged).problems == ()


def test_a_run_that_did_not_come_to_its_end_is_an_error_in_junit(data: Path) -> None:
    describe_junit(data / JUNIT, [NO_END, "and \x00 more"], str)
    (file,) = (data / JUNIT).iterdir()
    (suite,) = junitparser.JUnitXml.fromfile(str(file))
    assert [case.result[0].message for case in suite] == [NO_END, "and   more"]
    describe_junit(data / JUNIT, [], str)
    assert list((data / JUNIT).iterdir()) == []


def plan(*names: str) -> Plan:
    common: dict[str, Any] = {"feature": "F", "file": "f.feature", "line": 1, "must": True, "advisory": False}
    common |= {"requirement": "R", "spec_scenario": False}
    scenarios = (PlannedScenario.model_validate({"id": f"f/{name}", "name": name, **common}) for name in names)
    return Plan(features=(), scenarios=tuple(scenarios))


def statuses(data: Path) -> list[tuple[str, str]]:
    shown = [json.loads(file.read_text("utf-8")) for file in sorted((data / ALLURE).glob("*-result.json"))]
    return sorted((result["name"], result["status"]) for result in shown)


def test_every_planned_scenario_has_its_place_at_every_moment(data: Path) -> None:
    places = Places(data / ALLURE, plan("a", "b", "c"), str)
    assert statuses(data) == [("a", "skipped"), ("b", "skipped"), ("c", "skipped")]
    places.begun("a")
    assert statuses(data) == [("a", "broken"), ("b", "skipped"), ("c", "skipped")]
    allure(data, "own", "a", "passed")
    places.begun("b")
    assert statuses(data) == [("a", "passed"), ("b", "broken"), ("c", "skipped")]
    places.close()
    assert statuses(data) == [("a", "passed"), ("b", "broken"), ("c", "skipped")], "behave showed no b, so its place stays"


def test_the_last_place_gives_way_at_the_end(data: Path) -> None:
    places = Places(data / ALLURE, plan("a"), str)
    places.begun("a")
    allure(data, "own", "a", "failed")
    places.close()
    assert statuses(data) == [("a", "failed")]
