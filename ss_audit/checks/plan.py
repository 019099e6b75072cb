"""What the frozen plan holds, and that it stays what it was."""

from ss_audit.checks.journey import at, frozen
from ss_audit.checks.judgement import Judgement, check, judged
from ss_audit.evidence.seen import MainJourney
from ss_audit.ss import facts, plans

SCENARIO = "Plan freeze includes template choice, bindings, dependencies, and artifact contract"
BINDING = "The frozen parameters are the ones that were asked for"
TEMPLATE = "the selected template identifier (or equivalent template reference) and selection rationale"
BOUND = "bound parameters (including explicit missing/unknown fields)"
STEERS = "nobody can tell what will be run, or why"


@check(
    scenario=SCENARIO,
    spec=TEMPLATE,
    expected="the frozen plan names the selected template",
    impact=STEERS,
    fix="write the selected template's id into the frozen plan",
)
def names_its_template(journey: MainJourney) -> Judgement:
    """The plan refers to a template."""
    freeze = frozen(journey)
    found = plans.template(plans.plan_of(freeze))
    saw = f"{found.value} at {found.where}" if found else "no template reference in the plan"
    return judged(found is not None, expected="a template reference", saw=saw, evidence=[freeze])


@check(
    scenario=SCENARIO,
    spec=TEMPLATE,
    expected="the plan, or an artifact tied to this very choice, says why the template was selected",
    impact=STEERS,
    fix="write the reason for the selection into the frozen plan",
)
def says_why_this_template(journey: MainJourney) -> Judgement:
    """A rationale in the plan passes; elsewhere, if tied to this choice, passes with an advisory."""
    freeze = frozen(journey)
    plan = plans.plan_of(freeze)
    chosen = facts.text_of(plans.template(plan)) or ""
    inside = plans.rationale_in(plan)
    if inside:
        return judged(True, expected="a rationale", saw=f"{inside.where}: {inside.value!r}", evidence=[freeze])
    outside = plans.rationale_elsewhere(journey.artifacts, chosen)
    if outside:
        found, artifact = outside
        advice = f"the rationale stands in {artifact.rel_path}, not in the frozen plan"
        saw = f"{found.where}: {found.value!r}"
        return judged(True, expected="a rationale", saw=saw, evidence=[artifact, freeze], advisory=advice)
    looked = f"no rationale in the plan, nor in a selection artifact that names {chosen or 'a template'}"
    return judged(False, expected="a rationale", saw=looked, evidence=[freeze])


@check(
    scenario=SCENARIO,
    spec=BOUND,
    expected="the plan holds the bound parameters with their values",
    impact=STEERS,
    fix="write the bound parameters of the template into the frozen plan",
)
def holds_bound_parameters(journey: MainJourney) -> Judgement:
    """There is a mapping from parameters to values."""
    freeze = frozen(journey)
    found = plans.bound(plans.plan_of(freeze))
    saw = f"{found.where}: {found.value}" if found else "no bound parameters in the plan"
    return judged(found is not None and bool(found.value), expected="bound parameters", saw=saw, evidence=[freeze])


@check(
    scenario=SCENARIO,
    spec=BOUND,
    expected="the plan states explicitly what is missing, be it nothing",
    impact="a forgotten parameter looks like a complete plan",
    fix="write a list of missing parameters into the plan, empty when nothing is missing",
)
def states_what_is_missing(journey: MainJourney) -> Judgement:
    """An empty list is explicit; absence is not."""
    freeze = frozen(journey)
    found = plans.missing_stated(plans.plan_of(freeze))
    saw = f"{found.where}: {found.value}" if found else "the plan says nothing about missing parameters"
    return judged(found is not None, expected="an explicit list of what is missing", saw=saw, evidence=[freeze])


@check(
    scenario=SCENARIO,
    spec="dependency information (ado/SSC packages or equivalent)",
    expected="the plan says which packages the template needs, be it none",
    impact="a missing package is found only when Stata stops",
    fix="write the template's dependencies into the frozen plan",
)
def states_dependencies(journey: MainJourney) -> Judgement:
    """There is a list of dependencies."""
    freeze = frozen(journey)
    found = plans.dependencies(plans.plan_of(freeze))
    saw = f"{found.where}: {found.value}" if found else "no dependency information in the plan"
    return judged(found is not None, expected="a list of dependencies", saw=saw, evidence=[freeze])


