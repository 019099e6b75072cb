"""A plan frozen without answers that it needs: refused, with a code and the names; accepted once they are there."""

from ss_audit.checks.journey import at
from ss_audit.checks.judgement import Judgement, check, judged, need, not_reached
from ss_audit.evidence.model import Exchange
from ss_audit.evidence.seen import MissingParameters
from ss_audit.ss import facts, plans

SCENARIO = "Missing parameters yield structured errors"
STRUCTURED = (
    "SS responds with a structured error (event code + context) that is diagnosable and can be retried after correction"
)


def _refusal(trial: MissingParameters) -> Exchange:
    at(trial.journey, "draft")
    if not trial.left_out:
        not_reached("the draft asks for nothing that could be left out")
    return need(trial.refusal, "no freeze was tried", "journey.draft_is_ready")


@check(
    scenario=SCENARIO,
    spec=STRUCTURED,
    expected="the freeze is refused as the caller's mistake, with a stable error code",
    impact="analyses run on the wrong variables, or people are stuck without knowing why",
    fix="answer with SS's structured error instead of accepting the freeze or breaking",
)
def refusal_has_a_code(trial: MissingParameters) -> Judgement:
    """4xx with a code that a program can recognise."""
    refusal = _refusal(trial)
    code = facts.error_code(facts.answered(refusal))
    saw = f"{refusal.title}, {f'code {code.value}' if code else 'no code'}"
    return judged(refusal.is_client_error and code is not None, expected="a refusal with a code", saw=saw, evidence=[refusal])


@check(
    scenario=SCENARIO,
    spec=STRUCTURED,
    expected="the refusal names everything that is missing, and nothing that is not",
    impact="people can't tell what SS wants of them",
    fix="list the missing answers and parameters by name in the structured error",
)
def refusal_names_what_is_missing(trial: MissingParameters) -> Judgement:
    """Each answer that was left out stands in the refusal's context."""
    refusal = _refusal(trial)
    if refusal.is_success:
        not_reached("the freeze was accepted", "missing_parameters.refusal_has_a_code", [refusal.id])
    said = facts.names_in(facts.answered(refusal), trial.left_out)
    unsaid = sorted(set(trial.left_out) - set(said))
    saw = f"not named: {', '.join(unsaid)}" if unsaid else f"named: {', '.join(said)}"
    return judged(not unsaid, expected=", ".join(trial.left_out), saw=saw, evidence=[refusal])


@check(
    scenario=SCENARIO,
    spec=STRUCTURED,
    expected="with the missing answers the same job is frozen",
    impact="people who forgot an answer have to start over",
    fix="let a freeze that was refused be tried again on the same job",
)
def correction_is_accepted(trial: MissingParameters) -> Judgement:
    """The positive control: the same job, with what was missing."""
    refusal = _refusal(trial)
    if refusal.status is None:
        not_reached("SS did not answer", "missing_parameters.refusal_has_a_code", [refusal.id])
    accepted = need(trial.accepted, "the freeze was not tried again", "missing_parameters.refusal_has_a_code", [refusal.id])
    frozen = plans.template(plans.plan_of(accepted)) is not None
    good = accepted.is_success and frozen
    saw = f"{accepted.title}{'' if frozen else ', no plan in the answer'}"
    return judged(good, expected="a frozen plan", saw=saw, evidence=[refusal, accepted])
