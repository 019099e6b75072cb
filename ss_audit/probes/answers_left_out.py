"""The experiment of a person who forgets to answer: frozen without the answers, then with them, on the same job."""

from ss_audit.evidence.model import Statement
from ss_audit.evidence.seen import Journey, MissingParameters
from ss_audit.lab.lab import Lab
from ss_audit.ss import answers, facts
from ss_audit.ss.questions import ask

LABEL = "job with answers left out"


def missing_parameters(lab: Lab) -> MissingParameters:
    """Asks for a draft, freezes without any answer, and then with all of them."""
    bench = lab.main
    question = ask("ols", lab.data, lab.rng)
    journey = bench.walk(Journey, LABEL, question, lab.data, lab.task_code(), until="draft")
    access = bench.walks[LABEL].access
    if access is None or journey.halt is not None:
        return MissingParameters(journey=journey, left_out=(), refusal=None, supplied=None, accepted=None, plan_read=None)
    draft = facts.answered(journey.drafts[-1])
    left_out = answers.asked_questions(draft)
    refusal = bench.client.freeze(access, {}, {})
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
        left_out=left_out,
        refusal=refusal,
        supplied=supplied,
        accepted=accepted,
        plan_read=bench.client.plan(access),
    )