@check(
    scenario=SCENARIO,
    spec="an artifacts contract or index schema describing expected outputs and their storage locations",
    expected="the plan lists the outputs to expect, and where they will be stored",
    impact="nobody can tell whether a result is complete",
    fix="write the outputs contract with its storage location into the frozen plan",
)
def promises_outputs_and_places(journey: MainJourney) -> Judgement:
    """Outputs and their storage location are both there."""
    freeze = frozen(journey)
    plan = plans.plan_of(freeze)
    outputs, place = plans.outputs(plan), plans.storage(plan)
    names = ", ".join(o.file for o in outputs) or "no outputs"
    saw = f"{names}; stored at {place.value if place else 'no place that the plan names'}"
    return judged(bool(outputs) and place is not None, expected="outputs and their place", saw=saw, evidence=[freeze])


@check(
    scenario=SCENARIO,
    spec="the frozen plan includes",
    expected="the plan that is read back is the plan that was frozen, also after the run",
    impact="what was agreed is not what is run",
    fix="keep the frozen plan immutable, and answer with the stored one",
)
def stays_what_was_frozen(journey: MainJourney) -> Judgement:
    """Frozen, read back, and read again after the run: three times the same plan."""
    freeze = frozen(journey)
    reads = [e for e in (journey.plan_read, journey.plan_read_later) if e is not None]
    plan = plans.plan_of(freeze)
    changed = [e.title for e in reads if not e.is_success or not plans.same_plan(plan, plans.plan_of(e))]
    saw = f"differs or is gone: {'; '.join(changed)}" if changed else f"the same plan in {len(reads)} later reads"
    good = not changed and journey.plan_read is not None
    return judged(good, expected="the same plan at every read", saw=saw, evidence=[freeze, *reads])


@check(
    scenario=BINDING,
    spec="parameter binding correctness (and structured error on missing inputs)",
    expected="the bound parameters are the columns that the question names, each in its role",
    impact="the analysis is about other variables than the person asked about",
    fix="bind the template's parameters to the variables of the confirmed draft",
)
def binds_the_columns_of_the_question(journey: MainJourney) -> Judgement:
    """Every column of the question is bound, no other is, and outcome and regressors aren't swapped."""
    freeze = frozen(journey)
    found = plans.bound(plans.plan_of(freeze))
    if found is None:
        return judged(False, expected="bound parameters", saw="no bound parameters in the plan", evidence=[freeze])
    question = journey.question
    columns = (journey.dataset.body.text or "").partition("\n")[0].split(",")
    named = set(facts.names_in(found.value, columns))
    strangers = named - {*question.variables, question.unit, question.time}
    swapped = [
        k for k, v in found.value.items() if facts.plain(k) in ("depvar", "outcome", "outcomevar") and v != question.outcome
    ]
    good = named >= set(question.variables) and not strangers and not swapped
    return judged(good, expected=f"{', '.join(question.variables)}", saw=f"{found.where}: {found.value}", evidence=[freeze])


@check(
    scenario=BINDING,
    spec="parameter binding correctness (and structured error on missing inputs)",
    expected="the executed do-file works on the columns that were bound",
    impact="the analysis is about other variables than the plan says",
    fix="render the template with the parameters of the frozen plan",
)
def runs_on_what_was_bound(journey: MainJourney) -> Judgement:
    """Each bound column stands in the do-file that ran."""
    at(journey, "finish")
    freeze = frozen(journey)
    found = plans.bound(plans.plan_of(freeze))
    do_files = [a for a in journey.artifacts if a.rel_path.endswith("/stata.do") and a.body.text]
    if not do_files:
        return judged(False, expected="a do-file that was run", saw="no stata.do among the artifacts", evidence=[freeze])
    columns = facts.names_in(found.value if found else {}, journey.question.variables)
    absent = [c for c in columns if not any(facts.stands_in(c, a.body.text or "") for a in do_files)]
    saw = f"not in the do-file: {', '.join(absent)}" if absent else f"{', '.join(columns) or 'nothing'} in the do-file"
    return judged(bool(columns) and not absent, expected="every bound column", saw=saw, evidence=[*do_files, freeze])
