"""The rehearsal in containers that the audit starts: as expected, well evidenced, and nothing is left."""

from itertools import pairwise
from typing import Any

import pytest
from whole_audit.running import Ended

pytestmark = [pytest.mark.once, pytest.mark.timeout(600)]


def entries(run: Ended, kind: str) -> list[dict[str, Any]]:
    return [event["data"] for event in run.events if event["type"] == "evidence" and event["kind"] == kind]


def test_it_goes_as_it_must(started: tuple[Ended, set[str]]) -> None:
    run, _ = started
    assert run.code == 0, run.said
    assert run.verdict["rehearsal"] == {"as_expected": True, "deviations": []}
    assert (run.verdict["stack"], run.verdict["stata"], run.verdict["llm"]) == ("docker", "REHEARSAL", "REHEARSAL")


def test_nothing_is_left_behind(started: tuple[Ended, set[str]]) -> None:
    run, left = started
    assert left == set()
    assert (run.left_running, run.left_lying) == ((), ())


def test_the_record_says_what_ran(started: tuple[Ended, set[str]]) -> None:
    run, _ = started
    (up, *_) = [e["detail"] for e in entries(run, "statement") if e["title"] == "Stack main is up in containers"]
    assert up["revision"] == run.verdict["ss"]["revision"]
    assert up["revision"].startswith("sha256:")
    for role, container in up["containers"].items():
        assert container["image_id"] == up["revision"]
        assert role in container["command"]
        assert container["processes"], "the engine's process table"
        assert container["environment"]["SS_LLM_API_KEY"] == "***"
        assert container["environment"]["SS_STATA_CMD"].split()[0].endswith("ss-audit-stata-shim")
    assert "rehearsal-key-" not in (run.folder / "bundle" / "data" / "events.jsonl").read_text()


def test_the_restart_is_proved_by_ids_and_start_times(started: tuple[Ended, set[str]]) -> None:
    run, _ = started
    seen = [e for e in entries(run, "process") if e["phase"] in ("before restart", "after restart")]
    for role in ("api", "worker"):
        before, after = (
            next(e for e in seen if e["role"] == role and e["phase"] == f"{p} restart") for p in ("before", "after")
        )
        assert before["pid"] != after["pid"]
        assert before["started_at"] < after["started_at"]


def test_our_witnesses_saw_stata_and_provider(started: tuple[Ended, set[str]]) -> None:
    run, _ = started
    assert len(entries(run, "llm_call")) > 3
    assert all(shim["exit_status"] is not None for shim in entries(run, "stata_process"))
    assert any("rehearsal.stata" in word for shim in entries(run, "stata_process") for word in shim["command"])


def test_each_log_is_read_once_and_in_order(started: tuple[Ended, set[str]]) -> None:
    run, _ = started
    windows = [e for e in entries(run, "log_window") if e["process"] == "worker" and e["lines"]]
    assert windows
    for earlier, later in pairwise(w for w in windows if "main journey" in w["title"] or "restart" in w["title"]):
        assert not set(earlier["lines"]) & set(later["lines"])
