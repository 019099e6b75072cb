"""What stands in the way of READY, by cause, as people read it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ss_audit.report.told.scenarios import CheckTold, ScenarioTold


@dataclass(frozen=True)
class Obstacle:
    """What keeps the verdict from READY, or an advisory. `also` are further checks that could not look for the same reason."""

    scenario: str
    check: str
    outcome: str
    expected: str
    saw: str
    impact: str
    fix: str
    evidence: tuple[str, ...]
    also: tuple[str, ...] = ()


def obstacles_of(
    verdict: Mapping[str, Any], key: str, scenarios: Sequence[ScenarioTold], ranks: Sequence[str]
) -> tuple[Obstacle, ...]:
    """As `verdict.json` lists them; of an unfinished run, the roots of what was judged until its end."""
    checks = {check.id: check for scenario in scenarios for check in scenario.checks}
    if verdict:
        return _grouped(_listed(row, checks.get(row["check"])) for row in verdict[key])
    standing = [(s, c) for s in scenarios if s.rank in ranks for c in s.checks if c.outcome != "pass" and c.because is None]
    return _grouped(
        _gap(s.name, c) if c.outcome == "error" else Obstacle(s.name, c.id, c.outcome, c.expected, c.saw, "", c.fix, c.evidence)
        for s, c in standing
    )


def _listed(row: Mapping[str, Any], check: CheckTold | None) -> Obstacle:
    expected, saw, outcome = "", str(row["what"]), "advisory"
    if check is not None and check.outcome == "error":
        return _gap(row["scenario"], check)
    if check is not None and check.outcome != "pass":
        expected, saw, outcome = check.expected, check.saw, check.outcome
    return Obstacle(
        row["scenario"], row["check"], outcome, expected, saw, row["impact"], row["fix"], tuple(row["evidence"])
    )  # fmt: skip


def _gap(scenario: str, check: CheckTold) -> Obstacle:
    """What could not be looked at says nothing about SS: what a fix of SS would be is beside the point."""
    fix = "remove the cause, then run the audit again"
    return Obstacle(scenario, check.id, "error", check.expected, check.saw, "nothing is known about this", fix, check.evidence)


def _grouped(obstacles: Iterable[Obstacle]) -> tuple[Obstacle, ...]:
    """What broke the spec first. What could not be looked at for one and the same reason stands once, naming the others."""
    found: dict[tuple[str, str], Obstacle] = {}
    for obstacle in obstacles:
        key = ("error", obstacle.saw) if obstacle.outcome == "error" else (obstacle.check, obstacle.saw)
        first = found.get(key)
        found[key] = obstacle if first is None else replace(first, also=(*first.also, obstacle.check))
    order = ("fail", "error", "not_evidenced", "advisory")
    return tuple(sorted(found.values(), key=lambda obstacle: order.index(obstacle.outcome)))
