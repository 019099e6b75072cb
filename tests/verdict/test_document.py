"""What `verdict.json` holds, field by field: pipelines and people read it, so nothing in it may go astray unnoticed."""

from ss_audit.verdict import audit_points, decide, deviations, document
from verdict.test_decide import finding, scenario
from verdict.test_findings import BOTH, STATA

BROKEN = finding("fail", "plan.names_its_template", saw="no template").model_copy(update={"advisory": "read this"})
SAID = {
    "id": "plan.names_its_template", "outcome": "fail", "strength": "observed", "spec": "x", "rule": "", "expected": "e",
    "saw": "no template", "because": None, "evidence": ["E1"], "fix": "f",
}  # fmt: skip
AS_A_BLOCKER = {
    "scenario": "S", "check": "plan.names_its_template", "what": "expected e; saw no template", "impact": "i", "fix": "f",
    "evidence": ["E1"],
}  # fmt: skip


def test_the_whole_document() -> None:
    scenarios = [
        scenario("fail", "S", findings=(BROKEN,)),
        scenario("not_evidenced", "Aside", must=False, findings=(finding("not_evidenced", "a.b"),)),
    ]
    verdict = decide(scenarios, "production", "it was interrupted", "operator")
    assert document({"run_id": "r1"}, verdict, scenarios, {"stata": "ABSENT"}) == {
        "schema": "ss-audit/verdict/1",
        "run_id": "r1",
        "verdict": "NOT READY",
        "blame": None,
        "partial_because": "it was interrupted",
        "partial": True,
        "reason": "broke the spec: S",
        "scenarios": [
            {"id": "S", "name": "S", "requirement": "R", "must": True, "outcome": "fail", "reason": "r", "checks": [SAID]},
            {
                "id": "Aside", "name": "Aside", "requirement": "R", "must": False, "outcome": "not_evidenced", "reason": "r",
                "checks": [SAID | {"id": "a.b", "outcome": "not_evidenced", "saw": "s"}],
            },
        ],
        "audit_points": audit_points(scenarios),
        "blockers": [AS_A_BLOCKER],
        "advisories": [
            AS_A_BLOCKER | {"check": "a.b", "what": "expected e; saw s"},
            AS_A_BLOCKER | {"what": "read this"},
        ],
        "stata": "ABSENT",
    }  # fmt: skip


def test_the_four_points_have_the_names_that_others_know() -> None:
    assert set(audit_points([])) == {"template_selection", "parameter_binding", "dependency_handling", "artifact_contract"}
    assert set(audit_points([]).values()) == {"not judged"}


def test_an_empty_plan_says_so() -> None:
    assert decide([], "production").reason == "nothing was planned"


def test_whose_fault_a_part_is_counts_only_where_there_is_a_part() -> None:
    failed = scenario("error", findings=(finding("error", blame="environment"),))
    assert decide([failed], "production", None, "audit").blame == "environment"


def test_only_what_broke_the_spec_is_named_for_it() -> None:
    told = decide(
        [scenario("fail", "Broken"), scenario("not_run", "Left out"), scenario("error", "Unseen")], "production"
    ).reason
    assert told == "broke the spec: Broken"


def test_a_scenario_that_should_have_passed_deviates_once() -> None:
    failed = scenario("fail", "Other", findings=(finding("fail", "a.b"), finding("not_evidenced", "a.c")))
    assert [d for d in deviations([failed], ()) if d.startswith("Other")] == ["Other: expected pass, was fail (r)"]


def test_a_part_that_stands_in_may_break_nothing_else() -> None:
    real = (finding("fail", "stata.log", saw="no log"), finding("not_evidenced", "real", saw="the rehearsal Stata ran"))
    found = [d for d in deviations([scenario("not_evidenced", STATA, findings=real)], BOTH) if d.startswith(STATA)]
    assert found == [f"{STATA}: stata.log was fail (no log)"]


def test_what_broke_the_spec_comes_first_among_the_blockers() -> None:
    """The page, the run log and Allure list them in this order too."""
    found = [finding(outcome, f"a.{outcome}") for outcome in ("not_evidenced", "error", "fail")]
    scenarios = [scenario("fail", "S", findings=tuple(found))]
    blockers = document({}, decide(scenarios, "production"), scenarios, {})["blockers"]
    assert [b["check"] for b in blockers] == ["a.fail", "a.error", "a.not_evidenced"]
