"""What came of every planned scenario, and what keeps a run from being whole: pure, since verify works it out again."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from ss_audit.checks.judgement import Blame, Finding
from ss_audit.evidence.model import Fact
from ss_audit.plan import Plan, PlannedScenario
from ss_audit.verdict import ScenarioResult, scenario_outcome, settle

INTERRUPTED = "it was interrupted"


class Trouble(Fact):
    """Why a run is partial, in words, and whose fault that is."""

    what: str
    blame: Blame


def results(plan: Plan, executed: Mapping[str, str | None], findings: Iterable[Finding]) -> tuple[ScenarioResult, ...]:
    """Every planned scenario with what came of it so far, in the order of the plan.

    `executed` holds, by name, what went wrong in a scenario besides SS (None: nothing); what is not in it was not run.
    """
    settled = settle(findings)
    return tuple(_result(scenario, executed, settled) for scenario in plan.scenarios)


def results_as_executed(
    plan: Plan, names: Collection[str], executed: Mapping[str, str | None], findings: Iterable[Finding]
) -> tuple[ScenarioResult, ...]:
    """The scenarios of these names as if each was executed: what was found about them counts, whoever asked for it."""
    settled = settle(findings)
    return tuple(_result(s, {s.name: None, **executed}, settled) for s in plan.scenarios if s.name in names)


def gap(said: Trouble | None, left: str | None, lost: Sequence[str], judged: Sequence[ScenarioResult]) -> Trouble | None:
    """Why not everything was looked at, or None.

    In: what behave's runner and the closing said; what outlived its end; what the plan lost, in words; every result.
    """
    if said is not None:
        return said
    if left:
        return Trouble(what=left, blame="audit")
    if lost:
        return Trouble(what="; ".join(lost), blame="audit")
    not_run = [r for r in judged if r.outcome == "not_run"]
    if not_run:
        return Trouble(what=f"{len(not_run)} of {len(judged)} scenarios were not run", blame="operator")
    return None


def trouble(known: Trouble | None, differing: Sequence[str], leaked: Sequence[str]) -> Trouble | None:
    """Why the run is partial, or None when it is whole.

    In: the gap, how the reports differ from what happened, where a secret stands in the run's folder. A leak comes first: it
    is our own fault whatever else there was. Where there is a gap, what differs follows from it.
    """
    if leaked:
        return Trouble(what=f"secrets stand in the run's own folder: {'; '.join(leaked)}", blame="audit")
    if known is None and differing:
        return Trouble(what=f"a report shows something else than what happened: {'; '.join(differing)}", blame="audit")
    return known


def _result(scenario: PlannedScenario, executed: Mapping[str, str | None], settled: Iterable[Finding]) -> ScenarioResult:
    findings = tuple(f for f in settled if f.scenario == scenario.name)
    problem = executed.get(scenario.name)
    if scenario.name not in executed:
        outcome, reason, findings = "not_run", "it was not run", ()
    elif problem == INTERRUPTED and scenario_outcome(findings) != "fail":
        outcome, reason, findings = "not_run", problem, ()
    elif problem is not None and (not findings or scenario_outcome(findings) == "pass"):
        outcome, reason = "error", problem
    else:
        outcome, reason = scenario_outcome(findings), _reason(findings)
    return ScenarioResult(
        id=scenario.id, name=scenario.name, requirement=scenario.requirement, must=scenario.must,
        outcome=outcome, reason=reason, findings=findings,  # type: ignore[arg-type]
    )  # fmt: skip


def _reason(findings: Sequence[Finding]) -> str:
    """The first finding that decides the outcome, roots before their consequences."""
    order = ("fail", "error", "not_evidenced")
    standing = [f for outcome in order for f in findings if f.outcome == outcome]
    first = next((f for f in standing if f.because is None), standing[0] if standing else None)
    if first is None:
        return f"{len(findings)} checks passed" if findings else "no check belongs to it"
    return f"expected {first.wanted}; saw {first.saw}"
