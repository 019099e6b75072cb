"""The whole rehearsal ends as it must, and its folder holds what it promises."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import NAMES
from .running import Ended

STATA = "Real Stata runner is evidenced"
LLM = "Real LLM provider is evidenced with the forced model"
KEYS = {
    "schema", "run_id", "started_at", "ended_at", "profile", "stack", "seed", "ss", "verdict", "blame", "partial_because",
    "partial", "rehearsal", "scenarios", "audit_points", "stata", "llm", "inventory", "blockers", "advisories",
    "evidence_head",
}  # fmt: skip
SECRETS = {
    "a token": rb"ssv1\.[A-Za-z0-9_\-]+\.[A-Fa-f0-9]{16,}",
    "a task code": rb"tc-audit-[0-9a-f]{16}",
    "the API key": rb"rehearsal-key-[0-9a-f]{24}",
}


def spec_scenarios() -> set[str]:
    spec = Path(__file__).parents[2] / "openspec/specs/ss-production-e2e-audit/spec.md"
    return set(re.findall(r"^#### Scenario: (.+)$", spec.read_text("utf-8"), re.M))


def steps_shown(run: Ended) -> Iterator[dict[str, Any]]:
    for file in sorted((run.folder / "allure-results").glob("*-result.json")):
        yield from json.loads(file.read_text("utf-8"))["steps"]


def entries(run: Ended) -> dict[str, dict[str, Any]]:
    return {event["id"]: event for event in run.events if event["type"] == "evidence"}


def test_it_ends_as_it_must(whole: Ended) -> None:
    assert whole.code == 0, whole.said
    outcomes = {name: whole.outcomes[name] for name in spec_scenarios()}
    assert len(outcomes) == 11
    assert {name for name, outcome in outcomes.items() if outcome == "not_evidenced"} == {STATA, LLM}
    assert Counter(outcomes.values()) == {"pass": 9, "not_evidenced": 2}
    assert {outcome for name, outcome in whole.outcomes.items() if name not in outcomes} == {"pass"}
    assert whole.verdict["verdict"] == "NOT READY"
    assert whole.verdict["rehearsal"] == {"as_expected": True, "deviations": []}


def test_it_leaves_nothing_behind(whole: Ended) -> None:
    assert whole.left_running == ()
    assert whole.left_lying == ()


def test_what_it_says_is_for_people(whole: Ended) -> None:
    assert "Traceback" not in whole.said
    assert "CAPTURED LOG" not in whole.said
    first, last = whole.said.split("SS is up", 1)[0], whole.said.rsplit("Audit of", 1)[1]
    assert "stack reference" in first, "what is audited is said before it begins"
    assert str(whole.folder) in first, "where the evidence goes is said before it begins"
    assert "VERDICT: NOT READY" in last
    assert "never ends READY" in last
    assert all(name in last for name in NAMES)


def test_the_verdict_has_every_key_with_a_sensible_value(whole: Ended) -> None:
    verdict = whole.verdict
    assert verdict.keys() >= KEYS
    assert (verdict["schema"], verdict["profile"], verdict["stack"]) == ("ss-audit/verdict/1", "rehearsal", "reference")
    assert verdict["run_id"] == whole.folder.name
    assert verdict["started_at"] < verdict["ended_at"]
    assert isinstance(verdict["seed"], int)
    assert verdict["ss"]["base_url"].startswith("http://127.0.0.1:")
    assert (verdict["blame"], verdict["partial"], verdict["partial_because"]) == (None, False, None)
    assert (verdict["stata"], verdict["llm"]) == ("REHEARSAL", "REHEARSAL")
    assert verdict["audit_points"] == dict.fromkeys(
        ("template_selection", "parameter_binding", "dependency_handling", "artifact_contract"), "pass"
    )
    assert [scenario["name"] for scenario in verdict["scenarios"]] == list(NAMES)
    assert {blocker["scenario"] for blocker in verdict["blockers"]} == {STATA, LLM}


def test_each_judgement_rests_on_evidence_of_the_log(whole: Ended) -> None:
    known = entries(whole)
    checks = [check for scenario in whole.verdict["scenarios"] for check in scenario["checks"]]
    advice = {check["id"] for s in whole.verdict["scenarios"] if not s["must"] for check in s["checks"]}
    assert len(checks) > len(NAMES)
    for check in checks:
        assert check["evidence"], f"{check['id']} rests on nothing"
        assert set(check["evidence"]) <= known.keys(), check["id"]
        assert check["expected"], check["id"]
        assert check["saw"], check["id"]
        assert check["spec"] or check["id"] in advice, check["id"]
        assert check["strength"] in ("claimed", "observed", "witnessed", "proven")
        assert (check["fix"] == "") == (check["outcome"] == "pass"), f"{check['id']}: a way to a fix, when one is needed"


def test_the_inventory_names_every_route_and_the_chain(whole: Ended) -> None:
    inventory = whole.verdict["inventory"]
    known = entries(whole)
    paths = {route["path"] for route in inventory["routes"]}
    assert "/v1/task-codes/redeem" in paths
    assert {path for path in paths if not path.startswith("/v1")}, "routes outside the versioned API are listed too"
    for route in inventory["routes"]:
        assert route.keys() >= {"method", "path", "defined_at", "in_openapi", "reachable", "class", "evidence"}
        assert route["class"] in ("connected", "disconnected")
        assert set(route["evidence"]) <= known.keys()
    assert inventory["template_library"]["class"] == "wired"
    assert inventory["template_library"]["evidence"]
    page = (whole.folder / "inventory.md").read_text("utf-8")
    assert all(path in page for path in paths)


def test_the_folder_is_laid_out_as_promised(whole: Ended) -> None:
    data = whole.folder / "bundle" / "data"
    assert (whole.folder / "verdict.json").resolve() == (data / "verdict.json").resolve()
    for name in ("allure-results", "junit"):
        assert (whole.folder / name).resolve() == (data / name).resolve()
        assert any((data / name).iterdir())
    assert (whole.reports / "latest").resolve() == whole.folder.resolve()


def test_the_log_begins_with_the_plan_and_ends_with_the_verdict(whole: Ended) -> None:
    events = whole.events
    assert events[0]["type"] == "planned"
    assert events[0]["data"]["scenarios"] == [scenario["id"] for scenario in whole.verdict["scenarios"]]
    assert events[-1]["type"] == "verdict"
    assert events[-1]["data"]["verdict"] == "NOT READY"
    assert whole.verdict["evidence_head"] == f"sha256:{events[-1]['prev']}"
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


def test_every_executed_step_shows_evidence_of_the_log(whole: Ended) -> None:
    known = entries(whole)
    steps = list(steps_shown(whole))
    assert len(steps) > 5 * len(NAMES) // 2
    assert any(step["name"].startswith("Given") for step in steps)
    bare = [
        step["name"]
        for step in steps
        if not any(attachment["name"].split()[0] in known for attachment in step.get("attachments", ()))
    ]
    assert bare == []


def test_bodies_stata_logs_and_metadata_are_among_what_is_shown(whole: Ended) -> None:
    known = entries(whole)
    shown: Counter[str] = Counter()
    for attachment in (a for step in steps_shown(whole) for a in step.get("attachments", ())):
        number, _, title = attachment["name"].partition(" ")
        if number not in known:
            continue
        content = (whole.folder / "allure-results" / attachment["source"]).read_text("utf-8")
        assert content.strip(), attachment["name"]
        kind = known[number]["kind"]
        path = known[number]["data"].get("rel_path", title)
        what = title.rpartition(", ")[2] if kind == "http_exchange" else Path(path).name
        shown[f"{kind}: {what}"] += 1
    for wanted in (
        "http_exchange: request",
        "http_exchange: response",
        "artifact: stata.log",
        "artifact: run.meta.json",
        "artifact: meta.json",
    ):
        assert shown[wanted] > 0, f"{wanted} is not among {sorted(shown)}"
    assert any(kind.startswith("llm_call") for kind in shown)


@pytest.mark.parametrize("what", SECRETS)
def test_no_secret_lies_in_the_folder(whole: Ended, what: str) -> None:
    files = [path for path in whole.folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert len(files) > 100
    assert [str(path) for path in files if re.search(SECRETS[what], path.read_bytes())] == []
    assert re.search(SECRETS[what], whole.said.encode()) is None


def test_the_masks_show_that_there_were_secrets(whole: Ended) -> None:
    log = (whole.folder / "bundle" / "data" / "events.jsonl").read_text("utf-8")
    for name in ("token", "task code"):
        assert f"[secret: {name} " in log, f"no {name} was masked: was it looked for at all?"
