"""The scenarios of a run, finished or not: what came of each, and the checks under it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ss_audit.checks.judgement import Finding, in_full
from ss_audit.plan import PlannedScenario
from ss_audit.planned import PLAN, PlanOnRecord
from ss_audit.run_reading import RunRead
from ss_audit.verdict import settle

Rank = Literal["spec", "must", "advisory"]


@dataclass(frozen=True)
class CheckTold:
    """One check, as `verdict.json` or, in an unfinished run, the event log has it; `expected` is its rule and the value."""

    id: str
    outcome: str
    expected: str
    saw: str
    strength: str
    evidence: tuple[str, ...]
    fix: str
    spec: str
    because: str | None


@dataclass(frozen=True)
class ScenarioTold:
    """One planned scenario. `rank`: named by the spec, one of our further ones that counts, or an advisory."""

    id: str
    name: str
    requirement: str
    rank: Rank
    outcome: str
    reason: str
    checks: tuple[CheckTold, ...]

    @property
    def evidence(self) -> tuple[str, ...]:
        """What its checks rest on; of the ones that did not pass first."""
        ordered = sorted(self.checks, key=lambda check: check.outcome == "pass")
        return tuple(dict.fromkeys(e for check in ordered for e in check.evidence))

    @property
    def deciding(self) -> CheckTold | None:
        """The check that explains the outcome: the first root of what did not pass, in the order of the verdict's table."""
        for outcome in ("fail", "error", "not_evidenced"):
            standing = [check for check in self.checks if check.outcome == outcome]
            if standing:
                return next((check for check in standing if check.because is None), standing[0])
        return None


def scenarios_of(run: RunRead) -> tuple[ScenarioTold, ...]:
    """Every planned scenario in the order of the plan."""
    planned = planned_in(run)
    if run.verdict:
        return scenarios_in(run.verdict, planned)
    return tuple(_told(row, planned.get(row["id"])) for row in _unfinished(run, planned))


def scenarios_in(verdict: Mapping[str, Any], planned: Mapping[str, PlannedScenario]) -> tuple[ScenarioTold, ...]:
    """Those of a `verdict.json`, in its order; `planned` holds what is known of them from the plan, by id."""
    return tuple(_told(row, planned.get(row["id"])) for row in verdict["scenarios"])


def same_reason(scenarios: Iterable[ScenarioTold]) -> Mapping[str, str]:
    """For each scenario that could not be looked at for the very reason of an earlier one: by its id, that one's name."""
    first: dict[str, str] = {}
    later: dict[str, str] = {}
    for scenario in scenarios:
        deciding = scenario.deciding
        if deciding is None or deciding.outcome != "error":
            continue
        if deciding.saw in first:
            later[scenario.id] = first[deciding.saw]
        else:
            first[deciding.saw] = scenario.name
    return later


def planned_in(run: RunRead) -> Mapping[str, PlannedScenario]:
    """By id, from the plan in the bundle; empty when the run was killed before it was written."""
    try:
        plan = PlanOnRecord.model_validate_json((run.data / PLAN).read_bytes()).plan
    except (OSError, ValueError):
        return {}
    return {scenario.id: scenario for scenario in plan.scenarios}


def _told(row: Mapping[str, Any], planned: PlannedScenario | None) -> ScenarioTold:
    rank: Rank = "advisory"
    if row["must"]:
        rank = "spec" if planned is not None and planned.spec_scenario else "must"
    return ScenarioTold(
        id=row["id"],
        name=row["name"],
        requirement=row["requirement"],
        rank=rank,
        outcome=row["outcome"],
        reason=row["reason"],
        checks=tuple(_check(check) for check in row["checks"]),
    )


def _check(row: Mapping[str, Any]) -> CheckTold:
    return CheckTold(
        id=row["id"],
        outcome=row["outcome"],
        expected=in_full(row.get("rule", ""), row["expected"]),
        saw=row["saw"],
        strength=row["strength"],
        evidence=tuple(row["evidence"]),
        fix=row["fix"],
        spec=row["spec"],
        because=row["because"],
    )


def _unfinished(run: RunRead, planned: Mapping[str, PlannedScenario]) -> list[dict[str, Any]]:
    """The rows that `verdict.json` would have, as far as the log goes."""
    ids: list[str] = next((list(e.data["scenarios"]) for e in run.of_type("planned")), [])
    ended = {e.data["id"]: e.data for e in run.of_type("scenario_ended")}
    findings: dict[str, list[Finding]] = {}
    for finding in settle(run.findings.values()):
        findings.setdefault(finding.scenario, []).append(finding)
    rows = []
    for id_ in ids:
        known = planned.get(id_)
        name = known.name if known else id_.rpartition("/")[2].replace("-", " ").capitalize()
        end = ended.get(id_, {"outcome": "not_run", "reason": "the run ended before it"})
        checks = [{"id": f.check, **f.model_dump(mode="json")} for f in findings.get(name, []) if id_ in ended]
        rows.append({
            "id": id_, "name": name, "requirement": known.requirement if known else "", "must": known.must if known else True,
            "outcome": end["outcome"], "reason": end["reason"], "checks": checks,
        })  # fmt: skip
    return rows
