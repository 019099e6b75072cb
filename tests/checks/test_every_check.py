"""The tables of this folder are whole: each check has something that passes and something that does not."""

from collections import defaultdict

import pytest

from checks import (
    test_artifacts,
    test_drafted,
    test_inventory_and_library,
    test_journey,
    test_llm,
    test_manners,
    test_missing,
    test_own_data,
    test_plan,
    test_redeem,
    test_selection,
    test_started,
    test_stata,
)
from ss_audit.checks.judgement import Check, Judgement, _registry, check, judged, not_evidenced, not_reached
from ss_audit.every_check import all_checks
from ss_audit.evidence.seen import Conclusions, Journey, StackSeen, SurfacesSeen

TABLES = (
    test_artifacts, test_drafted, test_inventory_and_library, test_journey, test_llm, test_manners, test_missing, test_own_data,
    test_plan, test_redeem, test_selection, test_started, test_stata,
)  # fmt: skip
CASES = [case for table in TABLES for case in table.CASES]
MAY_ONLY_STATE = {"library.chain_is_classified", "library.boundary_is_named", "inventory.unversioned_routes_are_listed"}
"""The spec asks for a statement with evidence; without one these end not evidenced, and nothing that SS does fails them."""


@pytest.mark.parametrize("one", all_checks().values(), ids=lambda one: one.id)
def test_it_can_pass_and_it_can_end_otherwise(one: Check) -> None:
    outcomes = {case.outcome for case in CASES if case.check.id == one.id}
    assert "pass" in outcomes
    if one.id in MAY_ONLY_STATE or one.id == "started.start_commands_are_known":
        assert "not_evidenced" in outcomes
    else:
        assert "fail" in outcomes


def test_each_row_has_a_name_of_its_own() -> None:
    names = defaultdict(list)
    for case in CASES:
        names[case.check.id].append(case.what)
    assert {check: what for check, what in names.items() if len(what) != len(set(what))} == {}


def made(function: object) -> Check:
    return Check("x.y", "S", "spec", "expected", "impact", "fix", (Conclusions,), function)  # type: ignore[arg-type]


def test_a_check_that_crashes_is_our_error() -> None:
    def crashes(_: Conclusions) -> Judgement:
        raise RuntimeError("oh")

    finding = made(crashes).judge(test_stata.concluded())
    assert (finding.outcome, finding.blame, "oh" in finding.saw) == ("error", "audit", True)


def test_a_judgement_that_rests_on_nothing_is_our_error() -> None:
    finding = made(lambda _: judged(True, expected="e", saw="s", evidence=[])).judge(test_stata.concluded())
    assert (finding.outcome, finding.blame) == ("error", "audit")


def test_what_is_not_reached_keeps_its_cause_and_evidence() -> None:
    finding = made(lambda _: not_reached("never", "a.b", ["E1"])).judge(test_stata.concluded())
    assert (finding.outcome, finding.because, finding.evidence) == ("not_evidenced", "a.b", ("E1",))
    assert not finding.is_root


def test_a_fix_is_given_where_something_is_to_fix() -> None:
    passed = made(lambda _: judged(True, expected="e", saw="s", evidence=["E1"], fix="own")).judge(test_stata.concluded())
    failed = made(lambda _: judged(False, expected="e", saw="s", evidence=["E1", "E1"])).judge(test_stata.concluded())
    other = made(lambda _: not_evidenced(expected="e", saw="s", evidence=["E1"], fix="own")).judge(test_stata.concluded())
    assert [passed.fix, failed.fix, other.fix] == ["", "fix", "own"]
    assert failed.evidence == ("E1",)
    assert {StackSeen, SurfacesSeen, Journey}


def test_two_checks_of_one_name_are_refused() -> None:
    texts = {"scenario": "S", "spec": "s", "expected": "e", "impact": "i", "fix": "f"}

    def twice(_: Conclusions) -> Judgement:
        return judged(True, expected="e", saw="s", evidence=["E1"])

    try:
        assert not check(**texts)(twice).advisory
        with pytest.raises(ValueError, match="two checks are called"):
            check(**texts)(twice)
    finally:
        _registry.pop("test_every_check.twice", None)


def test_what_could_not_be_looked_at_is_an_error_with_its_blame() -> None:
    finding = made(lambda _: judged(True, expected="e", saw="s", evidence=["E1"])).could_not_look("no Docker", "operator", "E7")
    assert (finding.outcome, finding.saw, finding.blame, finding.evidence) == ("error", "no Docker", "operator", ("E7",))
    assert finding.check == "x.y"
