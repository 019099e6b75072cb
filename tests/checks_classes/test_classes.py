"""The class of Stata and of the provider, row by row: what one reads first in a verdict must not say more than was shown."""

import pytest

from ss_audit.checks import classes, llm, stata
from ss_audit.checks.classes import ProofClass, llm_class, stata_class
from ss_audit.checks.judgement import Check, Judgement, Outcome, Strength, registry
from ss_audit.verdict import STANDS_IN, ScenarioResult, scenario_outcome

STATA = tuple(c for c in registry().values() if c.scenario == stata.SCENARIO)
LLM = tuple(c for c in registry().values() if c.scenario == llm.SCENARIO)
RUNNER, PROVIDER = stata.the_runner_is_real, llm.the_provider_is_real


def result(
    checks: tuple[Check, ...], *changed: tuple[Check, Outcome], because: str | None = None, **more: Strength
) -> ScenarioResult:
    """A scenario in which all checks passed but those `changed`; the decisive one is `proven`, unless `strength` is given."""
    decisive = {RUNNER.id, PROVIDER.id}
    outcomes = {check.id: outcome for check, outcome in changed}
    findings = tuple(
        check.finding(
            Judgement(
                outcome=outcomes.get(check.id, "pass"), expected="x", saw="y", evidence=("e1",),
                strength=more.get("strength", "proven") if check.id in decisive else "observed",
                because=because if check.id in outcomes else None,
            )
        )
        for check in checks
    )  # fmt: skip
    name = checks[0].scenario
    outcome = scenario_outcome(findings)
    return ScenarioResult(id=name, name=name, requirement="r", must=True, outcome=outcome, reason="", findings=findings)


def test_the_checks_that_decide_and_refute_exist() -> None:
    known = set(registry())
    assert {classes.STATA_DECISIVE, *classes.STATA_REFUTING} <= known & {c.id for c in STATA}
    assert {classes.LLM_DECISIVE, *classes.LLM_REFUTING} <= known & {c.id for c in LLM}
    assert set(STANDS_IN.values()) == {stata.SCENARIO, llm.SCENARIO}


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (result(STATA), "PROVEN"),
        (result(STATA, strength="witnessed"), "CONSISTENT"),
        (result(STATA, (stata.the_numbers_are_right, "not_evidenced")), "CONSISTENT"),
        (result(STATA, (stata.metadata_has_command_and_exit_code, "fail")), "CONSISTENT"),
        (result(STATA, (RUNNER, "not_evidenced")), "CONSISTENT"),
        (result(STATA, (RUNNER, "not_evidenced"), (stata.the_numbers_are_right, "not_evidenced")), "ABSENT"),
        (result(STATA, (RUNNER, "not_evidenced"), because="journey.job_succeeds"), "ABSENT"),
        (result(STATA, (RUNNER, "error")), "ABSENT"),
        (result(STATA, *((check, "error") for check in STATA)), "ABSENT"),
        (result(STATA, (RUNNER, "fail")), "REFUTED"),
        (result(STATA, (stata.the_log_echoes_the_do_file, "fail")), "REFUTED"),
        (result(STATA, (stata.the_numbers_are_right, "fail")), "REFUTED"),
        (result(STATA, (stata.the_command_really_ran, "fail"), (RUNNER, "not_evidenced")), "REFUTED"),
        (result(STATA, (stata.artifacts_include_a_stata_log, "fail"), (RUNNER, "error")), "ABSENT"),
    ],
)
def test_a_stata_that_was_said_to_be_real(seen: ScenarioResult, expected: ProofClass) -> None:
    assert stata_class([result(LLM), seen], "real") == expected


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (result(LLM), "PROVEN"),
        (result(LLM, strength="witnessed"), "CONSISTENT"),
        (result(LLM, (PROVIDER, "not_evidenced")), "CONSISTENT"),
        (result(LLM, (llm.every_made_call_is_recorded, "fail")), "CONSISTENT"),
        (result(LLM, (PROVIDER, "not_evidenced"), (llm.models_are_the_forced_one, "fail")), "ABSENT"),
        (result(LLM, (PROVIDER, "not_evidenced"), because="llm.the_question_reached_the_provider"), "ABSENT"),
        (result(LLM, (PROVIDER, "error")), "ABSENT"),
        (result(LLM, (PROVIDER, "fail")), "REFUTED"),
        (result(LLM, (llm.the_provider_echoes_the_model, "fail")), "REFUTED"),
        (result(LLM, (llm.every_recorded_call_was_made, "fail")), "REFUTED"),
    ],
)
def test_a_provider_that_was_said_to_be_real(seen: ScenarioResult, expected: ProofClass) -> None:
    assert llm_class([result(STATA), seen], "real") == expected


def test_a_declared_stand_in_is_never_more_than_that() -> None:
    for proven in (result(STATA), result(STATA, (RUNNER, "not_evidenced"))):
        assert stata_class([proven], "rehearsal") == "REHEARSAL"
    assert llm_class([result(LLM, (PROVIDER, "not_evidenced"))], "rehearsal") == "REHEARSAL"


def test_a_declared_stand_in_that_contradicts_itself_is_refuted() -> None:
    assert stata_class([result(STATA, (stata.the_numbers_are_right, "fail"))], "rehearsal") == "REFUTED"


def test_what_was_not_run_is_absent() -> None:
    nothing = ScenarioResult(id="x", name=stata.SCENARIO, requirement="r", must=True, outcome="not_run", reason="")
    assert stata_class([], "real") == stata_class([nothing], "real") == stata_class([nothing], "rehearsal") == "ABSENT"
    assert llm_class([nothing], "real") == "ABSENT"
