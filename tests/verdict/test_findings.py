"""Roots, deviations of a rehearsal, audit points, and the document."""

from pathlib import Path

import pytest

from ss_audit.plan import read_plan
from ss_audit.verdict import (
    AUDIT_POINT_SCENARIOS,
    AUDIT_POINTS,
    STANDS_IN,
    audit_points,
    decide,
    deviations,
    document,
    roots,
    settle,
)
from verdict.test_decide import finding, scenario

ROOT = Path(__file__).parents[2]
STATA, LLM = STANDS_IN["rehearsal Stata"], STANDS_IN["rehearsal LLM"]
BOTH = ("reference SS", "rehearsal Stata", "rehearsal LLM")


def causes(*found: object) -> dict[str, str | None]:
    return {f.check: f.because for f in settle(found)}  # type: ignore[arg-type]


def test_a_consequence_of_a_root_is_no_root() -> None:
    found = settle([finding("fail", "root"), finding("not_evidenced", "next", because="root")])
    assert [f.check for f in roots(found)] == ["root"]


def test_a_chain_leads_to_its_root() -> None:
    chain = [finding("fail", "a"), finding("not_evidenced", "b", because="a"), finding("not_evidenced", "c", because="b")]
    assert [f.check for f in roots(settle(reversed(chain)))] == ["a"]


def test_because_of_what_was_never_judged_is_a_root() -> None:
    assert causes(finding("not_evidenced", "b", because="never")) == {"b": None}


def test_because_of_what_passed_is_a_root() -> None:
    assert causes(finding("pass", "a"), finding("not_evidenced", "b", because="a"))["b"] is None


def test_because_of_itself_or_in_a_ring_is_a_root() -> None:
    assert causes(finding("fail", "a", because="a")) == {"a": None}
    assert None in causes(finding("fail", "a", because="b"), finding("fail", "b", because="a")).values()


def test_a_chain_that_ends_nowhere_loses_no_gap() -> None:
    found = settle([finding("not_evidenced", "b", because="never"), finding("not_evidenced", "c", because="b")])
    assert "b" in {f.check for f in roots(found)}


def test_what_passed_is_no_root() -> None:
    assert roots(settle([finding("pass", "a"), finding("error", "b")]))[0].check == "b"


def rehearsed(
    *, stata: str = "rehearsal Stata", llm: str = "rehearsal LLM", stata_outcome: str = "not_evidenced"
) -> tuple[str, ...]:
    real = (finding("pass", "log"), finding(stata_outcome, "real", saw=f"the {stata} ran, as declared"))
    scenarios = [
        scenario("not_evidenced" if stata_outcome == "not_evidenced" else stata_outcome, STATA, findings=real),
        scenario("not_evidenced", LLM, findings=(finding("not_evidenced", "p", saw=f"the {llm} answered"),)),
        scenario("pass", "Other"),
    ]
    return deviations(scenarios, BOTH)


def test_a_rehearsal_that_went_as_it_must() -> None:
    assert rehearsed() == ()


def test_a_stand_in_that_passes_is_a_deviation() -> None:
    assert "was pass" in " ".join(rehearsed(stata_outcome="pass"))
    assert "was fail" in " ".join(rehearsed(stata_outcome="fail"))


def test_a_stand_in_that_is_not_named_is_a_deviation() -> None:
    assert rehearsed(stata="something") != ()
    assert rehearsed(llm="something") != ()


def test_anything_else_has_to_pass() -> None:
    for outcome in ("fail", "not_evidenced", "error", "not_run"):
        assert deviations([scenario(outcome, "Other")], ("reference SS",)) != ()
        assert deviations([scenario(outcome, "Other", must=False)], ("reference SS",)) != ()
    assert deviations([scenario("pass", "Other")], ("reference SS",)) == ()


def test_a_real_part_has_to_pass_too() -> None:
    one = scenario("not_evidenced", LLM, findings=(finding("not_evidenced", "p", saw="the rehearsal LLM answered"),))
    assert deviations([scenario("not_evidenced", STATA), one], ("rehearsal LLM",)) != ()


