"""`profile=production`: nothing stands in, what is missing is said at once, and a stand-in that was slipped in is refuted."""

import contextlib
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from real_parts.auditing import LLM, STATA
from whole_audit.running import ROOT, Ended, run

REFERENCE = "{python} -m rehearsal.reference_ss"


@pytest.mark.parametrize("command", [("ss-audit", "run"), ("behave",)])
def test_without_its_parts_it_does_not_start_and_says_them_all(tmp_path: Path, command: tuple[str, ...]) -> None:
    ended = run(tmp_path, *command, settings={"profile": "production"})
    assert (ended.code, ended.reports.exists()) == (2, False)
    for word in ("no default stack", "SS_STATA_CMD is not set", "SS_LLM_PROVIDER is not set", "SS_LLM_API_KEY is not set"):
        assert ended.said.count(word) == 1, ended.said


def test_the_reference_ss_cannot_be_audited_for_production(tmp_path: Path) -> None:
    ended = run(tmp_path, "ss-audit", "run", settings={"profile": "production", "stack": "reference"})
    assert ended.code == 2
    assert "stack=reference is a stand-in" in ended.said


@contextlib.contextmanager
def rehearsal_llm() -> Iterator[str]:
    command = [sys.executable, "-m", "rehearsal.llm", "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}/v1"
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def slipped_in(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """An audit for production of an SS whose Stata is the engine, and whose provider is the rehearsal LLM on this machine."""
    place = tmp_path_factory.mktemp("production")
    ss = place / "ss"
    (ss / "src").mkdir(parents=True)
    (ss / "src" / "main.py").touch()
    shutil.copytree(ROOT / "rehearsal" / "reference_ss" / "library", ss / "assets" / "stata_do_library")
    with rehearsal_llm() as base_url:
        return run(
            place, "ss-audit", "run", "-n", "^Real ",
            settings={
                "profile": "production", "stack": "checkout", "ss_root": str(ss), "ss_python": sys.executable,
                "api_command": f"{REFERENCE} api --host {{host}} --port {{port}}", "worker_command": f"{REFERENCE} worker",
                "ss_env.PYTHONPATH": str(ROOT), "llm_hosts": "127.0.0.1",
            },
            environment={
                "SS_STATA_CMD": shlex.join([sys.executable, "-m", "rehearsal.stata"]),
                "SS_LLM_PROVIDER": "openai_compatible",
                "SS_LLM_API_KEY": "sk-test-of-production-0123456789",
                "SS_LLM_BASE_URL": base_url,
            },
        )  # fmt: skip


def test_a_stand_in_that_was_slipped_in_is_refuted(slipped_in: Ended) -> None:
    verdict = slipped_in.verdict
    assert {name: slipped_in.outcomes[name] for name in (STATA, LLM)} == {STATA: "fail", LLM: "fail"}
    assert (verdict["stata"], verdict["llm"], verdict["verdict"]) == ("REFUTED", "REFUTED", "NOT READY")
    assert slipped_in.code == 1


def test_it_is_no_rehearsal_and_starts_no_stand_in(slipped_in: Ended) -> None:
    verdict = slipped_in.verdict
    assert (verdict["profile"], verdict["stack"], verdict["rehearsal"]) == ("production", "checkout", None)
    assert "rehearsal Stata" not in slipped_in.said.split("VERDICT")[0].splitlines()[0]
    started = [e for e in slipped_in.events if e.get("kind") == "process"]
    assert started
    assert not [e for e in started if "rehearsal.llm" in str(e)]
    assert not slipped_in.left_running
