"""From findings to a verdict: pure, as a table that is read from the top (design: "first line that applies").

`pass` needs everything; a `fail` outweighs what could not be looked at; what could not be looked at outweighs what was
looked at and not shown; and nothing at all is never a pass.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from ss_audit.checks.judgement import Blame, Finding
from ss_audit.evidence.model import Fact

ScenarioOutcome = Literal["pass", "fail", "not_evidenced", "error", "not_run"]
VerdictWord = Literal["READY", "NOT READY", "INCONCLUSIVE"]
EXIT_CODES: dict[VerdictWord, int] = {"READY": 0, "NOT READY": 1, "INCONCLUSIVE": 2}
AUDIT_POINTS = {
    "template_selection": ("Template selection is not hard-coded",),
    "parameter_binding": (
        "The frozen parameters are the ones that were asked for",
        "Missing parameters yield structured errors",
    ),
    "dependency_handling": ("Missing ado/SSC dependency is diagnosable and recoverable",),
    "artifact_contract": ("Artifacts are contract-indexed and survive restart",),
}
"""The key audit points, each with all scenarios that it rests on: what is bound and what is refused are one point."""
AUDIT_POINT_SCENARIOS = frozenset(name for names in AUDIT_POINTS.values() for name in names)


class ScenarioResult(Fact):
    """One planned scenario with what came of it. `reason` is one sentence for a reader."""

    id: str
    name: str
    requirement: str
    must: bool
    outcome: ScenarioOutcome
    reason: str
    findings: tuple[Finding, ...] = ()


class Verdict(Fact):
    """The word, whose fault an INCONCLUSIVE is, and why the run is partial when it is."""

    word: VerdictWord
    blame: Blame | None = None
    partial_because: str | None = None
    reason: str

    @property
    def exit_code(self) -> int:
        """0 READY, 1 NOT READY, 2 INCONCLUSIVE."""
        return EXIT_CODES[self.word]


def scenario_outcome(findings: Sequence[Finding]) -> ScenarioOutcome:
    """The outcome of a scenario from its checks, in the order of the verdict's own table; without any check it is an error."""
    outcomes = {f.outcome for f in findings}
    if "fail" in outcomes:
        return "fail"
    if not outcomes or outcomes - {"pass", "not_evidenced"}:
        return "error"
    return "not_evidenced" if "not_evidenced" in outcomes else "pass"