def test_what_was_not_planned_is_a_deviation() -> None:
    assert deviations([], ("reference SS",)) != ()
    assert deviations([scenario("pass", "Other")], BOTH) != ()


def test_audit_points_pass_fail_or_stay_open() -> None:
    template, package, artifacts = (names[0] for names in AUDIT_POINTS.values() if len(names) == 1)
    seen = [scenario("pass", template), scenario("fail", package), scenario("not_evidenced", artifacts)]
    assert list(audit_points(seen).values()) == ["pass", "not judged", "fail", "not judged"]
    assert set(audit_points([]).values()) == {"not judged"}
    assert set(audit_points([scenario("error", n) for n in AUDIT_POINT_SCENARIOS]).values()) == {"not judged"}
    assert set(audit_points([scenario("pass", n) for n in AUDIT_POINT_SCENARIOS]).values()) == {"pass"}


@pytest.mark.parametrize(
    ("bound", "refused", "conclusion"),
    [
        ("pass", "pass", "pass"), ("fail", "pass", "fail"), ("pass", "fail", "fail"), ("fail", "fail", "fail"),
        ("pass", "not_evidenced", "not judged"), ("not_run", "pass", "not judged"), ("error", "fail", "fail"),
        (None, "pass", "not judged"), ("pass", None, "not judged"),
    ],
)  # fmt: skip
def test_binding_passes_only_when_what_is_bound_and_what_is_refused_is_right(
    bound: str | None, refused: str | None, conclusion: str
) -> None:
    seen = [
        scenario(said, name) for said, name in zip((bound, refused), AUDIT_POINTS["parameter_binding"], strict=True) if said
    ]
    assert audit_points(seen)["parameter_binding"] == conclusion


def test_the_point_about_binding_rests_on_both_scenarios_of_the_features() -> None:
    assert AUDIT_POINTS["parameter_binding"] == (
        "The frozen parameters are the ones that were asked for",
        "Missing parameters yield structured errors",
    )
    assert {scenario.name for scenario in read_plan(ROOT / "features").scenarios} >= AUDIT_POINT_SCENARIOS


def test_the_document() -> None:
    told = finding("pass", "c").model_copy(update={"advisory": "by the way"})
    seen = [
        scenario("fail", "A", findings=(finding("fail", "a"), finding("not_evidenced", "b", because="a"), told)),
        scenario("fail", "B", must=False, findings=(finding("fail", "d"),)),
    ]
    verdict = decide(seen, "production")
    made = document({"run_id": "r"}, verdict, seen, {"evidence_head": "sha256:x"})
    assert (made["schema"], made["verdict"], made["partial"], made["blame"]) == ("ss-audit/verdict/1", "NOT READY", False, None)
    assert [b["check"] for b in made["blockers"]] == ["a"]
    assert [a["check"] for a in made["advisories"]] == ["d", "c"]
    assert made["advisories"][1]["what"] == "by the way"
    assert [c["id"] for c in made["scenarios"][0]["checks"]] == ["a", "b", "c"]
    assert made["scenarios"][0]["checks"][1]["because"] == "a"
    assert set(made["blockers"][0]) == {"scenario", "check", "what", "impact", "fix", "evidence"}
    assert made["evidence_head"] == "sha256:x"


def test_no_gap_is_lost_when_its_cause_belongs_to_a_scenario_that_was_not_run() -> None:
    seen = [
        scenario("not_evidenced", "A", findings=(finding("not_evidenced", "b", because="of.another"),)),
        scenario("not_run", "B"),
    ]
    made = document({}, decide(seen, "production"), seen, {})
    assert [b["check"] for b in made["blockers"]] == ["b"]


def test_no_gap_is_lost_when_its_cause_is_an_advisory() -> None:
    seen = [
        scenario("not_evidenced", "A", findings=(finding("not_evidenced", "b", because="d"),)),
        scenario("fail", "B", must=False, findings=(finding("fail", "d"),)),
    ]
    assert [b["check"] for b in document({}, decide(seen, "production"), seen, {})["blockers"]] == ["b"]
