"""The plan of an audit: every Gherkin scenario in `features/`, read by us and not taken from behave's selection.

behave's own parser reads the files, so that what is planned and what is executed can't differ by a reading of ours. What a
selection, a tag or an interruption then leaves out is seen against this plan.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from behave.parser import ParserError, parse_feature

from ss_audit.evidence.model import Fact
from ss_audit.project_files import read_spec
from ss_audit.spec import Spec, SpecError

MUST, ADVISORY = "must", "advisory"
IF = "if_"
"""`@if_dataset`: planned only where the setting `dataset` is given."""
_SENTENCE = re.compile(r'(?:^|(?<=\s))Spec:\s*["“](?P<sentence>[^"“”]+)["”]\s*\Z')


class PlanError(ValueError):
    """A feature file can't be read as Gherkin. `file` is relative to the project, `line` counts from 1."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}:{line}: {problem}")
        self.file, self.line = file, line


class PlannedStep(Fact):
    """One line of Gherkin. `kind` is what And and But stand for; `text` is the line without its keyword."""

    kind: Literal["given", "when", "then"]
    keyword: str
    text: str
    line: int


class PlannedScenario(Fact):
    """One scenario that a whole audit executes, or would execute where the settings in its tags are given.

    `id` is "<feature file stem>/<slug of the name>"; `requirement` is the feature's name; `tags` are its own and the
    feature's. `spec_scenario` says that the name is one of the spec's; `sentence` is what the line `Spec: "…"` at the end
    of its description quotes, and `description` is the rest: the message to whoever sees it fail.
    """

    id: str
    name: str
    feature: str
    file: str
    line: int
    tags: tuple[str, ...] = ()
    must: bool
    advisory: bool
    requirement: str
    spec_scenario: bool
    sentence: str | None = None
    description: str = ""
    steps: tuple[PlannedStep, ...] = ()
    form: Literal["scenario", "outline", "in a rule"] = "scenario"


class PlannedFeature(Fact):
    """One feature file. `name` should be that of a requirement."""

    name: str
    file: str
    line: int
    tags: tuple[str, ...] = ()
    description: str = ""


class Plan(Fact):
    """All features and scenarios, files in the order of their names. `spec_problem` says why the spec could not be read.

    As it is read it holds every scenario that there is; `under` leaves those that are planned with the settings in force.
    """

    features: tuple[PlannedFeature, ...]
    scenarios: tuple[PlannedScenario, ...]
    spec_problem: str | None = None

    def by_id(self) -> dict[str, PlannedScenario]:
        """The scenarios by id. Where two share one, `plan_problems` says so, and the first is kept."""
        return {s.id: s for s in reversed(self.scenarios)}

    def under(self, given: Collection[str]) -> "Plan":
        """What a whole audit executes where the settings of these names are given."""
        return self.model_copy(update={"scenarios": tuple(s for s in self.scenarios if not lacking(s.tags, given))})

    def named(self, name: str) -> PlannedScenario | None:
        """The scenario of this name, or None."""
        return next((s for s in self.scenarios if s.name == name), None)


def settings_in(tags: Iterable[str]) -> tuple[str, ...]:
    """The settings without which a scenario with these tags is not planned."""
    return tuple(str(tag).removeprefix(IF) for tag in tags if tag.startswith(IF))


def lacking(tags: Iterable[str], given: Collection[str]) -> tuple[str, ...]:
    """The settings for want of which a scenario with these tags is not planned; empty when it is."""
    return tuple(name for name in settings_in(tags) if name not in given)


def scenario_id(feature_file: str, name: str) -> str:
    """The id of a scenario from the path of its feature file and its name. For our runner, which sees behave's objects."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return f"{Path(feature_file).stem}/{slug}"


def read_plan(features: Path, spec: Spec | None = None) -> Plan:
    """The plan that the feature files under `features` make.

    Without `spec`, the one of the same project is read; when that fails the plan stands, with `spec_problem`, and no
    scenario counts as the spec's. Raises PlanError for a file that is no Gherkin, OSError for one that can't be read.
    """
    problem = None
    if spec is None:
        try:
            spec = read_spec(features.parent)
        except (OSError, UnicodeDecodeError, SpecError) as unreadable:
            problem = str(unreadable)
    texts = dict(_text(features.parent, file) for file in sorted(features.rglob("*.feature")))
    return plan_of(texts, spec.scenario_names if spec else ()).model_copy(update={"spec_problem": problem})


def plan_of(texts: Mapping[str, str], spec_scenarios: tuple[str, ...]) -> Plan:
    """The plan from feature texts by file name. `spec_scenarios` are the names that the spec gives."""
    features: list[PlannedFeature] = []
    scenarios: list[PlannedScenario] = []
    for file, text in texts.items():
        feature = _parsed(file, text)
        tags, description = tuple(map(str, feature.tags)), "\n".join(feature.description)
        features.append(PlannedFeature(name=feature.name, file=file, line=feature.line, tags=tags, description=description))
        scenarios += [_planned(file, feature, scenario, spec_scenarios) for scenario in feature.walk_scenarios()]
    return Plan(features=tuple(features), scenarios=tuple(scenarios))


def _text(root: Path, file: Path) -> tuple[str, str]:
    name = file.relative_to(root).as_posix()
    try:
        return name, file.read_text(encoding="utf-8")
    except UnicodeDecodeError as broken:
        raise PlanError(name, 1, f"this is no UTF-8 text ({broken.reason})") from broken


def _parsed(file: str, text: str) -> Any:
    try:
        feature = parse_feature(text, filename=file)
    except ParserError as broken:
        raise PlanError(file, broken.line or 1, str(broken.args[0])) from broken
    if feature is None:
        raise PlanError(file, 1, "there is no Feature in this file")
    return feature


def _planned(file: str, feature: Any, scenario: Any, spec_scenarios: tuple[str, ...]) -> PlannedScenario:
    tags = tuple(dict.fromkeys(map(str, [*feature.tags, *scenario.tags, *sorted(scenario.effective_tags)])))
    description, sentence = _message_and_sentence("\n".join(scenario.description))
    return PlannedScenario(
        id=scenario_id(file, scenario.name),
        name=scenario.name,
        feature=feature.name,
        file=file,
        line=scenario.line,
        tags=tags,
        must=MUST in tags,
        advisory=ADVISORY in tags,
        requirement=feature.name,
        spec_scenario=scenario.name in spec_scenarios,
        sentence=sentence,
        description=description,
        steps=tuple(
            PlannedStep(kind=step.step_type, keyword=step.keyword, text=step.name, line=step.line)
            for step in scenario.all_steps
        ),
        form=_form(feature, scenario),
    )


def _message_and_sentence(description: str) -> tuple[str, str | None]:
    """The message to the reader, and the quoted sentence with its line breaks taken out."""
    quoted = _SENTENCE.search(description)
    if quoted is None:
        return description.strip(), None
    return description[: quoted.start()].strip(), " ".join(quoted["sentence"].split())


def _form(feature: Any, scenario: Any) -> Literal["scenario", "outline", "in a rule"]:
    if any(scenario is inner for rule in feature.rules for inner in rule.walk_scenarios()):
        return "in a rule"
    return "scenario" if any(scenario is item for item in feature.run_items) else "outline"
