"""The verdict's table (design, section 4), row by row, mixed rows included."""

from itertools import combinations_with_replacement, product
from typing import Any, Literal

import pytest

from ss_audit.checks.judgement import Blame, Finding
from ss_audit.verdict import EXIT_CODES, ScenarioResult, decide, scenario_outcome

Profile = Literal["rehearsal", "production"]
OUTCOMES = ("pass", "fail", "not_evidenced", "error", "not_run", "something new")


def finding(
    outcome: str, check: str = "a.b", because: str | None = None, blame: Blame | None = None, saw: str = "s"
) -> Finding:
    values: dict[str, Any] = {"outcome": "pass", "expected": "e", "saw": saw, "check": check, "scenario": "S", "spec": "x"}
    whole = Finding(**values, because=because, blame=blame, impact="i", fix="f", evidence=("E1",))
    return whole.model_copy(update={"outcome": outcome})


def scenario(outcome: str, name: str = "S", must: bool = True, findings: tuple[Finding, ...] = ()) -> ScenarioResult:
    whole = ScenarioResult(id=name, name=name, requirement="R", must=must, outcome="pass", reason="r", findings=findings)
    return whole.model_copy(update={"outcome": outcome})


def expected(outcomes: tuple[str, ...], profile: Profile, partial: bool) -> str:
    """The table, written down a second time: the first line that applies."""
    table = (
        ("fail" in outcomes, "NOT READY"),
        (bool({"error", "not_run", "something new"} & set(outcomes)), "INCONCLUSIVE"),
        (partial or not outcomes, "INCONCLUSIVE"),
        ("not_evidenced" in outcomes, "NOT READY"),
        (profile == "production", "READY"),
    )
    return next((word for applies, word in table if applies), "NOT READY")


MIXED = [row for size in range(4) for row in combinations_with_replacement(OUTCOMES, size)]


@pytest.mark.parametrize("profile", ["rehearsal", "production"])
@pytest.mark.parametrize("partial", [False, True])
def test_every_row(profile: Profile, partial: bool) -> None:
    for outcomes in MIXED:
        for order in (outcomes, tuple(reversed(outcomes))):
            verdict = decide([scenario(o) for o in order], profile, "it was interrupted" if partial else None)
            assert verdict.word == expected(order, profile, partial), (order, verdict)
            assert (verdict.blame is not None) == (verdict.word == "INCONCLUSIVE")
            assert verdict.reason


def test_ready_is_production_complete_and_every_must_passed() -> None:
    for profile, partial, outcome in product(("rehearsal", "production"), (None, "a selection"), OUTCOMES):
        word = decide([scenario("pass"), scenario(outcome)], profile, partial).word  # type: ignore[arg-type]
        assert (word == "READY") == (profile == "production" and partial is None and outcome == "pass")


def test_advisories_never_move_the_verdict() -> None:
    for outcome in OUTCOMES:
        assert decide([scenario("pass"), scenario(outcome, must=False)], "production").word == "READY"
    assert decide([scenario("pass", must=False)], "production").word == "INCONCLUSIVE"


def test_the_verdict_names_the_scenarios_that_decided_it() -> None:
    told = decide([scenario("fail", "A"), scenario("pass", "B"), scenario("fail", "C")], "production").reason
    assert ("A" in told, "B" in told, "C" in told) == (True, False, True)
    assert "N" in decide([scenario("not_evidenced", "N")], "production").reason
    assert "X" in decide([scenario("not_run", "X")], "production").reason


def test_a_partial_run_says_so_whatever_its_word() -> None:
    assert decide([scenario("fail")], "production", "a selection", "operator").partial_because == "a selection"
    assert decide([scenario("pass")], "production", "a selection", "operator").reason == "a selection"


@pytest.mark.parametrize(
    ("blames", "of_partial", "whose"),
    [
        ((), None, "operator"),
        (("environment",), None, "environment"),
        (("operator",), None, "operator"),
        (("environment", "audit"), None, "audit"),
        (("operator", "environment"), None, "environment"),
        ((), "operator", "operator"),
        ((), "audit", "audit"),
        (("environment",), "operator", "environment"),
        (("audit",), "operator", "audit"),
        (("environment",), "audit", "audit"),
    ],
)
def test_blame(blames: tuple[Blame, ...], of_partial: Blame | None, whose: str) -> None:
    scenarios = [scenario("error", f"S{i}", findings=(finding("error", blame=b),)) for i, b in enumerate(blames)]
    reason = "it is partial" if of_partial else None
    assert decide([*scenarios, scenario("not_run")], "production", reason, of_partial).blame == whose


def test_blame_of_what_did_not_err_does_not_count() -> None:
    odd = scenario("error", findings=(finding("pass", blame="audit"), finding("error", blame="environment")))
    assert decide([odd], "production").blame == "environment"


def test_exit_codes() -> None:
    assert EXIT_CODES == {"READY": 0, "NOT READY": 1, "INCONCLUSIVE": 2}
    assert [decide([scenario(o)], "production").exit_code for o in ("pass", "fail", "error")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("outcomes", "whole"),
    [
        ((), "error"),
        (("pass",), "pass"),
        (("pass", "not_evidenced"), "not_evidenced"),
        (("not_evidenced", "error"), "error"),
        (("error", "fail", "pass"), "fail"),
        (("not_evidenced", "something new"), "error"),
        (("pass", "something new"), "error"),
        (("something new", "fail"), "fail"),
    ],
)
def test_a_scenario_is_what_its_checks_are(outcomes: tuple[str, ...], whole: str) -> None:
    assert scenario_outcome([finding(o) for o in outcomes]) == whole
    assert scenario_outcome([finding(o) for o in reversed(outcomes)]) == whole
