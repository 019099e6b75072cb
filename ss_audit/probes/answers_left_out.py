"""The experiment of a person who forgets to answer: frozen without the answers, then with them, on the same job."""

from ss_audit.evidence.model import Exchange, Statement
from ss_audit.evidence.seen import Journey, MappingLeftOut, MissingParameters
from ss_audit.lab.bench import Bench
from ss_audit.lab.lab import Lab
from ss_audit.ss import answers, facts, plans
from ss_audit.ss.client import Access
from ss_audit.ss.questions import ask

LABEL = "job with answers left out"
CONTROL = "control: the same question, with all answers"
OUTCOME = ("outcome_var", "outcome", "outcome_variable", "dependent_var", "dependent_variable", "depvar")


def missing_parameters(lab: Lab) -> MissingParameters:
    """Asks for a draft, takes the outcome out of it, freezes without any answer, and then with all of them."""
    bench = lab.main
    question = ask("ols", lab.data, lab.rng)
    control = bench.walk(Journey, CONTROL, question, lab.data, lab.task_code(), until="freeze")
    journey = bench.walk(Journey, LABEL, question, lab.data, lab.task_code(), until="draft")
    access = bench.walks[LABEL].access
    if access is None or journey.halt is not None:
        return MissingParameters(journey=journey, left_out=(), refusal=None, supplied=None, accepted=None, plan_read=None)
    draft = facts.answered(journey.drafts[-1])
    mapping = _without_the_outcome(bench, access, journey, control)
    refusal = _refusal(bench, access)
    more = answers.supply(facts.answered(refusal), draft, question)
    supplied = lab.archive.record(
        Statement(title=f"supplied for the same job: {', '.join((*more.answers, *more.corrections)) or 'nothing'}",
                  detail=more.model_dump())
    )  # fmt: skip
    if more.patches:
        bench.client.draft_patch(access, more.patches)
    accepted = bench.client.freeze(access, more.answers, more.corrections)
    return MissingParameters(
        journey=journey,
        left_out=answers.asked_questions(draft),
        refusal=refusal,
        supplied=supplied,
        accepted=accepted,
        plan_read=bench.client.plan(access),
        mapping=mapping,
    )


def _refusal(bench: Bench, access: Access) -> Exchange:
    """The answer to a freeze without anything; an SS that lets it through may still refuse the run."""
    frozen = bench.client.freeze(access, {}, {})
    ran = bench.client.run(access) if frozen.is_success else None
    return ran if ran is not None and ran.is_client_error else frozen


def _without_the_outcome(bench: Bench, access: Access, journey: Journey, control: Journey) -> MappingLeftOut | None:
    """Empties the outcome in the draft, where the control's plan requires a parameter that is bound to it alone."""
    column = journey.question.outcome
    in_draft = facts.find(facts.answered(journey.drafts[-1]), OUTCOME)
    plan = plans.plan_of(control.freezes[-1]) if control.freezes and control.halt is None else None
    bound = plans.bound(plan)
    alone = [name for name, value in (bound.value.items() if bound else ()) if value in (column, [column])]
    needed = [name for name in alone if name in plans.required(plan)]
    if not needed or in_draft is None or in_draft.value != column:
        return None
    field = in_draft.where.rpartition(".")[2]
    taken = bench.client.draft_patch(access, {field: ""})
    left = facts.find(facts.answered(taken), (field,))
    if not taken.is_success or (left is not None and left.value == column):
        return None
    return MappingLeftOut(parameter=needed[0], column=column, field=field, control=control, taken=taken)
