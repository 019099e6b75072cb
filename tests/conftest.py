"""Rules for all tests. Under CI a skipped test is a failure, because a test that CI never runs guards nothing."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from whole_audit.running import Ended, run

CHROMIUM = Path("/usr/bin/chromium")
MAY_SKIP = "may_skip"
ONCE = ("whole_audit", "real_parts", "setting_up")
"""Folders of tests that start whole audits, which are slow; on each Python one rehearsal has to go as it must."""
ALWAYS = "test_whole_rehearsal.py"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--strict-skips", action="store_true", default=False, help="a skipped test fails (as under CI=true)")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{MAY_SKIP}(reason): may be skipped under CI too, for the reason given")
    config.addinivalue_line("markers", "once: slow, and no different on another Python; CI runs it on one of them only")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of a session: a second playwright in the same process is refused."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no browser here: {CHROMIUM} (Debian's package chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The whole rehearsal, as `make audit` carries it out: once, for whoever looks at what it said or left."""
    return run(tmp_path_factory.mktemp("rehearsal"), "ss-audit", "rehearse", views=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent.name in ONCE and item.path.name != ALWAYS:
            item.add_marker("once")


def _strict(config: pytest.Config) -> bool:
    return bool(config.getoption("--strict-skips")) or os.environ.get("CI", "").lower() == "true"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[pytest.TestReport]:
    report = yield
    is_skip = report.skipped and not hasattr(report, "wasxfail")
    if is_skip and _strict(item.config) and item.get_closest_marker(MAY_SKIP) is None:
        report.outcome = "failed"
        report.longrepr = f"skipped, which counts as a failure here (mark it {MAY_SKIP} if it may be): {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[pytest.CollectReport]:
    report = yield
    if report.skipped and _strict(collector.config):
        report.outcome = "failed"
        report.longrepr = f"a whole module was skipped, which counts as a failure here: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
