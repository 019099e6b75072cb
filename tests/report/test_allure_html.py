"""The page that Allure makes: quiet, whole, with history; and without Allure, one line that says how to get it."""

import json
import os
import shlex
import shutil
import stat
from pathlib import Path

import pytest

from ss_audit.report import allure_program
from ss_audit.report.allure_html import OUTSIDE, write_allure_html
from ss_audit.report.allure_places import Places
from ss_audit.report.allure_run import describe_unfinished
from ss_audit.report.history import History

from .test_reconcile import plan

needs_allure = pytest.mark.skipif(allure_program.found() is None, reason="there is no Allure 3 here: npm ci --prefix .ci")
DIGEST = f"sha256:{'ab' * 32}"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Results of a run that was killed before its first scenario."""
    folder = tmp_path / "results"
    folder.mkdir()
    describe_unfinished(folder, "run-1", "rehearsal/reference", str)
    Places(folder, plan("a", "b"), str)
    return folder


def finished(results: Path, run_id: str) -> None:
    (results / "environment.properties").write_text(f"Verdict=NOT READY\nRun={run_id}\nEnded=now\n", "utf-8")


def fake(place: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Puts a program in Allure's place."""
    program = place / "allure"
    program.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(allure_program, "LOCKED", program)
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")


@needs_allure
def test_the_page_of_an_unfinished_run_says_so(results: Path, tmp_path: Path) -> None:
    target = tmp_path / "report" / "index.html"
    before = {file.name: file.read_bytes() for file in results.iterdir()}
    assert write_allure_html(results, target, tmp_path / "history.jsonl", "") is None
    page = target.read_text("utf-8")
    assert "<title> SS production audit: unfinished </title>" in page
    assert "googletagmanager" not in page
    assert not OUTSIDE.search(page)
    assert page.index("Content-Security-Policy") < page.index("<script")
    assert [file.name for file in target.parent.iterdir()] == ["index.html"], "one file can be handed on"
    assert not (tmp_path / "history.jsonl").exists(), "an unfinished run is nothing to compare with"
    assert {file.name: file.read_bytes() for file in results.iterdir()} == before, "what lies in the bag stays as it is"


@needs_allure
def test_history_holds_each_run_once_in_order(results: Path, tmp_path: Path) -> None:
    history, target = tmp_path / "history.jsonl", tmp_path / "report" / "index.html"
    for run_id in ("run-1", "run-2", "run-1"):
        finished(results, run_id)
        assert write_allure_html(results, target, history, DIGEST) is None
    assert [json.loads(line)["uuid"] for line in history.read_text("utf-8").splitlines()] == ["run-1", "run-2"]


def test_a_report_made_again_shows_no_later_run_as_an_earlier_one(tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_text('{"uuid":"one"}\nnonsense\n{"uuid":"two"}\n{"uuid":"three"}\n', "utf-8")
    assert History(file).before("two") == '{"uuid":"one"}\n'
    assert History(file).before("four").count("\n") == 3
    assert History(tmp_path / "none").before("x") == ""
    assert History(None).before("x") == ""


def test_without_node_one_line_says_how_to_get_the_page(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said = write_allure_html(results, tmp_path / "index.html", None, DIGEST)
    assert said is not None
    assert "\n" not in said
    assert "npm ci --prefix .ci" in said
    assert f"ss-audit report {shlex.quote(str(results.parents[1]))}" in said
    assert not (tmp_path / "index.html").exists()


def test_allure_2_is_not_taken_for_allure_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "echo 2.46.1")
    program = tmp_path / "allure"
    monkeypatch.setattr(allure_program, "LOCKED", tmp_path / "none")
    monkeypatch.setattr(shutil, "which", lambda _name: str(program))
    assert allure_program.found() is None
    program.write_text("#!/bin/sh\necho 3.18.0\n", "utf-8")
    assert allure_program.found() == program


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo it hurts; exit 3", "Allure ended with 3: it hurts"),
        ("true", "Allure wrote no page"),
        ("sleep 30", "was not done after"),
        ("mkdir report; echo '<script src=\"https://x.test/a.js\"></script>' > report/index.html", "asks others for something"),
        ("mkdir report; echo googletagmanager > report/index.html", "asks others for something"),
    ],
)
def test_an_allure_that_fails_is_no_error_of_the_audit(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    fake(tmp_path, monkeypatch, script)
    monkeypatch.setattr(allure_program, "PATIENCE", 0.3 if "sleep" in script else 30.0)
    told = write_allure_html(results, tmp_path / "index.html", None, DIGEST)
    assert told is not None
    assert said in told
    assert "\n" not in told
    assert not (tmp_path / "index.html").exists()


def test_allure_gets_none_of_our_secrets(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, monkeypatch, "mkdir report; env > report/index.html")
    monkeypatch.setenv("SS_LLM_API_KEY", "sk-hush")
    assert write_allure_html(results, tmp_path / "index.html", None, DIGEST) is None
    told = (tmp_path / "index.html").read_text("utf-8")
    assert "sk-hush" not in told
    assert "ALLURE_NO_ANALYTICS=1" in told
    assert os.environ["SS_LLM_API_KEY"] == "sk-hush"
