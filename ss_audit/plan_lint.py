"""The conventions of `features/`, as problems in words.

Plain Gherkin would accept much that an audit can't: a scenario that a typing error turned into prose, a name that differs
from the spec's by a letter, a scenario that promises without a Then. Each rule here says what it saw, where, and what to do.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from ss_audit.plan import ADVISORY, IF, MUST, Plan, PlannedFeature, PlannedScenario, settings_in
from ss_audit.spec import Spec, serves

MOST_STEPS = 14
"""More steps than this do not fit on a screen, and nobody reads them as one story."""

_NOT_PROSE = {
    "JSON": re.compile(r'\{\s*"|"\s*:\s|\[\s*[{"\[]|\{\s*\}|\[\s*\]'),
    "a selector": re.compile(r"\$\.\w|(?<!:)//\w|\bxpath\b|\bcss\b|\[@?[\w-]+=|(?:^|\s)#[A-Za-z][\w-]*", re.IGNORECASE),
    "a status code": re.compile(r"(?<![\w.,/-])[1-5]\d\d(?![\w/-]|[.,]\d)"),
}
_HEADED = re.compile(r"^\s*(?P<word>[A-Za-z]+(?: [A-Za-z]+)?)\s*:")
_KEYWORDS = ("Feature", "Rule", "Background", "Scenario", "Scenario Outline", "Example", "Examples", "Spec")


def plan_problems(plan: Plan, spec: Spec, topics: Collection[str] = (), settings: Collection[str] = ()) -> tuple[str, ...]:
    """Everything in the plan that breaks a convention, in the order of the files; empty when nothing does.

    `topics` are the tags that are allowed beside @must and @advisory, without the @ (the modules of checks); `settings` are
    the names that may stand behind @if_.
    """
    return (
        *([f"the spec could not be read: {plan.spec_problem}"] if plan.spec_problem else []),
        *_against_the_spec(plan, spec),
        *_twins(plan),
        *(problem for feature in plan.features for problem in _in_feature(feature, topics)),
        *(problem for scenario in plan.scenarios for problem in _in_scenario(scenario, spec, topics)),
        *(problem for scenario in plan.scenarios for problem in _conditions(scenario, settings)),
    )


def _against_the_spec(plan: Plan, spec: Spec) -> Iterator[str]:
    requirements = [r.name for r in spec.requirements]
    features = Counter(f.name for f in plan.features)
    for feature in plan.features:
        if feature.name not in requirements:
            yield f"{feature.file}:{feature.line}: no requirement of the spec is called “{feature.name}”"
    for name in requirements:
        if features[name] != 1:
            yield f"the requirement “{name}” has {features[name]} features, it needs exactly one"
    scenarios = Counter(s.name for s in plan.scenarios)
    for name in spec.scenario_names:
        if scenarios[name] != 1:
            yield f"the spec's scenario “{name}” has {scenarios[name]} Gherkin scenarios, it needs exactly one"


def _twins(plan: Plan) -> Iterator[str]:
    for kind, counted in (
        ("name", Counter(s.name for s in plan.scenarios)),
        ("id", Counter(s.id for s in plan.scenarios)),
    ):
        for value, times in counted.items():
            if times > 1:
                yield f"{times} scenarios share the {kind} “{value}”: reports would show only one of them"


def _in_feature(feature: PlannedFeature, topics: Collection[str]) -> Iterator[str]:
    where = f"{feature.file}:{feature.line}"
    yield from _tags(where, feature.tags, topics)
    yield from _lost(where, feature.description)
    yield from _prose(where, "description", feature.description)
    if not feature.description.strip():
        yield f"{where}: the feature says nothing under its name"


def _in_scenario(scenario: PlannedScenario, spec: Spec, topics: Collection[str]) -> Iterator[str]:
    where = f"{scenario.file}:{scenario.line}"
    if scenario.form != "scenario":
        yield f"{where}: “{scenario.name}” is {scenario.form}: a plan is a plain list of scenarios, without Rule and Outline"
    if not scenario.description:
        yield f"{where}: “{scenario.name}” does not say what it means for the person who sees it fail"
    if not any(step.kind == "then" for step in scenario.steps):
        yield f"{where}: “{scenario.name}” has no Then, it can't fail for what SS does"
    if len(scenario.steps) > MOST_STEPS:
        yield f"{where}: “{scenario.name}” has {len(scenario.steps)} steps; more than {MOST_STEPS} don't fit on a screen"
    yield from _standing(where, scenario, spec)
    yield from _tags(where, scenario.tags, topics)
    yield from _lost(where, scenario.description)
    yield from _prose(where, "name", scenario.name)
    yield from _prose(where, "description", scenario.description)
    for step in scenario.steps:
        yield from _prose(f"{scenario.file}:{step.line}", "step", step.text)


def _standing(where: str, scenario: PlannedScenario, spec: Spec) -> Iterator[str]:
    """Whether it is @must or @advisory, and by which right."""
    name, sentence = scenario.name, scenario.sentence
    if scenario.must == scenario.advisory:
        yield f"{where}: “{name}” must carry one of @{MUST} and @{ADVISORY}"
    home = spec.requirement_of(name)
    if home is not None:
        if not scenario.must:
            yield f"{where}: “{name}” is the spec's and must be @{MUST}"
        if home != scenario.requirement:
            yield f"{where}: “{name}” belongs to the requirement “{home}”"
    elif scenario.must and sentence is None:
        yield f'{where}: “{name}” is not one of the spec\'s: its description must end with the line Spec: "sentence"'
    if sentence is not None and not serves(spec, sentence):
        yield f"{where}: “{name}” quotes “{sentence}”, which does not stand in the spec"


def _tags(where: str, tags: Collection[str], topics: Collection[str]) -> Iterator[str]:
    for tag in tags:
        if tag not in {MUST, ADVISORY, *topics} and not tag.startswith(IF):
            yield f"{where}: the tag @{tag} has no effect; known are @{MUST}, @{ADVISORY} and the modules of checks"


def _conditions(scenario: PlannedScenario, settings: Collection[str]) -> Iterator[str]:
    """What decides over READY can't be left out by leaving out a setting."""
    where, needed = f"{scenario.file}:{scenario.line}", settings_in(scenario.tags)
    for name in needed:
        if name not in settings:
            near = get_close_matches(name, settings, n=1)
            yield f"{where}: @{IF}{name} names no setting{f'; did you mean @{IF}{near[0]}?' if near else ''}"
    if needed and scenario.must:
        yield f"{where}: “{scenario.name}” is @{MUST}, so it can't be planned only where {', '.join(needed)} is given"


def _lost(where: str, description: str) -> Iterator[str]:
    """Gherkin takes `Scenarioo:` and a `Spec:` that is not the last line for prose, and with them what follows."""
    for line in description.splitlines():
        headed = _HEADED.match(line)
        meant = get_close_matches(headed["word"].title(), _KEYWORDS, n=1, cutoff=0.8) if headed else []
        if meant:
            yield f"{where}: “{line.strip()}” is read as prose; a keyword “{meant[0]}:” that went wrong?"


def _prose(where: str, part: str, text: str) -> Iterator[str]:
    plain = text.replace("`", "")
    for what, pattern in _NOT_PROSE.items():
        seen = pattern.search(plain)
        if seen:
            yield f"{where}: the {part} holds {what} (“{seen[0].strip()}”): a product owner reads this, say it in words"
