"""A start that can't become an audit ends with 2 and says what to do, never with a code that reads like a judgement."""

import shutil
from pathlib import Path

import pytest

from .conftest import Runner
from .running import ROOT, run_folders


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        (("behave", "-r", "behave.runner:Runner"), ROOT),
        (("behave",), ROOT / "features"),
        (("behave", str(ROOT / "features")), Path("/")),
        (("behave", str(ROOT)), Path("/")),
        (("behave", str(ROOT / "features" / "1_spec_pack.feature")), Path("/")),
        (("behave", "-r", "ss_audit.runner:AuditRunner"), ROOT / "features"),
    ],
    ids=["stock runner", "inside features", "by absolute path", "by the path of the project", "one file", "our runner, inside"],
)
def test_behave_started_otherwise_says_how(carry_out: Runner, command: tuple[str, ...], folder: Path) -> None:
    run = carry_out(*command, cwd=folder)
    assert run.code == 2
    assert f"cd {ROOT}" in run.said
    assert "ss-audit run" in run.said
    assert run_folders(run.reports) == []


@pytest.mark.parametrize("command", [("behave",), ("ss-audit", "run"), ("ss-audit", "rehearse")], ids=" ".join)
@pytest.mark.parametrize(("name", "near"), [("profil", "profile"), ("timeout_strtup", "timeout_startup")])
def test_an_unknown_setting_is_named_with_those_near(carry_out: Runner, command: tuple[str, ...], name: str, near: str) -> None:
    run = carry_out(*command, settings={name: "1"})
    assert run.code == 2
    assert f"unknown setting '{name}'" in run.said
    assert f"did you mean {near}" in run.said
    assert "Traceback" not in run.said
    assert run_folders(run.reports) == []


def test_an_unknown_setting_in_the_environment_is_named_too(carry_out: Runner) -> None:
    run = carry_out("behave", environment={"SS_AUDIT_TIMEOUT_JOBB": "1"})
    assert run.code == 2
    assert "unknown setting 'timeout_jobb' (from environment)" in run.said


def test_a_value_that_makes_no_sense_is_named(carry_out: Runner) -> None:
    run = carry_out("behave", settings={"timeout_startup": "soon"})
    assert run.code == 2
    assert "timeout_startup" in run.said
    assert "soon" in run.said


def test_a_bad_tag_expression_ends_in_2_through_ss_audit(carry_out: Runner) -> None:
    run = carry_out("ss-audit", "run", "--tags=@plan and (")
    assert run.code == 2
    assert "without a verdict" in run.said


def test_a_feature_file_that_is_not_there(carry_out: Runner) -> None:
    run = carry_out("behave", "features/no_such.feature")
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "operator")
    assert "no_such.feature" in run.said


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        (
            "features/2_inventory.feature",
            "Feature: Broken\n  Scenario: Odd\n    Given this\n    whatever that is\n",
            "2_inventory",
        ),
        ("steps/plan.py", "def broken(:\n", "plan.py"),
        ("steps/plan.py", "from ss_audit.checks import no_such_checks\n", "no_such_checks"),
    ],
    ids=["feature", "steps with a syntax error", "steps with a wrong import"],
)
def test_a_broken_project_is_no_judgement_of_ss(carry_out: Runner, project: Path, file: str, text: str, said: str) -> None:
    (project / file).write_text(text)
    run = carry_out("behave", cwd=project, environment={"PYTHONPATH": str(project)})
    assert run.code == 2
    assert said in run.said
    assert run.left_running == ()


def test_a_step_without_a_definition_is_our_fault(carry_out: Runner, project: Path) -> None:
    feature = project / "features" / "1_spec_pack.feature"
    feature.write_text(feature.read_text() + "    And something that nobody defined\n")
    run = carry_out("behave", "--tags=@spec_pack", cwd=project, environment={"PYTHONPATH": str(project)})
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "audit")
    assert "something that nobody defined" in run.verdict["partial_because"]


def test_a_scenario_of_the_spec_that_is_not_planned_is_our_fault(carry_out: Runner, project: Path) -> None:
    feature = project / "features" / "2_inventory.feature"
    feature.write_text(feature.read_text().replace("Scenario: Inventory includes", "Scenario: The inventory includes"))
    run = carry_out("behave", "--tags=@spec_pack", cwd=project, environment={"PYTHONPATH": str(project)})
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "audit")
    assert "Inventory includes versioned and unversioned surfaces" in run.verdict["partial_because"]


def test_a_run_id_that_was_used_is_refused(carry_out: Runner, tmp_path: Path) -> None:
    used = tmp_path / "run-0" / "reports" / "mine"
    used.mkdir(parents=True)
    (used / "verdict.json").write_text('{"verdict": "READY"}')
    run = carry_out("ss-audit", "run", settings={"run_id": "mine"})
    assert run.code == 2
    assert "already" in run.said


def test_a_plan_that_lost_its_spec_and_most_scenarios_is_our_fault(carry_out: Runner, project: Path) -> None:
    shutil.rmtree(project / "openspec" / "specs")
    for feature in (project / "features").iterdir():
        if not feature.name.startswith("2_"):
            feature.unlink()
    run = carry_out("behave", cwd=project, environment={"PYTHONPATH": str(project)})
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "audit"), run.said
    assert "the spec could not be read" in run.verdict["partial_because"]
    assert "Real Stata runner is evidenced" in run.verdict["partial_because"]
