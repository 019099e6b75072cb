"""What the terminal says at the end of a run: every scenario, the verdict, where everything lies."""

from collections.abc import Sequence
from typing import Any

from ss_audit.verdict import ScenarioResult, Verdict

MARKS = {"pass": "pass", "fail": "FAIL", "not_evidenced": "not evidenced", "error": "ERROR", "not_run": "not run"}


def closing_lines(
    what: str, verdict: Verdict, scenarios: Sequence[ScenarioResult], rehearsal: dict[str, Any] | None, folder: str
) -> list[str]:
    """The closing block, a line each. `what` is what was audited; `rehearsal` as in verdict.json."""
    width = max(map(len, MARKS.values()))
    lines = ["", f"Audit of {what}", ""]
    for scenario in scenarios:
        lines.append(f"  {MARKS[scenario.outcome]:<{width}}  {scenario.name}{'' if scenario.must else '  (advisory)'}")
        if scenario.outcome not in ("pass", "not_run"):
            lines.append(f"  {'':<{width}}  {scenario.reason}")
    lines += ["", f"VERDICT: {verdict.word}{f' (blame: {verdict.blame})' if verdict.blame else ''}", f"  {verdict.reason}"]
    if rehearsal is not None:
        lines += _rehearsal(rehearsal)
    return [*lines, "", f"Evidence and reports: {folder}", ""]


def _rehearsal(rehearsal: dict[str, Any]) -> list[str]:
    if rehearsal["as_expected"]:
        return [
            "",
            "This was a rehearsal: parts of it are stand-ins, so it can never end READY.",
            "It went exactly as it must: only the scenarios whose part stands in are not evidenced.",
        ]
    return ["", "This was a rehearsal, and it did not go as it must:", *(f"  - {d}" for d in rehearsal["deviations"])]
