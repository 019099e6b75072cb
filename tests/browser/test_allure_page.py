"""Allure's page opens from disk, asks nobody for anything, shows verdict and blockers, and every attachment in it opens."""

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from whole_audit.running import Ended

from ss_audit.report.allure_program import found

from .conftest import Opener

pytestmark = [pytest.mark.once, pytest.mark.skipif(found() is None, reason="there is no Allure 3 here: npm ci --prefix .ci")]
SHOWS_MORE = "([element, before]) => element.innerText.length > before || element.querySelector('img, table, iframe')"
STATA = "Real Stata runner is evidenced"


@pytest.fixture(scope="module")
def page_file(rehearsal: Ended) -> Path:
    assert rehearsal.code == 0, rehearsal.said
    return rehearsal.folder / "allure-report" / "index.html"


def embedded(file: Path) -> dict[str, bytes]:
    """What the one file holds, by the name that Allure gives it."""
    parts = re.findall(r'd\("([^"]+)","([^"]*)"\)', file.read_text("utf-8"))
    return {name: base64.b64decode(content) for name, content in parts}


def attachments(file: Path) -> Iterator[dict[str, Any]]:
    """Every attachment of every scenario."""

    def inside(value: Any) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict) and value.get("type") == "attachment":
            yield value["link"]
        items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        for item in items:
            yield from inside(item)

    for name, content in embedded(file).items():
        if name.startswith("data/test-results/"):
            yield from inside(json.loads(content)["steps"])


def go_to(page: Page, name: str) -> None:
    page.get_by_test_id("tree-leaf").filter(has_text=name).first.click()
    expect(page.get_by_test_id("test-result-info-title")).to_have_text(name)


def test_verdict_digest_and_blockers_are_what_one_sees_first(open_page: Opener, page_file: Path, rehearsal: Ended) -> None:
    opened = open_page(page_file)
    page = opened.page
    expect(page.get_by_test_id("report-title")).to_have_text("SS production audit: NOT READY (a rehearsal, as it must be)")
    digest = rehearsal.said.rsplit("sha256:", 1)[1].split()[0]
    expect(page.get_by_text(f"sha256:{digest}")).to_be_visible()
    expect(page.get_by_test_id("report-variables")).to_contain_text("stack reference")
    page.get_by_test_id("nav-tab-categories").click()
    expect(page.get_by_text("Not evidenced: nothing shows that SS keeps the spec")).to_be_visible()
    expect(page.get_by_text(STATA, exact=True).first).to_be_visible()
    page.get_by_test_id("nav-tab-globalAttachments").click()
    page.get_by_text("verdict and blockers").click()
    for blocker in rehearsal.verdict["blockers"]:
        expect(page.get_by_text(blocker["check"]).first).to_be_visible()
    opened.assert_quiet()


def test_a_failed_step_opens_with_the_finding(open_page: Opener, page_file: Path) -> None:
    opened = open_page(page_file)
    go_to(opened.page, STATA)
    for words in ("expected: a real Stata", "seen: the rehearsal Stata ran", "evidence: E0", "fix: set SS_STATA_CMD"):
        expect(opened.page.get_by_text(words).first).to_be_visible()
    failed = opened.page.get_by_test_id("test-result-step").filter(has_text="the program that ran was a real Stata")
    expect(failed.get_by_text("seen: [not evidenced] the rehearsal Stata ran").first).to_be_visible()
    opened.assert_quiet()


def test_a_scenario_leads_to_its_place_in_the_spec(open_page: Opener, page_file: Path) -> None:
    opened = open_page(page_file)
    go_to(opened.page, STATA)
    with opened.page.context.expect_page() as spec:
        opened.page.get_by_test_id("test-result-meta-link").get_by_text(f"spec: {STATA}").click()
    expect(spec.value.locator(":target")).to_have_text(f"Scenario: {STATA}")
    expect(spec.value.get_by_text("run metadata that includes the executed Stata command")).to_be_visible()
    opened.assert_quiet()


def test_every_attachment_is_in_the_file(page_file: Path) -> None:
    files = embedded(page_file)
    shown = list(attachments(page_file))
    assert len(shown) > 400
    for link in shown:
        assert not link["missed"], link["name"]
        assert files[f"data/attachments/{link['id']}{link['ext']}"], link["name"]


def test_every_attachment_of_a_scenario_opens(open_page: Opener, page_file: Path) -> None:
    opened = open_page(page_file)
    page = opened.page
    go_to(page, STATA)
    headers = page.get_by_test_id("test-result-step-header")
    steps = page.get_by_test_id("test-result-step")
    for i in range(headers.count()):
        if not steps.nth(i).get_by_test_id("test-result-attachment").count():
            headers.nth(i).click()
    shown = page.get_by_test_id("test-result-attachment")
    expect(shown.nth(25)).to_be_visible()
    for i in range(shown.count()):
        one = shown.nth(i)
        before = len(one.inner_text())
        one.get_by_test_id("test-result-attachment-header").click()
        page.wait_for_function(SHOWS_MORE, arg=[one.element_handle(), before])
        one.get_by_test_id("test-result-attachment-header").click()
    opened.assert_quiet()


def test_tables_are_tables_and_names_tell_what_they_are(page_file: Path) -> None:
    names = " | ".join(link["name"] for link in attachments(page_file))
    for wanted in ("stata.log, run 1", "LLM metadata, draft", "LLM prompt, draft", "POST plan freeze: 200, response"):
        assert wanted in names
    types = {link["name"].rpartition(".")[2]: link["contentType"] for link in attachments(page_file) if ".csv" in link["name"]}
    assert types.get("csv") == "text/csv"
