"""Whole audits of an SS that leaks and is hostile: nothing leaks on, nothing gets out, and it is told."""

import json
import shlex
from pathlib import Path

import pytest
from whole_audit.running import Ended, run

from ss_audit.evidence.secret_forms import forms_of
from ss_audit.evidence.secret_search import search

CANARY = 'cAnary-7q+"Zx"=9&mN'
LEAKY = f"{{python}} {shlex.quote(str(Path(__file__).with_name('leaky_ss.py')))}"
SCRIPT = "<script>document.title"

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    settings = {
        "api_command": f"{LEAKY} api --host {{host}} --port {{port}}",
        "worker_command": f"{LEAKY} worker",
    }
    place = tmp_path_factory.mktemp("leaky")
    return run(place, "ss-audit", "rehearse", settings=settings, environment={"SS_LEAKED_SECRET": CANARY}, views=True)


@pytest.fixture(scope="module")
def doomed(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """An SS that can't start and tells its secret as its last words; the operator wrote it into the command, too."""
    program = shlex.quote("import sys; print('my key is', sys.argv[1]); sys.exit(3)")
    settings = {"api_command": f"{{python}} -c {program} {shlex.quote(CANARY)}"}
    place = tmp_path_factory.mktemp("doomed")
    return run(place, "behave", settings=settings, environment={"SS_LEAKED_SECRET": CANARY}, views=True)


def canaries(ended: Ended) -> list[str]:
    return [str(hit) for hit in search(ended.folder, dict.fromkeys(forms_of(CANARY), "canary")).hits]


def test_the_canary_is_nowhere_in_the_folder_of_the_run(leaky: Ended) -> None:
    assert canaries(leaky) == []
    assert (leaky.folder / "summary.html").exists()


def test_nor_on_the_terminal(leaky: Ended) -> None:
    assert not any(form.decode("latin-1") in leaky.said for form in forms_of(CANARY))


def test_the_verdict_is_about_ss_and_names_what_is_wrong(leaky: Ended) -> None:
    assert leaky.verdict["verdict"] == "NOT READY", leaky.said
    failed = {name for name, outcome in leaky.outcomes.items() if outcome == "fail"}
    assert failed == {"What SS answers can be taken without harm", "SS's answers are plain", "SS keeps secrets to itself"}
    checks = {c["id"]: c for s in leaky.verdict["scenarios"] for c in s["checks"] if c["outcome"] == "fail"}
    assert set(checks) == {
        "manners.names_lead_nowhere_else",
        "manners.names_fit_every_system",
        "manners.texts_hold_no_control_characters",
        "secrecy.artifacts_hold_no_secret",
        "secrecy.answers_hold_no_key",
        "secrecy.logs_hold_no_secret",
    }
    assert "runs/debug.env" in checks["secrecy.artifacts_hold_no_secret"]["saw"]
    assert "runs/debug.env.gz" in checks["secrecy.artifacts_hold_no_secret"]["saw"]
    assert "at byte 3145728" in checks["secrecy.artifacts_hold_no_secret"]["saw"]
    assert all(check["evidence"] for check in checks.values())


def test_nothing_was_written_outside_of_the_run(leaky: Ended) -> None:
    assert leaky.left_lying == ()
    assert not [path for path in leaky.reports.parent.rglob("*escaped*") if not path.is_relative_to(leaky.folder / "bundle")]
    assert not list(Path(__file__).parents[2].glob("*escaped*"))


def test_no_two_artifacts_lie_in_one_file(leaky: Ended) -> None:
    artifacts = [event["data"] for event in leaky.events if event.get("kind") == "artifact"]
    files = [artifact["body"]["file"] for artifact in artifacts if artifact["body"]["file"]]
    assert len({file.lower() for file in files}) == len(files)
    kept = {artifact["rel_path"]: artifact["body"] for artifact in artifacts}
    assert kept["runs/Debug.env"]["text"].startswith("SS_LEAKED_SECRET=[secret: ss leaked secret ")
    assert kept["runs/debug.env"]["size"] == (3 << 20) + len(CANARY) + 1
    assert kept["runs/debug.env.gz"]["file"] is None


def test_no_script_of_ss_stands_as_one_in_a_page(leaky: Ended) -> None:
    pages = [page.read_text("utf-8") for page in leaky.folder.glob("*.html")]
    assert pages
    assert not any(SCRIPT in page for page in pages)
    assert not any("\x1b" in json.dumps(leaky.verdict, ensure_ascii=False) for _ in pages)
    assert "\x1b" not in leaky.said


def test_an_ss_that_does_not_start_gives_nothing_away_either(doomed: Ended) -> None:
    assert doomed.verdict["verdict"] == "INCONCLUSIVE"
    assert "my key is [secret: ss leaked secret" in doomed.said
    assert CANARY not in doomed.said
    assert canaries(doomed) == []
