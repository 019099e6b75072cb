"""The run log's sections about what was judged: audit points, blocking issues, advisories, scenarios."""

from collections.abc import Iterable

from ss_audit.report.markdown import code, prose, table
from ss_audit.report.run_log_evidence import Cited
from ss_audit.report.told.account import Account
from ss_audit.report.told.obstacles import Obstacle
from ss_audit.report.told.scenarios import CheckTold
from ss_audit.report.told.words import OUTCOME_WORDS, counted

RANKS = {"spec": "spec", "must": "this audit", "advisory": "advisory"}


def listed(check: CheckTold, cited: Cited) -> list[str]:
    """One check: outcome, what was seen, strength, evidence."""
    lines = [f"- {OUTCOME_WORDS.get(check.outcome, check.outcome)}: {code(check.id)}"]
    if check.outcome != "pass":
        lines.append(f"  - expected: {prose(check.expected)}")
    lines += [f"  - saw: {prose(check.saw)}", f"  - strength: {check.strength}"]
    if check.because:
        lines.append(f"  - not judged because of: {code(check.because)}")
    return [*lines, *cited.lines(check.evidence, "  ")]


def audit_points(account: Account, cited: Cited) -> list[str]:
    """Each of the four with PASS, FAIL or NOT JUDGED, the scenarios that it rests on, and the checks of these."""
    by_name = {scenario.name: scenario for scenario in account.scenarios}
    lines = []
    for point in account.points:
        lines += [f"### {point.title}: {point.conclusion.upper()}", "", f"Rests on {_quoted(point.scenarios)}.", ""]
        told = [by_name[name] for name in point.scenarios if name in by_name]
        checks = [line for scenario in told for check in scenario.checks for line in listed(check, cited)]
        lines += [*(checks or ["Nothing was judged in this run."]), ""]
    return lines


def _quoted(names: Iterable[str]) -> str:
    return " and ".join(f"“{prose(name)}”" for name in names)


def blocking_issues(account: Account, cited: Cited) -> list[str]:
    """What keeps the verdict from READY, each root once."""
    if account.blockers:
        return [line for item in account.blockers for line in _issue(item, cited)]
    return ["None.", ""] if account.word == "READY" else [f"No finding about SS. {prose(account.reason)}", ""]


def advisories(account: Account, cited: Cited) -> list[str]:
    """What does not move the verdict."""
    return [line for item in account.advisories for line in _issue(item, cited)] or ["None.", ""]


def _issue(item: Obstacle, cited: Cited) -> list[str]:
    lines = [f"### {prose(item.scenario)}: {code(item.check)}", ""]
    lines.append(f"- outcome: {OUTCOME_WORDS.get(item.outcome, item.outcome)}")
    if item.expected:
        lines.append(f"- expected: {prose(item.expected)}")
    lines.append(f"- saw: {prose(item.saw)}")
    if item.impact:
        lines.append(f"- impact: {prose(item.impact)}")
    if item.fix:
        lines.append(f"- fix direction: {prose(item.fix)}")
    if item.also:
        lines.append(f"- {counted(len(item.also), 'further check')} for the same reason: {', '.join(map(code, item.also))}")
    return [*lines, *cited.lines(item.evidence), ""]


def scenarios(account: Account) -> list[str]:
    """All that were planned, in the order of the plan."""
    rows = [
        (prose(s.name), RANKS[s.rank], OUTCOME_WORDS.get(s.outcome, s.outcome), str(len(s.checks))) for s in account.scenarios
    ]
    return table(("scenario", "named by", "outcome", "checks"), rows)
