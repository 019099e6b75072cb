"""Allure's result files, completed once everything is judged: what each scenario belongs to, what was found, what it means.

allure-behave writes them while the scenarios run and knows neither the plan nor the findings. What is completed here is never
greener than what is there: a scenario that was judged again later, and then did not pass, is shown as it was judged last.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from ss_audit.checks.judgement import Finding
from ss_audit.plan import Plan, PlannedScenario
from ss_audit.report.spec_text import passage
from ss_audit.verdict import ScenarioResult

SPEC = "ss-production-e2e-audit"
STATUS = {"fail": "failed", "not_evidenced": "failed", "error": "broken"}
ASSERTION = "AssertionError"
HEADS = {"Expected:": "expected:", "but:": "seen:", "what to do:": "fix:"}
SPEC_ATTACHMENT = "spec-attachment.md"


def complete(
    folder: Path,
    plan: Plan,
    results: Iterable[ScenarioResult],
    mask: Callable[[str], str],
    spec: str = "",
    kind: str = "",
) -> None:
    """Completes the result files in this folder. A file that can't be read is left for the comparison that follows.

    In: the plan, what came of it, what masks secrets, the spec's markdown when it could be read, and what kind of run this
    is (profile and stack): the history of a scenario is that of runs of one kind.
    """
    scenarios = {scenario.name: scenario for scenario in plan.scenarios}
    judged = {result.name: result for result in results}
    times: Counter[str] = Counter()
    for file in sorted(folder.glob("*-result.json")):
        try:
            shown = json.loads(file.read_text("utf-8"))
            scenario, result = scenarios[shown["name"]], judged[shown["name"]]
        except (ValueError, LookupError, TypeError):
            continue
        times[scenario.id] += 1
        done = completed(shown, scenario, result, f"{kind}\n{scenario.id}\n{times[scenario.id]}")
        done["attachments"] = [*done.get("attachments", []), *_passage(file, scenario, spec)]
        file.write_text(mask(json.dumps(done, ensure_ascii=False)), "utf-8")
    if spec:
        (folder / SPEC_ATTACHMENT).write_text(spec, "utf-8")


def completed(shown: Mapping[str, Any], scenario: PlannedScenario, result: ScenarioResult, identity: str) -> dict[str, Any]:
    """One result with labels, description, status and message as the audit knows them. In and out: Allure's own form.

    `identity` is what makes two results the same test in two runs.
    """
    ours = {"epic": SPEC, "feature": scenario.requirement, "story": scenario.name, "severity": _severity(scenario)}
    ours["outcome"] = _words(result.outcome)
    kept = [label for label in shown.get("labels", []) if label.get("name") not in ours]
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return {
        **shown,
        "historyId": digest,
        "testCaseId": digest,
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
    decided = standing and standing[0].outcome == result.outcome
    said = [] if decided else [f"[{_words(result.outcome)}] {result.reason}"]
    return "\n\n".join([*said, *map(_standing, standing)])


def _line(finding: Finding) -> str:
    evidence = ", ".join(finding.evidence[:6]) + (" …" if len(finding.evidence) > 6 else "")
    rests = f"({finding.strength}: {evidence})" if evidence else f"({finding.strength})"
    return f"- **{_words(finding.outcome)}** {_cell(finding.check)}: {_cell(finding.saw)} {rests}"


def _standing(finding: Finding) -> str:
    whose = f": {finding.blame}" if finding.outcome == "error" and finding.blame else ""
    lines = [f"[{_words(finding.outcome)}{whose}] {finding.check}"]
    lines += [f"  expected: {finding.wanted}", f"  seen: {finding.saw}"]
    if finding.because:
        lines.append(f"  because of: {finding.because}")
    if finding.evidence:
        lines.append(f"  evidence: {', '.join(finding.evidence)}")
    if finding.outcome == "fail" and finding.impact:
        lines.append(f"  what it means: {finding.impact}")
    return "\n".join([*lines, f"  fix: {finding.fix}"] if finding.fix else lines)


def _details(details: Mapping[str, Any] | None, result: ScenarioResult) -> dict[str, Any]:
    if result.outcome == "pass":
        return dict(details or {})
    kept = {} if str((details or {}).get("message", ASSERTION)).startswith(ASSERTION) else dict(details or {})
    return {**kept, "message": message(result)}


def _status(status: str | None, result: ScenarioResult) -> str | None:
    """Where the audit has nothing against it, what behave saw stands; but what never came to its end is no judgement."""
    if result.outcome == "not_run":
        return "skipped" if status == "skipped" else "broken"
    return STATUS.get(result.outcome, status)


def _step(step: Mapping[str, Any]) -> dict[str, Any]:
    """A step whose judgement did not hold says so in our words; where in our code that was asserted helps nobody."""
    details = step.get("statusDetails") or {}
    said = str(details.get("message", ""))
    if not said.startswith(ASSERTION):
        return dict(step)
    lines = (line.strip() for line in said.removeprefix(ASSERTION).lstrip(": \n").splitlines())
    return {**step, "statusDetails": {"message": "\n".join(_headed(line) for line in lines if line)}}


def _headed(line: str) -> str:
    """PyHamcrest's words for the parts of a mismatch, as ours."""
    head = next((head for head in HEADS if line.startswith(head)), "")
    return HEADS.get(head, "") + line.removeprefix(head)


def _passage(result: Path, scenario: PlannedScenario, spec: str) -> list[dict[str, str]]:
    """What the spec says about it, as an attachment: a file of this result's own, for Allure shows each file only once."""
    text = passage(spec, scenario.requirement, scenario.name) if spec else None
    if text is None:
        return []
    file = result.with_name(f"{result.name.removesuffix('-result.json')}-spec-attachment.txt")
    file.write_text(text, "utf-8")
    return [{"name": f"what the spec says ({text.splitlines()[0]})", "source": file.name, "type": "text/plain"}]


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
