"""Whether the template is chosen for the question, by the model, and not by a constant."""

from ss_audit.checks.judgement import Judgement, check, judged, need, not_evidenced, not_reached
from ss_audit.checks.model_answers import comes_from, model_answers, templates_chosen, templates_named
from ss_audit.checks.reached import at, do_files, frozen_plan
from ss_audit.checks.rendering import unlike_the_template
from ss_audit.evidence.seen import ExecutedTemplate, Journey, TemplateChoices
from ss_audit.ss import facts, plans

SCENARIO = "Template selection is not hard-coded"
ADVISORY = "The same question leads to the same template"
JUSTIFIED = "the selected template is justified by inputs/LLM output"
CONSTANT = "the selection mechanism is not a constant hard-coded template id"
WRONG = "people get an analysis that does not answer their question"


def chosen(journey: Journey) -> str:
    """The template in the frozen plan; ends the check when there is none."""
    plan, place = frozen_plan(journey)
    found = need(plans.template(plan), "the plan names no template", "plan.names_its_template", [place.id])
    return str(found.value)


def _choices(choices: TemplateChoices) -> dict[str, str]:
    return {journey.question.kind: chosen(journey) for journey in choices.choices}


@check(
    scenario=SCENARIO,
    spec=CONSTANT,
    expected="different questions about the same data lead to different templates",
    impact=WRONG,
    fix="select the template from the requirement and the draft instead of a constant",
)
def different_questions_different_templates(choices: TemplateChoices) -> Judgement:
    """A template that is constant over all questions fails."""
    chose = _choices(choices)
    if len(chose) < 2:
        not_reached("fewer than two questions came to a plan", "plan.names_its_template")
    saw = ", ".join(f"{kind} → {template}" for kind, template in chose.items())
    evidence = [journey.freezes[-1] for journey in choices.choices]
    return judged(len(set(chose.values())) > 1, expected="more than one template", saw=saw, evidence=evidence)


@check(
    scenario=SCENARIO,
    spec=JUSTIFIED,
    expected="each chosen template is the one that the model answered for this job",
    impact=WRONG,
    fix="freeze the template that the model selected, and refuse an answer that names none",
)
def the_model_chose_it(choices: TemplateChoices) -> Judgement:
    """The template of each plan is the one that the model chose for this very question, not merely one that it mentions.

    Where no answer of the model speaks of templates at all, SS chose by the inputs: then the same question has to lead
    to the same template again, and each rationale has to speak of the question (`each_choice_is_justified`).
    """
    strangers: list[str] = []
    ids = [journey.freezes[-1].id for journey in choices.choices if journey.freezes]
    known = _known(choices)
    for journey in choices.choices:
        template, named = chosen(journey), templates_chosen(journey, known)
        ids += [answer.evidence for answer in model_answers(journey)]
        if named and template not in named:
            strangers.append(f"{journey.question.kind}: {template}, and the model chose {', '.join(named)}")
        elif not named and not _by_the_inputs(choices):
            strangers.append(f"{journey.question.kind}: {template}, which the model did not name")
    saw = "; ".join(strangers) or f"{len(choices.choices)} choices, each as answered"
    return judged(not strangers, expected="each choice in an answer of the model", saw=saw, evidence=ids)


def _known(choices: TemplateChoices) -> frozenset[str]:
    """Templates that the library holds: those that some plan has, or that some answer chose."""
    planned = (found for j in choices.choices if j.freezes and (found := plans.template(plans.plan_of(j.freezes[-1]))))
    return templates_named(choices.choices) | {str(found.value) for found in planned}


def _by_the_inputs(choices: TemplateChoices) -> bool:
    """Whether the model was asked about no template at all, and the same question leads to the same template."""
    every = (*choices.choices, *((choices.same_again,) if choices.same_again else ()))
    if choices.same_again is None or templates_named(every):
        return False
    mentioned = any(facts.stands_in(chosen(j), text) for j in choices.choices for text, *_ in model_answers(j))
    return not mentioned and chosen(choices.same_again) == chosen(choices.choices[0])


@check(
    scenario=SCENARIO,
    spec=JUSTIFIED,
    expected="each choice is justified by the question or by what the model answered",
    impact="nobody can tell why people get the analysis that they get",
    fix="keep the model's reason for the selection with the plan",
)
def each_choice_is_justified(choices: TemplateChoices) -> Judgement:
    """A rationale is there, is not one sentence for all, and stands in the model's answer or speaks of the question."""
    problems: list[str] = []
    reasons: dict[str, str] = {}
    ids: list[str] = []
    for journey in choices.choices:
        kind, (plan, place) = journey.question.kind, frozen_plan(journey)
        ids.append(place.id)
        inside, outside = plans.rationale_in(plan), plans.rationale_elsewhere(journey.artifacts, chosen(journey))
        reason = str(inside.value) if inside else str(outside[0].value) if outside else ""
        reasons[kind] = reason
        from_model = any(comes_from(reason, text) for text, *_ in model_answers(journey))
        speaks = any(facts.stands_in(name, reason) for name in journey.question.variables)
        if not reason:
            problems.append(f"{kind}: no rationale")
        elif not (from_model or speaks):
            problems.append(f"{kind}: {reason!r} comes neither from the model nor from the question")
    if len(reasons) > 1 and len(set(reasons.values())) == 1 and not problems:
        problems.append(f"one rationale for every question: {next(iter(reasons.values()))!r}")
    saw = "; ".join(problems) or "; ".join(f"{kind}: {reason!r}" for kind, reason in reasons.items())
    return judged(not problems, expected="a rationale for each choice", saw=saw, evidence=ids)


