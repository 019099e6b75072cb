"""A selection is a part of the audit: what it runs ends as in the whole run, and the whole is not READY for it."""

from concurrent.futures import Future
from pathlib import Path

import pytest

from .conftest import NAMES, Runner
from .running import Ended


def judged(run: Ended, name: str) -> dict[str, str]:
    (scenario,) = [s for s in run.verdict["scenarios"] if s["name"] == name]
    return {"scenario": scenario["outcome"], **{check["id"]: check["outcome"] for check in scenario["checks"]}}


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_alone_ends_as_in_the_whole_run(whole: Ended, alone: dict[str, Future[Ended]], name: str) -> None:
    run = alone[name].result()
    assert judged(run, name) == judged(whole, name)
    assert {n for n, outcome in run.outcomes.items() if outcome != "not_run"} == {name}
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "operator"), run.said
    assert run.verdict["partial"]
    assert (run.left_running, run.left_lying) == ((), ())
    assert run.events[-1]["type"] == "verdict"


@pytest.mark.parametrize(
    ("program", "selection", "told"),
    [
        (("behave",), ("--tags=@nothing",), "--tags=@nothing"),
        (("ss-audit", "run"), ("-n", "no such name"), '-n "no such name"'),
    ],
)
def test_what_nothing_fits_is_no_pass_and_starts_nothing(
    carry_out: Runner, program: tuple[str, ...], selection: tuple[str, ...], told: str
) -> None:
    run = carry_out(*program, *selection)
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "operator")
    assert set(run.outcomes.values()) == {"not_run"}
    assert run.verdict["rehearsal"]["as_expected"] is False
    assert f"Nothing is started: no scenario fits the selection {told}" in run.said
    assert f"because no scenario fits the selection {told}" in " ".join(run.said.split())
    assert "SS is up" not in run.said
    assert [event for event in run.events if event["type"] == "evidence"] == []


def test_a_dry_run_is_no_pass(carry_out: Runner) -> None:
    run = carry_out("behave", "--dry-run")
    assert (run.code, run.verdict["blame"]) == (2, "operator")
    assert set(run.outcomes.values()) == {"not_run"}
    assert "dry run" in run.said


def test_a_selection_by_tag_through_ss_audit(carry_out: Runner) -> None:
    run = carry_out("ss-audit", "run", "--tags=@spec_pack")
    assert (run.code, run.verdict["verdict"]) == (2, "INCONCLUSIVE")
    assert run.passed == {"Spec pack is present"}
    assert f"{len(NAMES) - 1} further scenarios" in run.said


@pytest.mark.parametrize("path", ["features/1_spec_pack.feature", "features/1_spec_pack.feature:6"])
def test_a_selection_by_file_or_line(carry_out: Runner, path: str) -> None:
    run = carry_out("behave", path)
    assert (run.code, run.verdict["blame"], run.passed) == (2, "operator", {"Spec pack is present"}), run.said
    assert any((run.folder / "junit").glob("TESTS-*spec_pack.xml"))


def test_reports_of_ones_own_come_on_top(carry_out: Runner, tmp_path: Path) -> None:
    mine = ("-f", "allure_behave.formatter:AllureFormatter", "-o", str(tmp_path / "allure"), "-f", "plain")
    run = carry_out("behave", "--tags=@spec_pack", *mine, "--junit", "--junit-directory", str(tmp_path / "junit"))
    assert run.verdict["blame"] == "operator", run.said
    assert len(list((tmp_path / "allure").glob("*-result.json"))) == 1
    assert len(list((run.folder / "allure-results").glob("*-result.json"))) == len(NAMES), "what was not run is shown too"
    assert any((tmp_path / "junit").iterdir())
    assert any((run.folder / "junit").iterdir())


def test_wrong_columns_make_the_audit_point_fail(carry_out: Runner) -> None:
    only = "^(The frozen parameters are the ones that were asked for|Missing parameters yield structured errors)$"
    run = carry_out("behave", "-n", only, environment={"SS_REHEARSAL_FAULT": "outcome-and-regressor-swapped"})
    assert run.outcomes["Missing parameters yield structured errors"] == "pass"
    assert run.verdict["audit_points"]["parameter_binding"] == "fail", run.said
