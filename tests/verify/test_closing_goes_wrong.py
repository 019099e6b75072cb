"""What breaks while a run is closed loses no evidence: before the judgement it is INCONCLUSIVE, after it there is none."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from ss_audit import cli_audit
from ss_audit.verify.examination import verified
from ss_audit.verify.page import page

from .bundles import ROOT

pytestmark = pytest.mark.once
BREAK = """
import os, {module}
def broken(*_, **__):
    raise {error}
{module}.{name} = broken
"""

WRITTEN_LAST = """
import pathlib, ss_audit.report.views as views
made = views.write_views
def with_a_secret(bundle, folder, digest):
    pages = made(bundle, folder, digest)
    with (pathlib.Path(folder) / "summary.html").open("a") as page:
        page.write("{secret}")
    return pages
views.write_views = with_a_secret
"""

BROKEN_LAST = """
import ss_audit.evidence.secret_search as secret_search
searching, asked = secret_search.search, []
def once(*given):
    asked.append(given)
    if len(asked) > 1:
        raise OSError(5, "Input/output error")
    return searching(*given)
secret_search.search = once
"""


class Broken(NamedTuple):
    code: int
    out: str
    err: str
    bundle: Path


def run(place: Path, module: str, name: str, error: str, *command: str) -> Broken:
    """A small audit in whose process one function of ours, or of the operating system's, does not work."""
    return run_with(place, BREAK.format(module=module, name=name, error=error), {}, *command)


def run_with(place: Path, change: str, env: dict[str, str], *command: str) -> Broken:
    """A small audit in whose process this is executed first."""
    (place / "broken").mkdir()
    (place / "broken" / "sitecustomize.py").write_text(change)
    path = os.pathsep.join([str(place / "broken"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    env = {**{k: v for k, v in os.environ.items() if not k.startswith("SS_")}, "PYTHONPATH": path, **env}
    words = ["-n", "^Spec pack is present$", "-D", f"reports_dir={place}", "-D", "run_id=small"]
    ended = subprocess.run(
        [sys.executable, *command, *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=240, check=False
    )
    return Broken(ended.returncode, ended.stdout, ended.stderr, place / "small" / "bundle")


@pytest.mark.parametrize(
    ("module", "name", "error", "blame"),
    [
        ("ss_audit.evidence.har", "archives", "ValueError('no HAR')", "audit"),
        ("ss_audit.report.behave_reports", "complete", "OSError(28, 'No space left on device')", "environment"),
        ("ss_audit.evidence.secret_search", "search", "RuntimeError('no search')", "audit"),
    ],
    ids=["HAR", "reports", "search"],
)
def test_before_the_judgement_it_is_a_reason_for_inconclusive_and_all_is_sealed(
    tmp_path: Path, module: str, name: str, error: str, blame: str
) -> None:
    ended = run(tmp_path, module, name, error, "-m", "behave")
    assert ended.code == 2, ended.err
    verdict = json.loads((ended.bundle / "data" / "verdict.json").read_bytes())
    assert (verdict["verdict"], verdict["blame"]) == ("INCONCLUSIVE", blame)
    assert any(said in verdict["partial_because"] for said in ("no HAR", "No space left", "no search"))
    seen = verified(ended.bundle, ended.out.strip().splitlines()[-1].rpartition(" ")[2])
    assert seen.holds, page(seen)


def test_after_the_judgement_there_is_no_verdict_whatever_was_written(tmp_path: Path) -> None:
    ended = run(
        tmp_path, "ss_audit.evidence.bag", "seal", "OSError(28, 'No space left on device')", "-m", "ss_audit.cli", "run"
    )
    assert ended.code == 2, ended.err
    assert "There is no verdict, because the run could not be closed" in ended.err
    seen = verified(ended.bundle)
    assert seen.problems == (), page(seen)
    assert not seen.holds
    assert "cut off before it was sealed" in seen.unfinished


def test_a_secret_that_is_written_last_takes_the_verdict_back_wherever_it_stands(tmp_path: Path) -> None:
    secret = "k9Zq4tWm7xR2vB8n"
    ended = run_with(tmp_path, WRITTEN_LAST.format(secret=secret), {"DEPLOY_TOKEN": secret}, "-m", "behave")
    assert ended.code == 2, ended.err
    assert secret not in ended.out + ended.err
    assert "VERDICT: INCONCLUSIVE (blame: audit)" in ended.out
    assert "There is no verdict" not in ended.err
    folder, data = ended.bundle.parent, ended.bundle / "data"
    verdict = json.loads((folder / "verdict.json").read_bytes())
    assert (verdict["verdict"], verdict["blame"]) == ("INCONCLUSIVE", "audit")
    assert "summary.html, at byte" in verdict["partial_because"]
    in_words = "secrets stand in the run's own folder"
    assert in_words.replace("'", "&#x27;") in (folder / "summary.html").read_text().replace("&#39;", "&#x27;")
    assert in_words in (data / "allure-results" / "run-globals.json").read_text()
    assert in_words in (data / "junit" / "TESTS-run.xml").read_text()
    last = [json.loads(line) for line in (data / "events.jsonl").read_bytes().splitlines()][-1]
    assert (last["type"], last["data"]["blame"]) == ("verdict", "audit")
    seen = verified(ended.bundle, ended.out.strip().splitlines()[-1].rpartition(" ")[2])
    assert seen.holds, page(seen)


def test_what_was_written_last_and_could_not_be_searched_is_no_sound_evidence(tmp_path: Path) -> None:
    ended = run_with(tmp_path, BROKEN_LAST, {}, "-m", "behave")
    assert ended.code == 2, ended.err
    assert "VERDICT: INCONCLUSIVE (blame: environment)" in ended.out
    verdict = json.loads((ended.bundle / "data" / "verdict.json").read_bytes())
    assert (verdict["verdict"], verdict["blame"]) == ("INCONCLUSIVE", "environment")
    assert "the last search for secrets" in verdict["partial_because"]
    seen = verified(ended.bundle, ended.out.strip().splitlines()[-1].rpartition(" ")[2])
    assert seen.holds, page(seen)


@pytest.mark.parametrize(
    ("word", "code", "counts"),
    [
        ("READY", 0, True), ("READY", 2, False), ("READY", -9, False), ("READY", 1, False), ("NOT READY", 1, True),
        ("NOT READY", 2, False), ("INCONCLUSIVE", 2, True), ("GREAT", 0, False),
    ],
)  # fmt: skip
def test_a_verdict_counts_only_when_the_audit_ended_with_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, code: int, counts: bool
) -> None:
    def ended(_process: object) -> int:
        (tmp_path / "small").mkdir()
        (tmp_path / "small" / "verdict.json").write_text(json.dumps({"verdict": word}))
        return code

    monkeypatch.setattr(cli_audit.subprocess, "Popen", lambda *_, **__: None)
    monkeypatch.setattr(cli_audit, "_waited_for", ended)
    found = cli_audit.audited(["-D", f"reports_dir={tmp_path}", "-D", "run_id=small"])
    assert found == ({"verdict": word} if counts else {})


def test_a_key_that_is_none_is_refused_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("top secret")
    words = ["-m", "behave", "-D", f"reports_dir={tmp_path}/reports", "-D", f"signing_key={tmp_path}/key.pem"]
    ended = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert ended.returncode == 2
    assert "signing_key" in ended.stderr
    assert "top secret" not in ended.stdout + ended.stderr
    assert not (tmp_path / "reports").exists()
