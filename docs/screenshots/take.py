"""Takes the pictures of the README: both HTML files of two real runs, a rehearsal and one of a faulty SS.

    .venv/bin/python docs/screenshots/take.py             carries out both runs, then takes the pictures
    .venv/bin/python docs/screenshots/take.py RUN FAULTY  takes them of two runs' folders that are there

Needs what the tests of the pages need: Chromium at CHROMIUM, Node.js and `npm ci --prefix .ci`. It writes beside itself.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FAULTS = "another-plan-at-a-second-freeze,missing-answer-accepted,index-lost-at-restart"
"""Three defects that an SS may well have; each breaks another scenario."""
SEED = "20261122"
WIDTH = 1200
LARGEST = 300_000
SUMMARY, ALLURE = Path("summary.html"), Path("allure-report", "index.html")


def run(place: Path, faults: str) -> Path:
    """Carries out a rehearsal, with these faults in the reference SS when some are named. Out: the run's folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SS_")}
    environment |= {"SS_REHEARSAL_FAULT": faults} if faults else {}
    command = [Path(sys.executable).with_name("ss-audit"), "rehearse", "-D", f"reports_dir={place}", "-D", f"seed={SEED}"]
    subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=subprocess.DEVNULL)
    return (place / "latest").resolve()


def first_blocker(folder: Path) -> str:
    """The scenario of a blocker that SS is to blame for; without one, of the first."""
    verdict = json.loads((folder / "verdict.json").read_text("utf-8"))
    broken = [s["name"] for s in verdict["scenarios"] if s["outcome"] == "fail"]
    return str(broken[0] if broken else verdict["blockers"][0]["scenario"])


def allure_overview(page: Page) -> None:
    expect(page.get_by_test_id("report-title")).to_be_visible()


def allure_blockers(page: Page) -> None:
    page.get_by_test_id("nav-tab-globalAttachments").click()
    page.get_by_text("verdict and blockers").click()
    expect(page.get_by_text("VERDICT:").first).to_be_visible()


def allure_categories(page: Page) -> None:
    page.get_by_test_id("nav-tab-categories").click()
    expect(page.get_by_text("Not evidenced:").first).to_be_visible()


def allure_scenario(name: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.get_by_test_id("tree-leaf").filter(has_text=name).first.click()
        expect(page.get_by_test_id("test-result-info-title")).to_have_text(name)

    return go


def allure_steps(name: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        allure_scenario(name)(page)
        page.get_by_test_id("test-result-steps-root").scroll_into_view_if_needed()
        page.get_by_test_id("test-result-steps-root").evaluate("element => element.scrollIntoView()")

    return go


def summary_top(page: Page) -> None:
    expect(page.locator("h1").first).to_be_visible()


@contextmanager
def opened(file: Path, height: int) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": WIDTH, "height": height}, color_scheme="light")
        page.goto(file.resolve().as_uri())
        yield page
        browser.close()


def take(name: str, file: Path, height: int, show: Callable[[Page], None]) -> None:
    """A picture of this page, after `show` has brought it where it is to be."""
    picture = HERE / f"{name}.png"
    with opened(file, height) as page:
        show(page)
        page.wait_for_load_state("networkidle")
        page.screenshot(path=picture, animations="disabled")
    size = picture.stat().st_size
    print(f"{picture.relative_to(ROOT)}  {size // 1000} kB")
    if size > LARGEST:
        raise SystemExit(f"{picture.name} is larger than {LARGEST // 1000} kB: make its window smaller")


def main(rehearsal: Path, faulty: Path) -> None:
    broken = first_blocker(faulty)
    take("rehearsal-summary", rehearsal / SUMMARY, 1300, summary_top)
    take("rehearsal-allure", rehearsal / ALLURE, 1400, allure_overview)
    take("faulty-summary", faulty / SUMMARY, 1300, summary_top)
    take("faulty-allure-categories", faulty / ALLURE, 640, allure_categories)
    take("faulty-allure-scenario", faulty / ALLURE, 1100, allure_scenario(broken))
    take("faulty-allure-steps", faulty / ALLURE, 900, allure_steps(broken))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main(run(Path(scratch, "rehearsal"), ""), run(Path(scratch, "faulty"), FAULTS))
