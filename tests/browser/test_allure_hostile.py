"""What SS sends is shown and never run: HTML and scripts in every field that Allure's page takes from it."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from ss_audit.checks.judgement import Finding
from ss_audit.evidence.model import Body, Exchange, LogWindow, StoredArtifact
from ss_audit.plan import Plan, PlannedScenario
from ss_audit.report.allure_files import complete
from ss_audit.report.allure_html import write_allure_html
from ss_audit.report.allure_program import found
from ss_audit.report.allure_run import describe_run
from ss_audit.report.attachments import Attachment, attachments
from ss_audit.report.evidence_names import evidence_name
from ss_audit.report.told.overview import overview_of
from ss_audit.verdict import ScenarioResult, Verdict, document

from .conftest import Opener

pytestmark = [pytest.mark.once, pytest.mark.skipif(found() is None, reason="there is no Allure 3 here: npm ci --prefix .ci")]
EVIL = (
    "<script>hit=1;alert(1)</script><img src=x onerror='hit=2;alert(2)'><svg onload=alert(3)></svg>"
    "<img src=https://evil.test/x.png><a href='javascript:alert(4)'>here</a>[here](javascript:alert(5))"
    "<iframe srcdoc='<script>parent.hit=6</script>'></iframe>${alert(7)}{{7*7}}</script>"
)
NAME = "Redeem returns a usable job token"


def evidence() -> list[Attachment]:
    """Each kind of evidence that holds SS's own words, as attachments."""
    body = Body(media_type="text/html", size=len(EVIL), sha256="0" * 64, text=EVIL)
    told = json.dumps({EVIL: EVIL})
    entries = [
        Exchange(
            id="E0001", title=f"GET {EVIL}: 200", method="GET", url=f"http://ss/{EVIL}", status=200, response_body=body,
            response_headers=(("X-Evil", EVIL), ("Content-Type", "text/html")),
        ),
        LogWindow(id="E0002", title="api log", process="api", lines=(EVIL, f"\x1b[31m{EVIL}\x1b]8;;javascript:alert(8)\x07")),
    ]  # fmt: skip
    for number, (path, text) in enumerate(
        (
            (f"{EVIL}.txt", EVIL),
            ("page.html", EVIL),
            ("data.json", told),
            ("table.csv", f"a,b\n{EVIL},{EVIL}\n"),
            ("x.svg", EVIL),
        ),
        3,
    ):
        body = Body(media_type="text/html", size=len(text), sha256="0" * 64, text=text)
        entries.append(StoredArtifact(id=f"E000{number}", title=path, job_id="job", rel_path=path, body=body))
    return [made for entry in entries for made in attachments(entry, evidence_name(entry, {}), Path("/nowhere"))]


def results(folder: Path) -> Path:
    """Allure results as an audit of a hostile SS leaves them."""
    scenario = PlannedScenario.model_validate({
        "id": "4/redeem", "name": NAME, "feature": "F", "file": "f.feature", "line": 1, "must": True, "advisory": False,
        "requirement": "The journey", "spec_scenario": True, "description": "If this fails, people are locked out.",
    })  # fmt: skip
    finding = Finding.model_validate({
        "outcome": "fail", "expected": "401", "saw": EVIL, "evidence": ("E0001",), "check": "redeem.nothing_opens",
        "scenario": NAME, "spec": "s", "impact": EVIL, "fix": EVIL,
    })  # fmt: skip
    judged = ScenarioResult(
        id="4/redeem", name=NAME, requirement="The journey", must=True, outcome="fail", reason=EVIL, findings=(finding,)
    )
    step: dict[str, Any] = {"name": "Then nothing opens", "status": "failed", "attachments": [], "start": 1, "stop": 2}
    step["statusDetails"] = {"message": f"AssertionError: \nExpected: 401\n     but: [fail] {EVIL}"}
    for number, attachment in enumerate(evidence()):
        source = f"{number}-attachment.{attachment.kind.extension}"
        (folder / source).write_text(str(attachment.content), "utf-8")
        step["attachments"].append({"name": attachment.name, "source": source, "type": attachment.kind.mime_type})
    shown = {"uuid": "u", "name": NAME, "status": "failed", "start": 1, "stop": 2, "labels": [], "steps": [step]}
    (folder / "u-result.json").write_text(json.dumps(shown), "utf-8")
    complete(folder, Plan(features=(), scenarios=(scenario,)), [judged], str)
    head = {"run_id": "run", "started_at": "a", "ended_at": "b", "profile": "rehearsal", "stack": EVIL, "seed": 1}
    tail = {"ss": {"base_url": EVIL, "revision": EVIL}, "stata": "ABSENT", "llm": "ABSENT"}
    told = document(head, Verdict(word="NOT READY", reason=EVIL), [judged], tail)
    describe_run(folder, EVIL, told, overview_of(told, Plan(features=(), scenarios=(scenario,)), (EVIL,)), [EVIL], str)
    return folder


def test_nothing_of_it_runs(open_page: Opener, tmp_path: Path) -> None:
    page_file = tmp_path / "report" / "index.html"
    (tmp_path / "results").mkdir()
    assert write_allure_html(results(tmp_path / "results"), page_file, None, "sha256:" + "0" * 64) is None
    opened = open_page(page_file)
    page = opened.page
    for tab in ("nav-tab-categories", "nav-tab-globalAttachments", "nav-tab-globalErrors", "nav-tab-results"):
        page.get_by_test_id(tab).click()
    page.get_by_test_id("tree-leaf").first.click()
    expect(page.get_by_test_id("test-result-info-title")).to_have_text(NAME)
    shown = page.get_by_test_id("test-result-attachment")
    expect(shown.nth(7)).to_be_visible()
    for i in range(shown.count()):
        shown.nth(i).get_by_test_id("test-result-attachment-header").click()
    expect(page.get_by_text("hit=1;alert(1)").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("typeof hit") == "undefined"
    assert len(page.context.pages) == 1
    opened.assert_quiet()
