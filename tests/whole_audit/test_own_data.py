"""With a data set of the operator's own there is one scenario more, in every report; without it nothing tells of it."""

import json
from pathlib import Path

import pytest

from ss_audit.verify.examination import verified
from ss_audit.verify.page import page

from .conftest import NAMES, Runner
from .running import ROOT, Ended, run

SCENARIO = "The operator's own data go the whole way"
DELIVERIES = "rehearsal/faults/data/deliveries.csv"
ALONE = f"^{SCENARIO}$"


@pytest.fixture(scope="module")
def with_data(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """A whole rehearsal with a data set of the operator's own."""
    return run(tmp_path_factory.mktemp("own"), "ss-audit", "rehearse", settings={"dataset": DELIVERIES}, views=True)


def shown_in_allure(ended: Ended) -> dict[str, str]:
    results = [json.loads(file.read_text("utf-8")) for file in (ended.folder / "allure-results").glob("*-result.json")]
    return {result["name"]: result["status"] for result in results}


def planned(ended: Ended) -> list[str]:
    plan = json.loads((ended.folder / "bundle" / "data" / "plan.json").read_text("utf-8"))
    return [scenario["name"] for scenario in plan["plan"]["scenarios"]]


def checks(ended: Ended) -> dict[str, tuple[str, str]]:
    (scenario,) = [s for s in ended.verdict["scenarios"] if s["name"] == SCENARIO]
    return {check["id"].partition(".")[2]: (check["outcome"], check["saw"]) for check in scenario["checks"]}


def test_a_whole_rehearsal_with_it_goes_as_it_must(with_data: Ended) -> None:
    assert with_data.code == 0, with_data.said
    assert with_data.verdict["rehearsal"] == {"as_expected": True, "deviations": []}
    assert not with_data.verdict["partial"]
    assert set(with_data.outcomes) == {*NAMES, SCENARIO} == set(planned(with_data))
    assert shown_in_allure(with_data).keys() == set(planned(with_data))
    assert (with_data.outcomes[SCENARIO], shown_in_allure(with_data)[SCENARIO]) == ("pass", "passed")
    assert {outcome for outcome, _ in checks(with_data).values()} == {"pass"}
    assert "119 of 119" in checks(with_data)["the_numbers_are_theirs"][1]
    assert SCENARIO in (with_data.folder / "run-log.md").read_text("utf-8")


def test_its_bundle_verifies_and_holds_the_data_as_they_are(with_data: Ended) -> None:
    seen = verified(with_data.folder / "bundle")
    assert seen.holds, page(seen)
    kept = with_data.folder / "bundle" / "data" / "inputs" / "deliveries.csv"
    assert kept.read_bytes() == (ROOT / DELIVERIES).read_bytes()


def test_without_it_nothing_tells_of_it(whole: Ended) -> None:
    assert planned(whole) == list(NAMES)
    assert SCENARIO not in whole.outcomes
    assert SCENARIO not in shown_in_allure(whole)
    assert SCENARIO not in whole.said
    junit = "".join(file.read_text("utf-8") for file in (whole.folder / "junit").glob("*.xml"))
    assert "own data go" not in junit


def test_it_runs_alone_as_every_other(carry_out: Runner) -> None:
    ended = carry_out("behave", "-n", ALONE, settings={"dataset": DELIVERIES})
    assert (ended.code, ended.verdict["blame"], ended.passed) == (2, "operator", {SCENARIO})
    assert len(ended.outcomes) == len(NAMES) + 1


@pytest.mark.parametrize("selection", [("-n", ALONE), ("--tags=@own_data",), ("features/4_journey.feature:{line}",)])
def test_who_selects_it_without_data_is_told_why_it_is_not_there(carry_out: Runner, selection: tuple[str, ...]) -> None:
    lines = (ROOT / "features" / "4_journey.feature").read_text("utf-8").splitlines()
    line = next(n for n, text in enumerate(lines, 1) if SCENARIO in text)
    ended = carry_out("behave", *(word.format(line=line) for word in selection))
    why = f"“{SCENARIO}” is planned only where dataset is given"
    assert (ended.code, ended.verdict["verdict"], ended.verdict["blame"]) == (2, "INCONCLUSIVE", "operator")
    assert f"Not in this audit: {why}" in ended.said
    assert why in ended.verdict["partial_because"]
    assert set(ended.outcomes) == set(NAMES)
    assert set(ended.outcomes.values()) == {"not_run"}


def test_an_ss_that_loses_rows_of_them_fails_and_the_verdict_stands(carry_out: Runner) -> None:
    broken = {"SS_REHEARSAL_FAULT": "long-data-lose-rows"}
    ended = carry_out("ss-audit", "run", "-n", ALONE, settings={"dataset": DELIVERIES}, environment=broken)
    assert ended.outcomes[SCENARIO] == "fail"
    assert checks(ended)["the_numbers_are_theirs"] == (
        "fail",
        "41 of 119 printed numbers as recomputed; count prints 200, computed 240.0",
    )
    assert ended.verdict["verdict"] == "INCONCLUSIVE", "an advisory moves no verdict"
    assert [advice["check"] for advice in ended.verdict["advisories"]] == ["own_data.the_numbers_are_theirs"]


def test_data_that_cannot_be_audited_are_refused_before_anything_starts(carry_out: Runner, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("a;b\n1;2\n", "utf-8")
    ended = carry_out("ss-audit", "rehearse", settings={"dataset": str(tmp_path / "data.csv"), "seeed": "1"})
    assert ended.code == 2
    assert "not separated by commas: save it with commas" in ended.said
    assert "unknown setting 'seeed'" in ended.said
    assert not ended.reports.exists()