def settle(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings whose `because` leads to no root become roots themselves: nobody else would tell of the gap.

    That is so when the check it names was never judged, passed, or depends in the end on the finding itself.
    """
    findings = tuple(findings)
    causes = {f.check: f.because for f in findings if f.outcome != "pass"}
    return tuple(
        f if f.because is None or _leads_to_a_root(f.check, causes) else f.model_copy(update={"because": None})
        for f in findings
    )


def _leads_to_a_root(check: str, causes: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    while check in causes and check not in seen:
        seen.add(check)
        cause = causes[check]
        if cause is None:
            return True
        check = cause
    return False


def roots(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What stands in the way of READY, each root once: what broke the spec first, then in the order of judgement."""
    order = ("fail", "error", "not_evidenced")
    return tuple(sorted({f.check: f for f in findings if f.is_root}.values(), key=lambda f: order.index(f.outcome)))


def decide(
    scenarios: Sequence[ScenarioResult],
    profile: Literal["rehearsal", "production"],
    partial_because: str | None = None,
    blame: Blame | None = None,
    in_doubt: bool = False,
) -> Verdict:
    """The verdict. In: every planned scenario, advisory ones included. `blame` is whose fault it is that the run is partial.

    `in_doubt`: the evidence itself can't be relied on or handed on, through a fault of ours; nothing is decided on it then.
    """
    counted = [s for s in scenarios if s.must]
    outcomes = [s.outcome for s in counted]
    if "fail" in outcomes and not in_doubt:
        return Verdict(word="NOT READY", partial_because=partial_because, reason=_named(counted, "fail", "broke the spec"))
    unclear = [s for s in counted if s.outcome not in ("pass", "not_evidenced")]
    if unclear or partial_because or not counted:
        whose = _blame(unclear, blame if partial_because else None)
        reason = (partial_because or _named(counted, "error", "could not be judged")) if counted else "nothing was planned"
        return Verdict(word="INCONCLUSIVE", blame=whose, partial_because=partial_because, reason=reason)
    if "not_evidenced" in outcomes:
        return Verdict(word="NOT READY", reason=_named(counted, "not_evidenced", "nothing shows that SS keeps the spec"))
    if profile != "production":
        return Verdict(word="NOT READY", reason="a rehearsal is never READY")
    return Verdict(word="READY", reason="every scenario passed")


def audit_points(scenarios: Iterable[ScenarioResult]) -> dict[str, str]:
    """The conclusion for each key audit point: fail when any of its scenarios failed, pass when all passed, else not judged."""
    by_name = {s.name: s.outcome for s in scenarios}
    return {point: _conclusion([by_name.get(n, "not_run") for n in names]) for point, names in AUDIT_POINTS.items()}


def _conclusion(outcomes: Sequence[str]) -> str:
    if "fail" in outcomes:
        return "fail"
    return "pass" if set(outcomes) == {"pass"} else "not judged"


def deviations(scenarios: Iterable[ScenarioResult], stand_ins: Sequence[str]) -> tuple[str, ...]:
    """How a rehearsal differs from what it must be, both ways; empty when it went as it must.

    Each real-dependency scenario whose part stands in ends `not_evidenced` and names its stand-in; all else passes.
    """
    scenarios = tuple(scenarios)
    expected = {name: part for part, name in STANDS_IN.items() if part in stand_ins}
    named = {s.name for s in scenarios}
    found = [
        f"{name}: expected not_evidenced since {part} stands in, and it was not planned"
        for name, part in expected.items()
        if name not in named
    ]
    found += [] if scenarios else ["nothing was judged"]
    for scenario in scenarios:
        part = expected.get(scenario.name)
        if part is None and scenario.outcome != "pass":
            found.append(f"{scenario.name}: expected pass, was {scenario.outcome} ({scenario.reason})")
        if part is not None and scenario.outcome != "not_evidenced":
            found.append(f"{scenario.name}: expected not_evidenced since {part} stands in, was {scenario.outcome}")
        if part is None:
            continue
        for finding in scenario.findings:
            if finding.outcome not in ("pass", "not_evidenced"):
                found.append(f"{scenario.name}: {finding.check} was {finding.outcome} ({finding.saw})")
            if finding.outcome == "not_evidenced" and part not in finding.saw:
                found.append(f"{scenario.name}: {finding.check} was not evidenced, and not because {part} stands in")
    return tuple(found)


STANDS_IN = {
    "rehearsal Stata": "Real Stata runner is evidenced",
    "rehearsal LLM": "Real LLM provider is evidenced with the forced model",
}


def _named(scenarios: Iterable[ScenarioResult], outcome: str, what: str) -> str:
    names = [s.name for s in scenarios if s.outcome == outcome or (outcome == "error" and s.outcome == "not_run")]
    return f"{what}: {'; '.join(names)}"


def _blame(unclear: Iterable[ScenarioResult], of_partial: Blame | None) -> Blame:
    """Our own fault first, since it puts everything else in doubt; then the environment's; else the operator left it out."""
    blames: set[Blame | None] = {of_partial, *(f.blame for s in unclear for f in s.findings if f.outcome == "error")}
    order: tuple[Blame, ...] = ("audit", "environment")
    return next((blame for blame in order if blame in blames), "operator")


def document(
    head: Mapping[str, Any], verdict: Verdict, scenarios: Sequence[ScenarioResult], tail: Mapping[str, Any]
) -> dict[str, Any]:
    """`verdict.json` (schema ss-audit/verdict/1). `head` and `tail` are what the run knows besides its findings."""
    counted = settle(f for s in scenarios if s.must for f in s.findings)
    aside = settle(f for s in scenarios if not s.must for f in s.findings)
    return {
        "schema": "ss-audit/verdict/1",
        **head,
        "verdict": verdict.word,
        "blame": verdict.blame,
        "partial_because": verdict.partial_because,
        "partial": verdict.partial_because is not None,
        "reason": verdict.reason,
        "scenarios": [_scenario(s) for s in scenarios],
        "audit_points": audit_points(scenarios),
        "blockers": [_blocker(f) for f in roots(counted)],
        "advisories": [_blocker(f) for f in roots(aside)]
        + [{**_blocker(f), "what": f.advisory} for f in counted if f.advisory],
        **tail,
    }


def _scenario(scenario: ScenarioResult) -> dict[str, Any]:
    data = scenario.model_dump(mode="json", exclude={"findings"})
    fields = {"outcome", "strength", "spec", "rule", "expected", "saw", "because", "evidence", "fix"}
    data["checks"] = [{"id": f.check, **f.model_dump(mode="json", include=fields)} for f in scenario.findings]
    return data


def _blocker(finding: Finding) -> dict[str, Any]:
    return {
        "scenario": finding.scenario,
        "check": finding.check,
        "what": f"expected {finding.wanted}; saw {finding.saw}",
        "impact": finding.impact,
        "fix": finding.fix,
        "evidence": list(finding.evidence),
    }
