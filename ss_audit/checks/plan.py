"""What the frozen plan holds, and that it stays what it was."""

import re
from collections.abc import Mapping
from typing import Any

from ss_audit.checks.judgement import Judgement, check, judged, not_evidenced
from ss_audit.checks.reached import at, do_files, frozen, frozen_plan
from ss_audit.checks.values import written
from ss_audit.evidence.seen import MainJourney, Question
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
    plan, place = frozen_plan(journey)
    found = plans.template(plan)
    saw = f"{found.value} at {found.where}" if found else "no template reference in the plan"
    return judged(found is not None, expected="a template reference", saw=saw, evidence=[place])


@check(
    scenario=SCENARIO,
    spec=TEMPLATE,
    expected="the plan, or an artifact tied to this very choice, says why the template was selected",
    impact=STEERS,
    fix="write the reason for the selection into the frozen plan",
)
def says_why_this_template(journey: MainJourney) -> Judgement:
    """A rationale in the plan passes; elsewhere, if tied to this choice, passes with an advisory."""
    plan, place = frozen_plan(journey)
    chosen = facts.text_of(plans.template(plan)) or ""
    inside = plans.rationale_in(plan)
    if inside:
        return judged(True, expected="a rationale", saw=f"{inside.where}: “{written(inside.value)}”", evidence=[place])
    outside = plans.rationale_elsewhere(journey.artifacts, chosen)
    if outside:
        found, artifact = outside
        advice = f"the rationale stands in {artifact.rel_path}, not in the frozen plan"
        saw = f"{found.where}: “{written(found.value)}”"
        return judged(True, expected="a rationale", saw=saw, evidence=[artifact, place], advisory=advice)
    looked = f"no rationale in the plan, nor in a selection artifact that names {chosen or 'a template'}"
    return judged(False, expected="a rationale", saw=looked, evidence=[place])


@check(
    scenario=SCENARIO,
    spec=BOUND,
    expected="the plan holds the bound parameters with their values",
    impact=STEERS,
    fix="write the bound parameters of the template into the frozen plan",
)
def holds_bound_parameters(journey: MainJourney) -> Judgement:
    """There is a mapping from parameters to values."""
    plan, place = frozen_plan(journey)
    found = plans.bound(plan)
    saw = f"{found.where}: {written(found.value)}" if found else "no bound parameters in the plan"
    return judged(found is not None and bool(found.value), expected="bound parameters", saw=saw, evidence=[place])


@check(
    scenario=SCENARIO,
    spec=BOUND,
    expected="the plan states explicitly what is missing, be it nothing",
    impact="a forgotten parameter looks like a complete plan",
    fix="write a list of missing parameters into the plan, empty when nothing is missing",
)
def states_what_is_missing(journey: MainJourney) -> Judgement:
    """An empty list is explicit; absence is not."""
    plan, place = frozen_plan(journey)
    found = plans.missing_stated(plan)
    saw = f"{found.where}: {written(found.value)}" if found else "the plan says nothing about missing parameters"
    return judged(found is not None, expected="an explicit list of what is missing", saw=saw, evidence=[place])


@check(
    scenario=SCENARIO,
    spec="dependency information (ado/SSC packages or equivalent)",
    expected="the plan says which packages the template needs, be it none",
    impact="a missing package is found only when Stata stops",
    fix="write the template's dependencies into the frozen plan",
)
def states_dependencies(journey: MainJourney) -> Judgement:
    """There is a list of dependencies."""
    plan, place = frozen_plan(journey)
    found = plans.dependencies(plan)
    saw = f"{found.where}: {written(found.value)}" if found else "no dependency information in the plan"
    return judged(found is not None, expected="a list of dependencies", saw=saw, evidence=[place])


@check(
    scenario=SCENARIO,
    spec="an artifacts contract or index schema describing expected outputs and their storage locations",
    expected="the plan lists the outputs to expect, and where they will be stored",
    impact="nobody can tell whether a result is complete",
    fix="write the outputs contract with its storage location into the frozen plan",
)
def promises_outputs_and_places(journey: MainJourney) -> Judgement:
    """Outputs and their storage location are both there."""
    plan, place = frozen_plan(journey)
    outputs, stored = plans.outputs(plan), plans.storage(plan)
    names = ", ".join(o.file for o in outputs) or "no outputs"
    saw = f"{names}; stored at {stored.value if stored else 'no place that the plan names'}"
    return judged(bool(outputs) and stored is not None, expected="outputs and their place", saw=saw, evidence=[place])


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
    if reads and all(e.status in (404, 405) for e in reads):
        saw = f"{reads[0].title}: SS has no way to read a frozen plan, so nobody can see whether it stays"
        return not_evidenced(expected="the same plan at every read", saw=saw, evidence=[freeze, *reads])
    shown = [(plans.plan_of(e), e) for e in (freeze, *reads)]
    whole = [plan for plan, _ in shown if plans.template(plan) is not None]
    changed = [e.title for plan, e in shown[1:] if not e.is_success or not whole or not plans.same_plan(whole[0], plan)]
    saw = f"differs or is gone: {'; '.join(changed)}" if changed else f"the same plan in {len(reads)} later reads"
    good = not changed and journey.plan_read is not None
    return judged(good, expected="the same plan at every read", saw=saw, evidence=[freeze, *reads])


