"""What stakeholders see in Allure is what was judged, and never greener."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ss_audit.checks.judgement import Finding
from ss_audit.plan import Plan, PlannedScenario
from ss_audit.report import spec_text
from ss_audit.report.allure_files import complete, completed, description
from ss_audit.report.allure_run import CATEGORIES, describe_run, describe_unfinished
from ss_audit.report.told.overview import overview_of
from ss_audit.verdict import ScenarioResult, Verdict, document

NAME = "Redeem returns a usable job token"
SPEC_TEXT = f"""# Spec: x
## Purpose
P.
## Requirements
### Requirement: The journey

It MUST work.

#### Scenario: {NAME}
- **WHEN** redeeming
- **THEN** a token is returned

#### Scenario: Another
- **WHEN** x
- **THEN** y
"""


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
        ("passed", "not_run", "broken"),
        ("failed", "not_run", "broken"),
        ("skipped", "not_run", "skipped"),
    ],
)
def test_the_status_is_never_greener_than_what_was_judged_or_seen(before: str, outcome: str, after: str) -> None:
    assert completed(shown(before), scenario(), result(outcome), "x")["status"] == after


def test_the_message_tells_every_finding_in_the_way_and_what_to_do() -> None:
    said = "AssertionError: \nExpected: 401\n     but: [fail] 200\n          evidence: E0007\n          what to do: refuse it\n"
    done = completed(shown("failed", said), scenario(), result("fail", finding("fail"), finding("error")), "x")
    told = done["statusDetails"]
    assert told["message"].splitlines()[:5] == [
        "[fail] redeem.nothing_opens",
        "  expected: 401",
        "  seen: 200",
        "  evidence: E0007",
        "  what it means: anybody gets in",
    ]
    assert "[error] redeem.nothing_opens" in told["message"]
    assert "trace" not in told
    step = "expected: 401\nseen: [fail] 200\nevidence: E0007\nfix: refuse it"
    assert done["steps"][0]["statusDetails"] == {"message": step}
    assert done["steps"][0]["attachments"] == shown("failed")["steps"][0]["attachments"]


def test_a_step_that_broke_keeps_its_trace() -> None:
    done = completed(shown("broken", "RuntimeError: x"), scenario(), result("error"), "x")
    assert done["statusDetails"] == {"message": "[error] why", "trace": "in our code"}
    assert done["steps"][0]["statusDetails"]["trace"] == "in our code"


def test_a_scenario_says_what_it_belongs_to_and_how_much_hangs_on_it() -> None:
    labels = {label["name"]: label["value"] for label in completed(shown("passed"), scenario(), result("pass"), "x")["labels"]}
    assert labels == {
        "epic": "ss-production-e2e-audit", "feature": "The journey", "story": NAME, "severity": "blocker", "outcome": "pass",
        "tag": "must",
    }  # fmt: skip
    advisory = completed(shown("passed"), scenario(must=False, advisory=True), result("pass"), "x")
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
    assert json.loads(good.read_text("utf-8"))["statusDetails"]["message"].splitlines()[2] == "  seen: [secret]"
    assert (bad.read_text("utf-8"), strange.read_text("utf-8")) == ("{", '{"name": "of no plan"}')


def told(word: str, blame: str | None = None) -> dict[str, Any]:
    head = {"run_id": "run-1", "started_at": "a", "ended_at": "b", "profile": "rehearsal", "stack": "reference", "seed": 1}
    tail = {"ss": {"base_url": None, "revision": "abc"}, "stata": "REHEARSAL", "llm": "REHEARSAL"}
    verdict = Verdict.model_validate({"word": word, "blame": blame, "reason": "it was\ninterrupted"})
    return document(head, verdict, [result("fail", finding("fail")), result("not_run")], tail)


def globals_of(folder: Path) -> list[str]:
    return [error["message"] for error in json.loads((folder / "run-globals.json").read_text("utf-8"))["errors"]]


def test_the_verdict_stands_beside_the_scenarios(tmp_path: Path) -> None:
    describe(tmp_path, told("INCONCLUSIVE", "operator"), "Allure shows x")
    lines = (tmp_path / "environment.properties").read_text("utf-8").splitlines()
    assert lines[0] == "Verdict=INCONCLUSIVE"
    assert lines[1].startswith("Because=Nothing is decided about SS, because 1 scenario could not be judged.")
    assert lines[2] == "Blame=operator"
    assert {"Scenarios=1 fail, 1 not run of 2 that count", "Revision=abc", "Seed=1", "Run=run-1", "Blockers=1"} <= set(lines)
    assert globals_of(tmp_path) == ["INCONCLUSIVE (blame: operator): it was\ninterrupted", "Allure shows x"]
    configured = json.loads((tmp_path / "allurerc.json").read_text("utf-8"))
    assert configured["name"] == "SS production audit: INCONCLUSIVE"
    assert len(configured["categories"]) == len(CATEGORIES)
    assert "1. Redeem returns a usable job token" in (tmp_path / "blockers-attachment.txt").read_text("utf-8")


def test_a_rehearsal_as_it_must_be_says_so_first(tmp_path: Path) -> None:
    """What it must be is NOT READY with two red scenarios, which would look like a defect of SS's."""
    rehearsed = told("NOT READY") | {"rehearsal": {"as_expected": True, "deviations": []}}
    rehearsed["scenarios"] = [dict(rehearsed["scenarios"][1], outcome="pass", must=must) for must in (True, False)]
    describe(tmp_path, rehearsed)
    lines = (tmp_path / "environment.properties").read_text("utf-8").splitlines()
    assert "Rehearsal=it went exactly as it must" in lines
    assert "Scenarios=1 pass of 1 that count; advisory: 1 pass" in lines
    assert lines[1].startswith("Because=A rehearsal that went exactly as it must: with reference SS standing in")
    configured = json.loads((tmp_path / "allurerc.json").read_text("utf-8"))
    assert configured["name"] == "SS production audit: NOT READY (a rehearsal, as it must be)"


