"""Allure's result files, completed once everything is judged: what each scenario belongs to, what was found, what it means.

allure-behave writes them while the scenarios run and knows neither the plan nor the findings. What is completed here is never
greener than what is there: a scenario that was judged again later, and then did not pass, is shown as it was judged last.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ss_audit.checks.judgement import Finding
from ss_audit.plan import Plan, PlannedScenario
from ss_audit.verdict import ScenarioResult, Verdict

SPEC = "ss-production-e2e-audit"
STATUS = {"fail": "failed", "not_evidenced": "failed", "error": "broken"}
CATEGORIES = (
    ("SS was seen to break the spec", "fail"),
    ("It could not be looked at", "error"),
    ("Nothing shows that SS keeps the spec", "not_evidenced"),
)
ASSERTION = "AssertionError"


def complete(folder: Path, plan: Plan, results: Iterable[ScenarioResult], mask: Callable[[str], str]) -> None:
    """Completes the result files in this folder. A file that can't be read is left for the comparison that follows."""
    scenarios = {scenario.name: scenario for scenario in plan.scenarios}
    judged = {result.name: result for result in results}
    for file in sorted(folder.glob("*-result.json")):
        try:
            shown = json.loads(file.read_text("utf-8"))
            scenario, result = scenarios[shown["name"]], judged[shown["name"]]
        except (ValueError, LookupError, TypeError):
            continue
        text = json.dumps(completed(shown, scenario, result), ensure_ascii=False)
        file.write_text(mask(text), "utf-8")


def describe_run(
    folder: Path, what: str, run_id: str, verdict: Verdict, results: Sequence[ScenarioResult], mask: Callable[[str], str]
) -> None:
    """Writes what Allure shows beside the scenarios: the verdict, what was audited (in a line), and the categories.

    Allure 2 reads the categories as a file of their own; Allure 3 takes them from its configuration, which gives the report
    its name as well.
    """
    if not folder.is_dir():
        return
    counts = Counter(result.outcome for result in results)
    facts = {
        "Verdict": verdict.word,
        "Because": verdict.reason,
        "Blame": verdict.blame or "",
        "Audited": what,
        "Scenarios": ", ".join(f"{number} {outcome.replace('_', ' ')}" for outcome, number in counts.items()),
        "Run": run_id,
    }
    lines = [f"{name}={' '.join(value.split())}" for name, value in facts.items() if value]
    (folder / "environment.properties").write_text(mask("\n".join([*lines, ""])), "utf-8")
    executor = {"name": "SS production audit", "type": "ss-audit", "buildName": f"{verdict.word}, run {run_id}"}
    (folder / "executor.json").write_text(json.dumps(executor), "utf-8")
    categories = [
        {"name": name, "messageRegex": rf"\[{_words(outcome)}\][\s\S]*", "matchedStatuses": ["failed", "broken"]}
        for name, outcome in CATEGORIES
    ]
    (folder / "categories.json").write_text(json.dumps(categories, indent=2), "utf-8")
    configuration = {"name": f"SS production audit: {verdict.word}", "categories": categories}
    (folder / "allurerc.json").write_text(json.dumps(configuration, indent=2), "utf-8")


def completed(shown: Mapping[str, Any], scenario: PlannedScenario, result: ScenarioResult) -> dict[str, Any]:
    """One result with labels, description, status and message as the audit knows them. In and out: Allure's own form."""
    ours = {"epic": SPEC, "feature": scenario.requirement, "story": scenario.name, "severity": _severity(scenario)}
    ours["outcome"] = _words(result.outcome)
    kept = [label for label in shown.get("labels", []) if label.get("name") not in ours]
    return {
        **shown,
        "labels": [*({"name": name, "value": value} for name, value in ours.items()), *kept],
        "titlePath": [SPEC, scenario.requirement],
        "description": description(scenario, result),
        "status": _status(shown.get("status"), result),
        "statusDetails": _details(shown.get("statusDetails"), result),
        "steps": [_step(step) for step in shown.get("steps", [])],
    }


def description(scenario: PlannedScenario, result: ScenarioResult) -> str:
    """Markdown: the message to the reader, the sentence that is served, the outcome, and a line for each check."""
    parts = [scenario.description]
    if scenario.sentence:
        parts.append(f"Serves the spec's sentence: “{scenario.sentence}”")
    parts.append(f"**{_words(result.outcome).capitalize()}**: {_cell(result.reason)}")
    parts.append("\n".join(map(_line, result.findings)))
    return "\n\n".join(part for part in parts if part)


def message(result: ScenarioResult) -> str:
    """What stands over a scenario that did not pass: every finding in the way, those that decide first; else the reason."""
    standing = [f for outcome, _ in STATUS.items() for f in result.findings if f.outcome == outcome]
    return "\n\n".join(map(_standing, standing)) or f"[{_words(result.outcome)}] {result.reason}"


def _line(finding: Finding) -> str:
    evidence = ", ".join(finding.evidence[:6]) + (" …" if len(finding.evidence) > 6 else "")
    rests = f"({finding.strength}: {evidence})" if evidence else f"({finding.strength})"
    return f"- **{_words(finding.outcome)}** {_cell(finding.check)}: {_cell(finding.saw)} {rests}"


def _standing(finding: Finding) -> str:
    lines = [f"[{_words(finding.outcome)}] {finding.saw}", f"  expected: {finding.expected}"]
    if finding.because:
        lines.append(f"  because of: {finding.because}")
    if finding.evidence:
        lines.append(f"  evidence: {', '.join(finding.evidence)}")
    if finding.outcome == "fail" and finding.impact:
        lines.append(f"  what it means: {finding.impact}")
    return "\n".join([*lines, f"  what to do: {finding.fix}"] if finding.fix else lines)


def _details(details: Mapping[str, Any] | None, result: ScenarioResult) -> dict[str, Any]:
    if result.outcome not in STATUS:
        return dict(details or {})
    kept = {} if str((details or {}).get("message", ASSERTION)).startswith(ASSERTION) else dict(details or {})
    return {**kept, "message": message(result)}


def _status(status: str | None, result: ScenarioResult) -> str | None:
    """Where the audit has nothing against it, what behave saw stands; but nothing that never came to its end passes."""
    kept = "skipped" if result.outcome == "not_run" and status == "passed" else status
    return STATUS.get(result.outcome, kept)


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step whose judgement did not hold says so in our words; where in our code that was asserted helps nobody."""
    details = step.get("statusDetails") or {}
    said = str(details.get("message", ""))
    if not said.startswith(ASSERTION):
        return dict(step)
    return {**step, "statusDetails": {"message": said.removeprefix(ASSERTION).lstrip(": \n").rstrip()}}


def _severity(scenario: PlannedScenario) -> str:
    if not scenario.must:
        return "minor"
    return "blocker" if scenario.spec_scenario else "critical"


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")


def _cell(text: str) -> str:
    """Text of ours or of SS's within markdown: on one line, and nothing in it is markup."""
    line = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\|*_`[]<>#~" else c for c in line)
