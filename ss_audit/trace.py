"""The trace: spec ↔ feature ↔ check, generated and never kept by hand.

Everything that the audit promises must be found from everything else: each scenario of the spec in exactly one Gherkin
scenario, each check in the scenario that it names, each step in a scenario, each judged sentence in the spec. A stale or
missing link is a problem in words, because an audit that lost a link judges less than it says.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from ss_audit.checks.judgement import Check
from ss_audit.every_check import all_checks
from ss_audit.evidence.model import Fact
from ss_audit.plan import Plan, PlanError, PlannedScenario, PlannedStep, read_plan, settings_in
from ss_audit.plan_lint import plan_problems
from ss_audit.project_files import read_spec, read_steps
from ss_audit.settings import Settings
from ss_audit.spec import Spec, SpecError, clauses, normalised, serves
from ss_audit.step_source import StepDefinition, StepError, step_definitions

COVERED = "Clauses of requirements that the spec's own scenarios cover, and that are not quoted by themselves:"


class ShownCheck(Fact):
    """One check in its scenario. `step` is the phrase that shows it, None when no step of the scenario does."""

    id: str
    sentence: str
    advisory: bool
    step: str | None


class TracedScenario(Fact):
    """One Gherkin scenario with what it serves and what judges it."""

    requirement: str
    scenario: PlannedScenario
    checks: tuple[ShownCheck, ...]


class Matrix(Fact):
    """The links as they stand.

    `missing` are the scenarios of the spec that no feature has. `unquoted` are the clauses of requirements that neither
    a check nor a scenario quotes: not a broken link, since the spec's own scenarios cover many, but worth a look.
    """

    rows: tuple[TracedScenario, ...]
    missing: tuple[str, ...]
    unquoted: tuple[str, ...]


def matrix(spec: Spec, plan: Plan, checks: Mapping[str, Check], steps: Sequence[StepDefinition]) -> Matrix:
    """The links between spec, plan, checks and step definitions."""
    rows = tuple(
        TracedScenario(
            requirement=scenario.requirement,
            scenario=scenario,
            checks=tuple(_shown(check, scenario, steps) for check in checks.values() if check.scenario == scenario.name),
        )
        for scenario in plan.scenarios
    )
    planned = {s.name for s in plan.scenarios}
    quoted = {*(c.spec for c in checks.values()), *(s.sentence for s in plan.scenarios if s.sentence)}
    return Matrix(
        rows=rows,
        missing=tuple(name for name in spec.scenario_names if name not in planned),
        unquoted=tuple(c for r in spec.requirements for c in clauses(r) if not _is_quoted(c, quoted)),
    )


def problems(
    spec: Spec, plan: Plan, checks: Mapping[str, Check], steps: Sequence[StepDefinition], settings: Collection[str] = ()
) -> tuple[str, ...]:
    """Every stale or missing link and every broken convention of the features, in words; empty when all is linked.

    `settings` are the names of those that there are.
    """
    topics = {check.id.partition(".")[0] for check in checks.values()}
    return (
        *plan_problems(plan, spec, topics, settings),
        *_in_checks(spec, plan, checks),
        *_in_links(matrix(spec, plan, checks, steps)),
        *_in_steps(plan, checks, steps),
    )


def render(links: Matrix) -> str:
    """The matrix as markdown: a table with one line a check, then the clauses that only the spec's scenarios cover."""
    lines = ["| requirement | scenario | standing | check | sentence of the spec | shown by |", "|---|---|---|---|---|---|"]
    for row in links.rows:
        scenario = row.scenario
        standing = "spec" if scenario.spec_scenario else "must" if scenario.must else "advisory"
        if needed := settings_in(scenario.tags):
            standing += f", where {' and '.join(needed)} is given"
        head = (row.requirement, f"{scenario.name} ({scenario.file}:{scenario.line})", standing)
        for check in row.checks or (None,):
            tail = ("none", scenario.sentence or "", "") if check is None else _cells(check)
            lines.append(_line(*head, *tail))
    lines += [_line("", name, "spec, no Gherkin scenario", "none", "", "") for name in links.missing]
    if links.unquoted:
        lines += ["", COVERED, *(f"- {c}" for c in links.unquoted)]
    return "\n".join(lines) + "\n"


