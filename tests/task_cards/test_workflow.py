"""The workflow for GitHub Actions: each command in it exists, its status is the audit's, and what a failed run left is kept."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from checks.observations import main_journey
from summary.bundles import bundle
from whole_audit.running import ROOT

from ss_audit.cli_shape import COMMANDS
from ss_audit.report import views
from ss_audit.settings import Settings
from ss_audit.task_cards import command_problems

WORKFLOW = ROOT / ".github" / "workflows" / "production-audit.yml"
TEXT = WORKFLOW.read_text("utf-8")
PAGE = (ROOT / "docs" / "github-actions.md").read_text("utf-8")
YAML = ROOT / ".ci" / "node_modules" / "yaml"
SUMMARY = ROOT / ".ci" / "job-summary"


def steps() -> list[str]:
    """The text of each step."""
    return re.split(r"\n      - ", TEXT.partition("    steps:\n")[2].replace("      - ", "\n      - ", 1))[1:]


def step(name: str) -> str:
    (found,) = (text for text in steps() if f"name: {name}" in text)
    return found


def test_every_command_exists() -> None:
    commands = re.findall(r"^ +run: (.+)$", TEXT, re.M)
    assert len(commands) == len(re.findall(r"\brun:", TEXT)), "each on a line of its own"
    ours = [command.removeprefix(".venv/bin/") for command in commands if command.startswith(".venv/bin/")]
    assert len(ours) == 2
    assert command_problems(tuple(ours), Settings.model_fields.keys(), COMMANDS) == ()
    assert "make setup PYTHON=python3" in commands
    assert re.search(r"^setup:", (ROOT / "Makefile").read_text(), re.M)
    assert all((ROOT / command.split()[0]).is_file() for command in commands if command.startswith(".ci/"))


def test_the_variables_that_it_sets_are_read_by_somebody() -> None:
    names = re.findall(r"^          ([A-Z_]+): ", step("Audit for production"), re.M)
    ours = {name.removeprefix("SS_AUDIT_").lower() for name in names if name.startswith("SS_AUDIT_")}
    assert ours
    assert ours <= Settings.model_fields.keys()
    assert {name for name in names if "KEY" in name} == set(re.findall(r"secrets\.(\w+)", TEXT)), (
        "a key is a secret, and no other"
    )
    told = set(re.findall(r"(?:vars|secrets)\.(\w+)", TEXT))
    assert {name for name in told if f"`{name}`" not in PAGE} == set(), "what has to be set is told"


def test_its_status_is_the_audits_and_what_failed_is_kept_too() -> None:
    assert "continue-on-error" not in TEXT
    assert "|| true" not in TEXT
    for name in ("Write the summary to the job page", "Keep bundle and reports"):
        assert "if: ${{ always() }}" in step(name)
    assert "run_id=audit" in step("Rehearse")
    assert "run_id=audit" in step("Audit for production")
    assert "path: reports/audit/" in step("Keep bundle and reports")


def test_it_may_read_and_nothing_else() -> None:
    assert re.search(r"^permissions:\n  contents: read\n\n", TEXT, re.M)
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", used) for used in re.findall(r"uses: (\S+)", TEXT))
    assert not re.search(r"run:.*\$\{\{", TEXT), "what somebody typed in is no part of a command"


@pytest.mark.skipif(not YAML.exists() or not shutil.which("node"), reason="no YAML parser is here: npm ci --prefix .ci")
def test_it_is_yaml_with_one_job() -> None:
    script = f"console.log(JSON.stringify(require({json.dumps(str(YAML))}).parse(require('fs').readFileSync(0, 'utf8'))))"
    read = subprocess.run(["node", "-e", script], input=TEXT, capture_output=True, text=True, check=True)
    workflow = json.loads(read.stdout)
    assert list(workflow["jobs"]) == ["audit"]
    assert len(workflow["jobs"]["audit"]["steps"]) == len(steps())
    assert workflow["on"].keys() == {"workflow_dispatch", "schedule"}


def test_the_job_page_gets_the_run_log_without_links_into_the_artifact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "write_allure_html", lambda *_: "left out")
    views.write_views(bundle(tmp_path, main_journey()), tmp_path, "sha256:" + "ab" * 32)
    page = subprocess.run([SUMMARY, tmp_path], capture_output=True, text=True, check=True).stdout
    log = (tmp_path / "run-log.md").read_text("utf-8")
    assert "](" in log
    assert "](" not in page
    assert [line for line in page.splitlines() if line.startswith("#")] == [x for x in log.splitlines() if x.startswith("#")]


def test_the_job_page_says_so_when_there_is_no_run(tmp_path: Path) -> None:
    page = subprocess.run([SUMMARY, tmp_path / "none"], capture_output=True, text=True, check=True).stdout
    assert "left no report" in page
