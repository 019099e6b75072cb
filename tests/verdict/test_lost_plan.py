"""A plan that lost something of what every audit executes makes no READY, whatever came of the rest."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ss_audit.account import Circumstances, judged
from ss_audit.every_check import all_checks
from ss_audit.plan import read_plan
from ss_audit.planned import PlanOnRecord, on_record
from ss_audit.results import Trouble, gap, trouble
from ss_audit.verdict import ScenarioOutcome, ScenarioResult, Verdict

ROOT = Path(__file__).parents[2]
ABOUT = Circumstances(
    run_id="r", started_at="", ended_at="", profile="production", stack="checkout", seed=1, base_url=None, revision=None,
    stand_ins=(), stata="real", llm="real",
)  # fmt: skip
REAL = "Real Stata runner is evidenced"
UP = "SS stays up while it is audited"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in ("features", "openspec"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def concluded(project: Path, outcome: Callable[[str], ScenarioOutcome] = lambda _: "pass") -> tuple[PlanOnRecord, Verdict]:
    """The plan on record, read back as verify reads it, and the verdict when each planned scenario ends as told."""
    record = PlanOnRecord.model_validate_json(on_record(read_plan(project / "features"), project).written())
    results = tuple(
        ScenarioResult(id=s.id, name=s.name, requirement=s.requirement, must=s.must, outcome=outcome(s.name), reason="")
        for s in record.plan.scenarios
    )
    return record, judged(ABOUT, results, trouble(gap(None, None, record.lost, results), (), ()))


def changed(project: Path, file: str, old: str, new: str) -> None:
    path = project / "features" / file
    before = path.read_text("utf-8")
    assert old in before
    path.write_text(before.replace(old, new), "utf-8")


def test_the_plan_as_shipped_lost_nothing(project: Path) -> None:
    record, verdict = concluded(project)
    assert (record.lost, verdict.word) == ((), "READY")


def test_without_the_spec_it_is_not_ready(project: Path) -> None:
    shutil.rmtree(project / "openspec")
    record, verdict = concluded(project)
    assert [lost.partition(":")[0] for lost in record.lost] == ["the spec could not be read"]
    assert (verdict.word, verdict.blame) == ("INCONCLUSIVE", "audit")
    assert "the spec could not be read" in str(verdict.partial_because)


def test_without_the_spec_a_fail_stays_a_fail(project: Path) -> None:
    shutil.rmtree(project / "openspec")
    _, verdict = concluded(project, lambda name: "fail" if name == "Spec pack is present" else "pass")
    assert verdict.word == "NOT READY"


def test_a_spec_without_scenarios_is_no_spec(project: Path) -> None:
    record = PlanOnRecord(spec_scenarios=(), plan=read_plan(project / "features"))
    assert record.lost == ("the spec could not be read: it names no scenario",)


def test_a_plan_of_one_feature_without_the_spec_names_what_is_gone(project: Path) -> None:
    shutil.rmtree(project / "openspec")
    for file in (project / "features").iterdir():
        if not file.name.startswith("2_"):
            file.unlink()
    record, verdict = concluded(project)
    assert verdict.word == "INCONCLUSIVE"
    assert REAL in record.lost[1]
    assert UP in record.lost[1]


@pytest.mark.parametrize(("tag", "name", "whose"), [("stata", REAL, "spec"), ("started", UP, "audit")])
def test_what_moves_the_verdict_can_t_be_made_an_advisory(project: Path, tag: str, name: str, whose: str) -> None:
    changed(
        project, "3_real_dependencies.feature", f"@must @{tag}\n  Scenario: {name}", f"@advisory @{tag}\n  Scenario: {name}"
    )
    record, verdict = concluded(project, lambda n: "fail" if n == name else "pass")
    assert record.lost == (f"the {whose}'s scenario “{name}” is not @must in the features",)
    assert (verdict.word, verdict.blame) == ("INCONCLUSIVE", "audit")


@pytest.mark.parametrize(("name", "whose"), [(REAL, "spec"), (UP, "audit")])
@pytest.mark.parametrize("how", ["renamed", "twice"])
def test_each_is_planned_exactly_once(project: Path, name: str, whose: str, how: str) -> None:
    if how == "renamed":
        changed(project, "3_real_dependencies.feature", f"Scenario: {name}", "Scenario: Another")
    else:
        changed(project, "2_inventory.feature", "Scenario: Do-template library chain is classified as wired or not",
                f"Scenario: {name}")  # fmt: skip
    record, verdict = concluded(project)
    assert any(lost.startswith(f"the features do not have the {whose}'s scenario") and name in lost for lost in record.lost)
    assert verdict.word == "INCONCLUSIVE"


def test_advisory_scenarios_need_not_be_there(project: Path) -> None:
    changed(project, "4_journey.feature", "Scenario: SS's answers are plain", "Scenario: Another")
    assert concluded(project)[0].lost == ()


def test_the_scenarios_of_checks_that_move_the_verdict_are_on_record(project: Path) -> None:
    wanted = {check.scenario for check in all_checks().values() if not check.advisory}
    assert set(concluded(project)[0].judged_scenarios) == wanted


def test_a_plan_of_before_is_still_read(project: Path) -> None:
    old = concluded(project)[0].model_dump(mode="json", exclude={"judged_scenarios"})
    assert PlanOnRecord.model_validate(old).lost == ()


def test_what_was_said_and_what_was_left_come_first() -> None:
    said = Trouble(what="interrupted", blame="operator")
    assert gap(said, "left", ("lost",), ()) == said
    assert gap(None, "left", ("lost",), ()) == Trouble(what="left", blame="audit")
    assert gap(None, None, ("lost", "more"), ()) == Trouble(what="lost; more", blame="audit")
    assert gap(None, None, (), ()) is None