def trace_report(root: Path, check: bool) -> tuple[str, int]:
    """What `ss-audit trace [--check]` prints, and its exit code.

    In: the root of the project; with `check`, only problems and a line of counts are told, and a problem makes the code 1.
    What can't be read at all is always 1.
    """
    try:
        spec = read_spec(root)
        plan = read_plan(root / "features", spec)
        steps = step_definitions(read_steps(root))
    except (OSError, UnicodeDecodeError, SpecError, PlanError, StepError) as unreadable:
        return f"the trace can't be made: {unreadable}\n", 1
    checks = all_checks()
    found = problems(spec, plan, checks, steps, Settings.model_fields)
    table = "" if check else f"{render(matrix(spec, plan, checks, steps))}\n"
    if not found:
        counts = f"{len(plan.scenarios)} scenarios and {len(checks)} checks"
        return f"{table}spec, features and checks are linked both ways: {counts}\n", 0
    listed = "\n".join(f"- {problem}" for problem in found)
    return f"{table}{len(found)} problems:\n{listed}\n", 1 if check else 0


def _shown(check: Check, scenario: PlannedScenario, steps: Sequence[StepDefinition]) -> ShownCheck:
    shown = next((s.text for s in scenario.steps for d in steps if check.id in d.shows and d.matches(s)), None)
    return ShownCheck(id=check.id, sentence=check.spec, advisory=check.advisory, step=shown)


def _is_quoted(clause: str, quoted: Collection[str]) -> bool:
    plain = (normalised(sentence) for sentence in quoted)
    return any(sentence in clause or clause in sentence for sentence in plain if sentence)


def _in_checks(spec: Spec, plan: Plan, checks: Mapping[str, Check]) -> Iterator[str]:
    for check in checks.values():
        if plan.named(check.scenario) is None:
            yield f"the check {check.id} is for the scenario “{check.scenario}”, which no feature has"
        if not serves(spec, check.spec) and not (check.advisory and not check.spec):
            yield f"the check {check.id} quotes “{check.spec}”, which does not stand in the spec"


def _in_links(links: Matrix) -> Iterator[str]:
    for row in links.rows:
        name = row.scenario.name
        if not row.checks:
            yield f"no check judges the scenario “{name}”"
        elif row.scenario.must and all(check.advisory for check in row.checks):
            yield f"only advisories judge the scenario “{name}”, which is @must"
        for check in row.checks:
            if check.step is None:
                yield f"no step of the scenario “{name}” shows its check {check.id}"


def _in_steps(plan: Plan, checks: Mapping[str, Check], steps: Sequence[StepDefinition]) -> Iterator[str]:
    for definition in steps:
        for check in definition.shows:
            if check not in checks:
                yield f"{definition.file}:{definition.line}: there is no check {check}"
    used: set[StepDefinition] = set()
    for scenario in plan.scenarios:
        for step in scenario.steps:
            matching = [definition for definition in steps if definition.matches(step)]
            used.update(matching)
            yield from _in_step(scenario, step, matching, checks)
    for definition in steps:
        if definition not in used:
            yield f"{definition.file}:{definition.line}: no scenario uses the step “{definition.phrase}”"


def _in_step(
    scenario: PlannedScenario, step: PlannedStep, matching: Sequence[StepDefinition], checks: Mapping[str, Check]
) -> Iterator[str]:
    where = f"{scenario.file}:{step.line}: “{step.keyword} {step.text}”"
    if not matching:
        yield f"{where} has no step function"
    if len(matching) > 1:
        yield f"{where} fits {len(matching)} step functions: {', '.join(d.function for d in matching)}"
    if step.kind == "then" and matching and not any(d.shows for d in matching):
        yield f"{where} shows no check, so it could never fail"
    for check in (checks[shown] for d in matching for shown in d.shows if shown in checks):
        if check.scenario != scenario.name:
            yield f"{where} shows {check.id}, which is for the scenario “{check.scenario}”"


def _cells(check: ShownCheck) -> tuple[str, str, str]:
    return check.id + (" (advisory)" if check.advisory else ""), check.sentence, check.step or "no step"


def _line(*cells: str) -> str:
    return "| " + " | ".join(" ".join(cell.replace("|", "\\|").split()) for cell in cells) + " |"
