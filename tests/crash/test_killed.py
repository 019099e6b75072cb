"""An audit that is killed: what lies there is an unfinished run, and no page that is made of it looks like a good one."""

import json
import os
import random
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from whole_audit.conftest import Starter
from whole_audit.running import PROGRAMS, Command, run_folders, waited_for

from ss_audit.evidence.bag import TAG_MANIFEST
from ss_audit.verify.examination import verified

pytestmark = pytest.mark.once
WHOLE_RUN = 900
ENDS = ("reconciled", "filed", "closing", "verdict")
ANYWHERE = sorted(random.Random(20261122).sample(range(2, WHOLE_RUN), 4))
SHOWS = {"pass": "passed", "fail": "failed", "not_evidenced": "failed", "error": "broken"}


def log_of(command: Command) -> bytes:
    logs = [folder / "bundle" / "data" / "events.jsonl" for folder in run_folders(command.reports)]
    return logs[0].read_bytes() if logs and logs[0].exists() else b""


def killed(command: Command, when: Any) -> tuple[Path, bytes]:
    """Kills it as soon as `when` is true of its log. Out: the run's folder, and the lines that were there before."""

    def look() -> bytes | None:
        log = log_of(command)
        return log[: log.rfind(b"\n") + 1] if when(log) else None

    seen = waited_for(look, 120.0)
    os.kill(command.process.pid, signal.SIGKILL)
    ended = command.end(10.0)
    assert ended.left_running == ()
    return ended.folder, seen


def allure(folder: Path) -> dict[str, str]:
    """The status of each scenario that Allure shows. Where behave's result and its place are both there, the later counts."""
    results = [json.loads(f.read_text("utf-8")) for f in sorted((folder / "allure-results").glob("*-result.json"))]
    return {result["name"]: result["status"] for result in sorted(results, key=lambda result: int(result["start"]))}


def assert_not_greener(folder: Path) -> None:
    """Allure shows as passed what ended as a pass in the log, and says that the run did not come to its end."""
    lines = (folder / "bundle" / "data" / "events.jsonl").read_bytes().splitlines(keepends=True)
    events = [json.loads(line) for line in lines if line.endswith(b"\n")]
    told = {e["data"]["name"]: SHOWS[e["data"]["outcome"]] for e in events if e["type"] == "scenario_ended"}
    shown = allure(folder)
    assert {name for name, status in shown.items() if status == "passed"} <= {n for n, s in told.items() if s == "passed"}
    assert len(shown) == len(events[0]["data"]["scenarios"]), "each planned scenario is shown"
    assert not (folder / "bundle" / TAG_MANIFEST).exists()
    results = folder / "allure-results"
    assert "did not come to its end" in (results / "run-globals.json").read_text("utf-8")
    assert (results / "environment.properties").read_text("utf-8").startswith("Verdict=INCONCLUSIVE\n")
    assert "unfinished" in (results / "allurerc.json").read_text("utf-8")
    assert "did not come to its end" in (folder / "junit" / "TESTS-run.xml").read_text("utf-8")


@pytest.mark.parametrize("number", ANYWHERE)
def test_after_some_event(begin: Starter, number: int) -> None:
    folder, seen = killed(begin("behave"), lambda log: log.count(b"\n") >= number)
    assert (folder / "bundle" / "data" / "events.jsonl").read_bytes().startswith(seen), "what was on disk stays as it was"
    found = verified(folder / "bundle")
    assert (found.problems, found.told, found.again, found.holds) == ((), None, None, False)
    assert found.unfinished
    assert found.lines >= number
    assert_not_greener(folder)


@pytest.mark.parametrize("event", ENDS)
def test_while_it_closes(begin: Starter, event: str) -> None:
    mark = f'"type":"{event}"'.encode()
    folder, seen = killed(begin("behave", "--tags=@spec_pack"), lambda log: mark in log)
    assert (folder / "bundle" / "data" / "events.jsonl").read_bytes().startswith(seen)
    found = verified(folder / "bundle")
    assert found.problems == ()
    if found.holds:  # it was quicker than the kill
        assert found.told == "INCONCLUSIVE"
        return
    assert found.unfinished


def test_the_pages_of_a_killed_run_say_so(begin: Starter) -> None:
    command = begin("behave")
    folder, _ = killed(command, lambda log: log.count(b'"type":"scenario_ended"') >= 3)
    assert (command.reports / "latest").resolve() == folder.resolve()
    bundle = command.reports / "latest" / "bundle"
    made = subprocess.run([PROGRAMS / "ss-audit", "report", bundle], capture_output=True, text=True, timeout=240)
    assert made.returncode == 0, made.stderr
    assert "INCONCLUSIVE" in (folder / "summary.html").read_text("utf-8")
    assert "NO VERDICT" in (folder / "run-log.md").read_text("utf-8").splitlines()[0]
    page = folder / "allure-report" / "index.html"
    if page.exists():
        assert "SS production audit: unfinished" in page.read_text("utf-8")
    else:
        assert "npm ci" in made.stdout, "where there is no Allure, it is said how to get the page"
