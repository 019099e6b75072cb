"""What stakeholders see in Allure is what was judged, and never greener."""

import json
from pathlib import Path
from typing import Any

import pytest

from ss_audit.checks.judgement import Finding
from ss_audit.plan import Plan, PlannedScenario
from ss_audit.report.allure_files import CATEGORIES, complete, completed, describe_run, description
from ss_audit.verdict import ScenarioResult, Verdict

NAME = "Redeem returns a usable job token"


def scenario(**more: Any) -> PlannedScenario:
    known: dict[str, Any] = {
        "id": "4/redeem", "name": NAME, "feature": "F", "file": "f.feature", "line": 1, "must": True, "advisory": False,
        "requirement": "The journey", "spec_scenario": True, "description": "If this fails, people are locked out.",
    }  # fmt: skip
    return PlannedScenario(**(known | more))


def finding(outcome: str, saw: str = "200") -> Finding:
    return Finding.model_validate({
        "outcome": outcome, "expected": "401", "saw": saw, "evidence": ("E0007",), "check": "redeem.nothing_opens",
        "scenario": NAME, "spec": "s", "impact": "anybody gets in", "fix": "refuse it",
    })  # fmt: skip


def result(outcome: str, *findings: Finding) -> ScenarioResult:
    return ScenarioResult.model_validate({
        "id": "4/redeem", "name": NAME, "requirement": "The journey", "must": True, "outcome": outcome, "reason": "why",
        "findings": findings,
    })  # fmt: skip


def shown(status: str, message: str | None = None) -> dict[str, Any]:
    details = {"message": message, "trace": "in our code"} if message else None
    attached = [{"name": "E0007 GET job: 200, response", "source": "a.txt", "type": "text/plain"}]
    step = {"name": "But with a wrong token nothing opens", "status": status, "statusDetails": details, "attachments": attached}
    return {
        "name": NAME,
        "status": status,
        "statusDetails": details,
        "steps": [step],
        "labels": [{"name": "tag", "value": "must"}],
    }


@pytest.mark.parametrize(
    ("before", "outcome", "after"),
    [
        ("passed", "pass", "passed"),
        ("failed", "pass", "failed"),
        ("broken", "pass", "broken"),
        ("passed", "fail", "failed"),
        ("passed", "not_evidenced", "failed"),
        ("failed", "error", "broken"),
        ("passed", "not_run", "skipped"),
    ],
)
def test_the_status_is_never_greener_than_what_was_judged_or_seen(before: str, outcome: str, after: str) -> None:
    assert completed(shown(before), scenario(), result(outcome))["status"] == after


def test_the_message_tells_every_finding_in_the_way_and_what_to_do() -> None:
    done = completed(
        shown("failed", "AssertionError: \nExpected: x"), scenario(), result("fail", finding("fail"), finding("error"))
    )
    said = done["statusDetails"]
    assert said["message"].startswith("[fail] 200\n  expected: 401\n  evidence: E0007\n  what it means: anybody gets in")
    assert "[error] 200" in said["message"]
    assert "trace" not in said
    assert done["steps"][0]["statusDetails"] == {"message": "Expected: x"}
    assert done["steps"][0]["attachments"] == shown("failed")["steps"][0]["attachments"]


def test_a_step_that_broke_keeps_its_trace() -> None:
    done = completed(shown("broken", "RuntimeError: x"), scenario(), result("error"))
    assert done["statusDetails"] == {"message": "[error] why", "trace": "in our code"}
    assert done["steps"][0]["statusDetails"]["trace"] == "in our code"


def test_a_scenario_says_what_it_belongs_to_and_how_much_hangs_on_it() -> None:
    labels = {label["name"]: label["value"] for label in completed(shown("passed"), scenario(), result("pass"))["labels"]}
    assert labels == {
        "epic": "ss-production-e2e-audit", "feature": "The journey", "story": NAME, "severity": "blocker", "outcome": "pass",
        "tag": "must",
    }  # fmt: skip
    advisory = completed(shown("passed"), scenario(must=False, advisory=True), result("pass"))
    assert {"name": "severity", "value": "minor"} in advisory["labels"]


def test_what_ss_said_is_no_markup() -> None:
    text = description(scenario(), result("fail", finding("fail", "<img src=x>\n| **gone**")))
    assert "\\<img src=x\\> \\| \\*\\*gone\\*\\*" in text
    assert text.startswith("If this fails, people are locked out.")


def test_files_are_completed_in_place_masked_and_unreadable_ones_left(tmp_path: Path) -> None:
    plan = Plan(features=(), scenarios=(scenario(),))
    good, bad, strange = (tmp_path / f"{name}-result.json" for name in ("good", "bad", "strange"))
    good.write_text(json.dumps(shown("passed")), "utf-8")
    bad.write_text("{", "utf-8")
    strange.write_text('{"name": "of no plan"}', "utf-8")
    complete(tmp_path, plan, [result("fail", finding("fail", "hush"))], lambda text: text.replace("hush", "[secret]"))
    assert json.loads(good.read_text("utf-8"))["statusDetails"]["message"].startswith("[fail] [secret]")
    assert (bad.read_text("utf-8"), strange.read_text("utf-8")) == ("{", '{"name": "of no plan"}')


def test_the_verdict_stands_beside_the_scenarios(tmp_path: Path) -> None:
    verdict = Verdict(word="INCONCLUSIVE", blame="operator", reason="it was\ninterrupted")
    describe_run(tmp_path, "stack reference, seed 1", "run-1", verdict, [result("pass"), result("not_run")], str)
    lines = (tmp_path / "environment.properties").read_text("utf-8").splitlines()
    assert lines[:3] == ["Verdict=INCONCLUSIVE", "Because=it was interrupted", "Blame=operator"]
    assert "Scenarios=1 pass, 1 not run" in lines
    configured = json.loads((tmp_path / "allurerc.json").read_text("utf-8"))
    assert configured["name"] == "SS production audit: INCONCLUSIVE"
    assert len(configured["categories"]) == len(CATEGORIES)


def test_without_results_nothing_is_written(tmp_path: Path) -> None:
    describe_run(tmp_path / "none", "x", "run-1", Verdict(word="NOT READY", reason="x"), [], str)
    assert list(tmp_path.iterdir()) == []