def test_a_rehearsal_that_went_wrong_is_none_as_it_must_be(tmp_path: Path) -> None:
    describe(tmp_path, told("NOT READY") | {"rehearsal": {"as_expected": False, "deviations": ["x"]}})
    assert json.loads((tmp_path / "allurerc.json").read_text("utf-8"))["name"] == "SS production audit: NOT READY"
    assert "Rehearsal=only a part of it was run" in (tmp_path / "environment.properties").read_text("utf-8").splitlines()


def test_one_cause_is_one_blocker(tmp_path: Path) -> None:
    gaps = [finding("error", "SS never answered").model_copy(update={"check": f"redeem.{n}"}) for n in ("one", "two")]
    head = {"run_id": "r", "started_at": "a", "ended_at": "b", "profile": "rehearsal", "stack": "checkout", "seed": 1}
    tail = {"ss": {}, "stata": "ABSENT", "llm": "ABSENT"}
    verdict = Verdict(word="INCONCLUSIVE", blame="environment", reason="r")
    describe(tmp_path, document(head, verdict, [result("error", *gaps)], tail))
    assert "Blockers=1" in (tmp_path / "environment.properties").read_text("utf-8").splitlines()
    text = (tmp_path / "blockers-attachment.txt").read_text("utf-8")
    assert "1 blocker" in text
    assert "and 1 further check for the same reason: redeem.two" in text


def describe(folder: Path, document: dict[str, Any], *problems: str) -> None:
    plan = Plan(features=(), scenarios=(scenario(),))
    describe_run(folder, "what", document, overview_of(document, plan, ("reference SS",)), problems, str)


def test_a_run_is_unfinished_until_its_verdict_is_there(tmp_path: Path) -> None:
    describe_unfinished(tmp_path, "run-1", "rehearsal/reference", str)
    assert "did not come to its end" in globals_of(tmp_path)[0]
    describe(tmp_path, told("NOT READY"))
    assert globals_of(tmp_path) == []
    assert "did not come to its end" not in (tmp_path / "environment.properties").read_text("utf-8")


@pytest.mark.parametrize(
    ("outcome", "blame", "category"),
    [
        ("fail", None, "Blocker"),
        ("not_evidenced", None, "Not evidenced"),
        ("error", "environment", "Environment"),
        ("error", "audit", "Audit"),
        ("error", None, "Audit"),
        ("not_run", None, "Not run"),
    ],
)
def test_each_way_not_to_pass_has_its_category(outcome: str, blame: str | None, category: str) -> None:
    found = finding("pass" if outcome == "not_run" else outcome).model_copy(update={"blame": blame})
    done = completed(shown("failed"), scenario(), result(outcome, *([found] if outcome != "not_run" else [])), "x")
    fitting = [
        name
        for name, start, statuses in CATEGORIES
        if re.search(start, done["statusDetails"]["message"]) and done["status"] in statuses
    ]
    assert [name.partition(":")[0] for name in fitting] == [category]


def test_the_history_of_a_scenario_is_that_of_runs_of_one_kind(tmp_path: Path) -> None:
    plan = Plan(features=(), scenarios=(scenario(),))
    identities = []
    for kind in ("rehearsal/reference", "production/checkout", "rehearsal/reference"):
        for number in (1, 2):
            (tmp_path / f"{number}-result.json").write_text(json.dumps(shown("passed")), "utf-8")
        complete(tmp_path, plan, [result("pass")], str, kind=kind)
        one, two = (json.loads((tmp_path / f"{n}-result.json").read_text("utf-8"))["historyId"] for n in (1, 2))
        assert one != two, "Allure would show the one as a retry of the other"
        identities.append(one)
    assert identities[0] == identities[2] != identities[1]


def test_what_the_spec_says_stands_with_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "a-result.json").write_text(json.dumps(shown("passed")), "utf-8")
    complete(tmp_path, Plan(features=(), scenarios=(scenario(),)), [result("pass")], str, SPEC_TEXT)
    (attached,) = json.loads((tmp_path / "a-result.json").read_text("utf-8"))["attachments"]
    said = (tmp_path / attached["source"]).read_text("utf-8")
    assert said.splitlines()[0].endswith("spec.md:9")
    assert f"Scenario: {NAME}" in said
    assert "THEN a token is returned" in said
    assert "Another" not in said
    page = spec_text.page(f"{SPEC_TEXT}\n- **WHEN** `x` <script>alert(1)</script>")
    assert "<strong>WHEN</strong> <code>x</code>" in page
    assert f'id="{spec_text.anchor(NAME)}"' in page
    assert "<script>" not in page
