"""The summary opens from disk: quiet, accessible, readable in a narrow window and in the dark, and it prints whole."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from checks.observations import halted, main_journey
from checks.test_inventory_and_library import JOB, route, seen, trace
from playwright.sync_api import Page, expect
from summary.bundles import HOSTILE, bundle
from whole_audit.running import ROOT, Ended

from ss_audit.report import views

from .conftest import Opener

AXE = ROOT / ".ci" / "node_modules" / "axe-core" / "axe.min.js"
KINDS = ("rehearsal", "blocked", "broken chain", "hardly anything")
pytestmark = pytest.mark.once


@pytest.fixture
def summary(rehearsal: Ended, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """The page of this kind of run."""
    if request.param == "rehearsal":
        return rehearsal.folder / "summary.html"
    monkeypatch.setattr(views, "write_allure_html", lambda *_: "left out")
    blocked = {
        "Template selection is not hard-coded": ("fail", "different templates", HOSTILE),
        "Missing parameters yield structured errors": ("fail", "a code", "500"),
        "Real Stata runner is evidenced": ("not_evidenced", "a real Stata", "no process"),
    }
    made: dict[str, Callable[[], Path]] = {
        "blocked": lambda: bundle(tmp_path, main_journey(), seen(route("/v1/x"), route("/y", False)), said=blocked),  # type: ignore[arg-type]
        "broken chain": lambda: bundle(tmp_path, halted("freeze", HOSTILE), trace(JOB), finished=False),
        "hardly anything": lambda: bundle(tmp_path, partial=HOSTILE, blame="operator"),
    }
    views.write_views(made[request.param](), tmp_path, "sha256:" + "ab" * 32)
    return tmp_path / "summary.html"


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds, with the place; by these rules, or all. All details but the many of the evidence are opened first:
    what is folded away is not looked at."""
    page.evaluate("document.querySelectorAll('details:not(.entries)').forEach(d => d.open = true)")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(rules.length ? {runOnly: rules} : {})", list(rules))["violations"]
    return [f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}" for v in found]


@pytest.mark.parametrize("summary", KINDS, indirect=True)
@pytest.mark.skipif(not AXE.exists(), reason="there is no axe-core here: npm ci --prefix .ci")
def test_it_is_quiet_and_axe_finds_nothing_by_day_and_night(summary: Path, open_page: Opener) -> None:
    opened = open_page(summary)
    assert violations(opened.page) == []
    opened.page.emulate_media(color_scheme="dark")
    assert violations(opened.page, "color-contrast") == []
    assert opened.page.title() != "owned"
    opened.assert_quiet()


@pytest.mark.parametrize("summary", KINDS, indirect=True)
@pytest.mark.parametrize("width", [320, 700])
def test_nothing_sticks_out_however_narrow_the_window(summary: Path, open_page: Opener, width: int) -> None:
    opened = open_page(summary)
    opened.page.set_viewport_size({"width": width, "height": 900})
    opened.page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("summary", KINDS, indirect=True)
def test_it_prints_without_cutting_anything_off(summary: Path, open_page: Opener) -> None:
    opened = open_page(summary)
    opened.page.emulate_media(media="print")
    opened.page.set_viewport_size({"width": 688, "height": 1000})  # what A4 leaves between the margins
    sticking_out = opened.page.evaluate(
        "[...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
        ".map(e => e.outerHTML)"
    )
    assert sticking_out == []
    printed = opened.page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF-")
    assert printed.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize("summary", ["blocked"], indirect=True)
def test_verdict_and_blockers_are_in_sight(summary: Path, open_page: Opener) -> None:
    page = open_page(summary).page
    expect(page.get_by_role("heading", level=1)).to_have_text("NOT READY")
    expect(page.locator("#blockers article")).to_have_count(3)
    for blocker in page.locator("#blockers article").all():
        expect(blocker).to_be_visible()


@pytest.mark.parametrize("summary", ["rehearsal"], indirect=True)
def test_an_id_opens_what_proves_it(summary: Path, open_page: Opener) -> None:
    page = open_page(summary).page
    reference = page.locator("#blockers a.ref").first
    id_ = reference.inner_text()
    reference.click()
    expect(page.locator(f"#{id_}")).to_be_visible()
    files = page.locator("article.entry a")
    targets = {str(link.evaluate("a => a.href")).partition("#")[0] for link in files.all()}
    assert len(targets) > 20
    missing = [target for target in targets if not _from(target).is_file()]
    assert missing == []


def _from(url: str) -> Path:
    return Path(unquote(urlparse(url).path))