OUTCOME = {"outcome", "outcomevar", "dep", "depvar", "dependent", "dependentvar", "y", "yvar", "response", "testvar"}
REGRESSORS = {"indep", "indepvars", "independent", "regressors", "controls", "covariates", "xvars", "treatment", "treat"}


@check(
    scenario=BINDING,
    spec="parameter binding correctness (and structured error on missing inputs)",
    expected="the bound parameters are the columns that the question names, each in its role",
    impact="the analysis is about other variables than the person asked about",
    fix="bind the template's parameters to the variables of the confirmed draft",
)
def binds_the_columns_of_the_question(journey: MainJourney) -> Judgement:
    """Every column of the question is bound, no other is, and outcome and regressors aren't swapped."""
    plan, place = frozen_plan(journey)
    found = plans.bound(plan)
    if found is None:
        return judged(False, expected="bound parameters", saw="no bound parameters in the plan", evidence=[place])
    question = journey.question
    columns = (journey.dataset.body.text or "").partition("\n")[0].split(",")
    named = set(facts.names_in(found.value, columns))
    absent = sorted(set(question.variables) - named)
    strangers = sorted(named - {*question.variables, question.unit, question.time} | _as_variables(found.value, question))
    swapped = _in_another_role(found.value, question)
    saw = f"{found.where}: {written(found.value)}"
    for what, names in (("not bound", absent), ("nobody asked about", strangers), ("in another role", swapped)):
        saw += f"; {what}: {', '.join(names)}" if names else ""
    good = not absent and not strangers and not swapped
    return judged(good, expected=", ".join(question.variables), saw=saw, evidence=[place])


def _as_variables(bound: Mapping[str, Any], question: Question) -> set[str]:
    """The panel's unit and time where they are used as outcome or regressor: nobody asked for that."""
    panel = [name for name in (question.unit, question.time) if name and name not in question.variables]
    sides = [value for parameter, value in bound.items() if _words(parameter) & (OUTCOME | REGRESSORS)]
    return set(facts.names_in(sides, panel))


def _words(parameter: str) -> set[str]:
    return {facts.plain(parameter), *re.split(r"[^a-z]+", parameter.lower())}


def _in_another_role(bound: Mapping[str, Any], question: Question) -> list[str]:
    """Columns under a parameter whose name speaks of the other side of the equation."""
    wrong: list[str] = []
    for parameter, value in bound.items():
        words = _words(parameter)
        columns = facts.names_in(value, question.variables)
        if words & OUTCOME and not words & REGRESSORS:
            wrong += [column for column in columns if column != question.outcome]
        elif words & REGRESSORS:
            wrong += [column for column in columns if column == question.outcome]
    return wrong


@check(
    scenario=BINDING,
    spec="parameter binding correctness (and structured error on missing inputs)",
    expected="the executed do-file works on the columns that were bound",
    impact="the analysis is about other variables than the plan says",
    fix="render the template with the parameters of the frozen plan",
)
def runs_on_what_was_bound(journey: MainJourney) -> Judgement:
    """Each bound column stands in a command of the do-file that ran; a comment that names it does nothing."""
    at(journey, "finish")
    plan, place = frozen_plan(journey)
    found, executed = plans.bound(plan), do_files(journey)
    if not executed:
        return judged(False, expected="a do-file that was run", saw="no do-file among the artifacts", evidence=[place])
    commands = "\n".join(line for a in executed for line in _commands(a.body.text or ""))
    columns = facts.names_in(found.value if found else {}, journey.question.variables)
    absent = [c for c in columns if not facts.stands_in(c, commands)]
    saw = f"not in the do-file: {', '.join(absent)}" if absent else f"{', '.join(columns) or 'nothing'} in the do-file"
    return judged(bool(columns) and not absent, expected="every bound column", saw=saw, evidence=[*executed, place])


def _commands(do_file: str) -> list[str]:
    return [line for line in do_file.splitlines() if not line.lstrip().startswith(("*", "//"))]
