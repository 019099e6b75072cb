"""A plan frozen without answers that it needs: refused, with a code and the names; accepted once they are there."""

from ss_audit.checks.judgement import Judgement, check, judged, need, not_reached
from ss_audit.checks.reached import at
from ss_audit.evidence.model import Exchange
from ss_audit.evidence.seen import MissingParameters
from ss_audit.ss import answers, facts, plans

SCENARIO = "Missing parameters yield structured errors"
STRUCTURED = (
    "SS responds with a structured error (event code + context) that is diagnosable and can be retried after correction"
)


def _refusal(trial: MissingParameters) -> Exchange:
    at(trial.journey, "draft")
    if not trial.left_out and not _column_is_missing(trial):
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
    """Each answer that was left out stands in the refusal's context, and nothing that was not needed in the end."""
    refusal = _refused(trial)
    answer = facts.answered(refusal)
    said = facts.names_in(answer, trial.left_out)
    unsaid = sorted(set(trial.left_out) - set(said)) + _mapping_unsaid(trial, answer)
    in_prose = sorted(set(said) - set(facts.names_in(_without_prose(answer), trial.left_out)))
    stray = _not_needed(trial)
    wanted = ", ".join([*trial.left_out, *([trial.mapping.parameter] if trial.mapping else [])])
    saw = f"not named: {', '.join(unsaid)}" if unsaid else f"named: {wanted}"
    saw += f"; named, though nothing was wanted for it: {', '.join(stray)}" if stray else ""
    advice = f"{', '.join(in_prose)} named only inside a message, not in a field of its own" if in_prose else None
    evidence = [refusal, *([trial.mapping.taken] if trial.mapping else [])]
    return judged(not unsaid and not stray, expected=wanted, saw=saw, evidence=evidence, advisory=advice)


def _mapping_unsaid(trial: MissingParameters, answer: object) -> list[str]:
    """The parameter whose column was taken out of the draft, when neither it nor the draft's field is named."""
    mapping = trial.mapping
    if mapping is None or not _column_is_missing(trial) or facts.names_in(answer, [mapping.parameter, mapping.field]):
        return []
    return [f"{mapping.parameter} ({mapping.field} was taken out of the draft)"]


def _column_is_missing(trial: MissingParameters) -> bool:
    """Whether a column was taken out that this job's template requires: the template is that of the control job."""
    if trial.mapping is None:
        return False
    there = plans.template(plans.plan_of(trial.mapping.control.freezes[-1]))
    here = plans.template(plans.plan_of(trial.accepted)) or plans.template(plans.plan_of(trial.refusal))
    return there is not None and here is not None and there.value == here.value


def _refused(trial: MissingParameters) -> Exchange:
    """The refusal, when it was one."""
    refusal = _refusal(trial)
    if not refusal.is_client_error:
        not_reached(f"the freeze was not refused: {refusal.title}", refusal_has_a_code.id, [refusal.id])
    return refusal


def _without_prose(value: object) -> object:
    """The value without texts of several words: what stands in them a program can't rely on."""
    if isinstance(value, dict):
        return {k: _without_prose(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_without_prose(item) for item in value]
    return "" if isinstance(value, str) and len(value.split()) > 1 else value


def _not_needed(trial: MissingParameters) -> list[str]:
    """What the refusal calls missing, and what the freeze that was accepted then went without."""
    if trial.accepted is None or not trial.accepted.is_success or trial.supplied is None:
        return []
    given = {facts.plain(key) for part in trial.supplied.detail.values() if isinstance(part, dict) for key in part}
    named = answers.missing_named(facts.answered(trial.refusal))
    return [n for n in named if facts.plain(n) not in given and facts.plain(n.rpartition(".")[2]) not in given]


@check(
    scenario=SCENARIO,
    spec=STRUCTURED,
    expected="with the missing answers the same job is frozen",
    impact="people who forgot an answer have to start over",
    fix="let a freeze that was refused be tried again on the same job",
)
def correction_is_accepted(trial: MissingParameters) -> Judgement:
    """The positive control: the same job, with what was missing."""
    refusal = _refused(trial)
    accepted = need(trial.accepted, "the freeze was not tried again", refusal_has_a_code.id, [refusal.id])
    plan = plans.plan_of(accepted)
    frozen = plans.template(plan) is not None
    otherwise = _bound_otherwise(trial, plan) if frozen else None
    good = accepted.is_success and frozen and otherwise is None
    saw = f"{accepted.title}{'' if frozen else ', no plan in the answer'}{f', {otherwise}' if otherwise else ''}"
    return judged(good, expected="a frozen plan with what was supplied", saw=saw, evidence=[refusal, accepted])


def _bound_otherwise(trial: MissingParameters, plan: object) -> str | None:
    """To what the parameter is bound whose column was missing and then supplied, when that is something else."""
    mapping, found = trial.mapping, plans.bound(plan)
    if mapping is None or not _column_is_missing(trial):
        return None
    bound = found.value.get(mapping.parameter) if found else None
    if bound in (mapping.column, [mapping.column]):
        return None
    return f"{mapping.parameter} is bound to {bound or 'nothing'} instead of {mapping.column}"
