"""A fault is killed for the right reason only: each wrong reason, one at a time, is not enough."""

from typing import Any

import pytest

from ss_audit.faults.judging import judged, judged_sound, roots

from .rows import CHECK, SCENARIO, ended, fault, finding, variant


def test_killed_by_the_declared_check_with_the_faulty_value_and_verdict() -> None:
    row = judged(fault(), ended(finding()))
    assert (row.killed, row.killed_by, row.why_not) == (True, CHECK, None)
    assert row.cells == {SCENARIO: "fail"}
    assert row.noticed == (CHECK,)
    assert row.seconds == 3.0


@pytest.mark.parametrize(
    ("declared", "run", "why"),
    [
        ({}, ended(finding(outcome="pass"), word="READY", code=0), "came to pass"),
        ({}, ended(), "was not judged; noticed by nothing"),
        ({}, ended(finding(id="plan.other")), "was not judged; noticed by plan.other"),
        ({}, ended(finding(because="journey.plan_is_frozen")), "came to fail because of journey.plan_is_frozen"),
        ({}, ended(finding(saw="a list of templates")), "saw something else: a list of templates"),
        ({"scenario": "Another"}, ended(finding()), "belongs to “Plan freeze”"),
        ({}, ended(finding(), word="INCONCLUSIVE", blame="audit", code=2), "the verdict is INCONCLUSIVE (blame: audit)"),
        ({}, ended(finding(), blame="environment"), "not NOT READY"),
        (
            {"verdict": "INCONCLUSIVE", "blame": "environment"},
            ended(finding(outcome="error"), word="INCONCLUSIVE", blame="operator", code=2),
            "not INCONCLUSIVE (blame: environment)",
        ),
        ({}, ended(finding(), code=0), "the exit code is 0"),
        ({}, ended(finding(), verified="judged again the verdict is READY"), "judged again the verdict is READY"),
        ({}, ended(finding(), verdict={}, code=2, last_words="no such module"), "no verdict (exit code 2): no such module"),
    ],
    ids=[
        "passed", "not judged", "another check", "a consequence", "another value", "another scenario", "another verdict",
        "a blame too many", "another blame", "another exit code", "another verdict from the same evidence", "no verdict",
    ],
)  # fmt: skip
def test_not_killed_for_a_wrong_reason(declared: dict[str, Any], run: Any, why: str) -> None:
    row = judged(fault(**declared), run)
    assert (row.killed, row.killed_by) == (False, None)
    assert row.why_not is not None
    assert why in row.why_not


def test_what_could_not_be_looked_at_noticed_nothing() -> None:
    run = ended(finding(), finding(id="plan.other", outcome="not_evidenced"), finding(id="plan.third", outcome="error"))
    assert judged(fault(), run).noticed == (CHECK, "plan.other")


def test_a_defect_that_just_keeps_us_from_looking_is_noticed_by_that() -> None:
    declared = fault(verdict="INCONCLUSIVE", blame="environment")
    run = ended(
        finding(outcome="error"), finding(id="plan.third", outcome="error"), word="INCONCLUSIVE", blame="environment", code=2
    )
    row = judged(declared, run)
    assert row.killed
    assert row.noticed == (CHECK,)


def test_what_any_rehearsal_has_notices_nothing() -> None:
    scenario = "Real Stata runner is evidenced"
    declared = finding(id="stata.the_runner_is_real", outcome="not_evidenced", saw="the rehearsal Stata ran, as declared")
    verdict = {"scenarios": [{"name": scenario, "outcome": "not_evidenced", "checks": [declared]}]}
    assert roots(verdict) == ()
    declared["outcome"] = "fail"
    assert [root.check for root in roots(verdict)] == ["stata.the_runner_is_real"]


def test_a_sound_variant_must_be_judged_as_the_original_is() -> None:
    good: dict[str, Any] = {"verdict": "NOT READY", "rehearsal": {"as_expected": True, "deviations": []}}
    assert judged_sound(variant(), ended(verdict=good, code=0)).as_expected
    alarmed = {"verdict": "NOT READY", "rehearsal": {"as_expected": False, "deviations": ["Plan freeze: expected pass"]}}
    row = judged_sound(variant(), ended(verdict=alarmed))
    assert (row.as_expected, row.deviations) == (False, ("Plan freeze: expected pass",))
    assert not judged_sound(variant(), ended(verdict=good, code=1)).as_expected
    assert not judged_sound(variant(), ended(verdict={}, code=2)).as_expected
    assert not judged_sound(variant(), ended(verdict=good, code=0, verified="a digest differs")).as_expected