@check(
    scenario=SCENARIO,
    spec=CONSTANT,
    expected="without the chosen template SS chooses another, or says which one is missing",
    impact="SS runs a template that is not in its library, or none",
    fix="select among the templates that the library holds, and name a missing one in a structured error",
)
def without_it_another_is_chosen(choices: TemplateChoices) -> Judgement:
    """The same question on a library copy from which the chosen template was taken."""
    trial = need(choices.without, str(choices.library.detail.get("why", "no library copy could be used")))
    journey, gone = trial.journey, trial.template_id
    if journey.halt is None or (journey.freezes and journey.freezes[-1].is_success):
        template = chosen(journey)
        saw = f"{template} instead of {gone}" if template != gone else f"{gone} again, although it was taken out of the library"
        return judged(template != gone, expected=f"another than {gone}", saw=saw, evidence=[trial.removed, journey.freezes[-1]])
    last = (journey.freezes or journey.drafts or (journey.redeem,))[-1]
    if last is None or last.status is None or journey.halt.stage not in ("draft", "freeze"):
        at(journey, "freeze")
    said = need(last, "SS did not answer")
    named = facts.stands_in(gone, said.response_body.text or "")
    structured = facts.error_code(facts.answered(said)) is not None and not said.is_success
    return judged(
        structured and named, expected=f"another template, or an error that names {gone}", saw=journey.halt.why,
        evidence=[trial.removed, said],
    )  # fmt: skip


@check(
    scenario=SCENARIO,
    spec=JUSTIFIED,
    expected="freezing the same job again gives the same template",
    impact="what was agreed changes by itself",
    fix="answer a second freeze with the plan that is frozen",
)
def freezing_again_changes_nothing(choices: TemplateChoices) -> Judgement:
    """The same job, frozen again with the same answers: the same template on the same columns, or a refusal."""
    first = choices.choices[0]
    template, (plan, place) = chosen(first), frozen_plan(first)
    again = need(choices.refrozen, "the job was not frozen again")
    other = plans.plan_of(again) if again.is_success else None
    found, bound = plans.template(other), plans.bound(other)
    same = found is not None and str(found.value) == template
    rebound = same and bound is not None and bound != plans.bound(plan)
    saw = f"{again.title}, {found.value if found else 'no template'}{', bound to something else' if rebound else ''}"
    good = again.is_client_error or (same and not rebound)
    return judged(good, expected=f"{template} or a refusal", saw=saw, evidence=[place, again])


@check(
    scenario=SCENARIO,
    spec="comparing the plan freeze output with the template selection implementation evidence",
    expected="what is executed is the template that was chosen, filled in as the frozen plan says, and nothing else",
    impact="the choice is for show: something else than the agreed template computes the results",
    fix="render the do-file from the source of the template in the frozen plan, with the values bound there",
)
def what_is_executed_was_chosen(executed: ExecutedTemplate) -> Judgement:
    """The do-file that ran is the chosen template, command by command, with the values that the plan binds. Without the
    library nothing shows it."""
    journey = at(executed.journey, "download")
    template, stored = chosen(journey), do_files(journey)
    expected = f"the do-file of {template}"
    if not stored:
        return judged(False, expected=expected, saw="no do-file among the artifacts", evidence=[journey.freezes[-1]])
    if executed.source is None or executed.source.body.text is None:
        saw = f"{executed.looked.title}: whether the do-file comes from {template} can't be compared"
        return not_evidenced(expected=expected, saw=saw, evidence=[executed.looked, *stored])
    plan = frozen_plan(journey)[0]
    bound, alone = plans.bound(plan), plans.all_templates(plan) <= {template}
    values, source = bound.value if bound else {}, executed.source.body.text
    unlike = [unlike_the_template(source, a.body.text or "", values, alone=alone) for a in stored]
    saw = f"not from {executed.source.path}: {unlike[0]}" if all(unlike) else f"{executed.source.path}, command by command"
    return judged(not all(unlike), expected=expected, saw=saw, evidence=[executed.source, *stored, journey.freezes[-1]])


@check(
    scenario=ADVISORY,
    spec="template selection stability (not hard-coded)",
    expected="two jobs with the same question lead to the same template",
    impact="two people with the same question get different analyses",
    fix="lower the model's temperature, or keep selections by question",
    advisory=True,
)
def same_question_same_template(choices: TemplateChoices) -> Judgement:
    """A model may differ from call to call; then somebody should know."""
    first, again = choices.choices[0], need(choices.same_again, "the question was not asked again")
    one, other = chosen(first), chosen(again)
    saw = f"{one}, then {other}"
    return judged(one == other, expected="the same template", saw=saw, evidence=[first.freezes[-1], again.freezes[-1]])
