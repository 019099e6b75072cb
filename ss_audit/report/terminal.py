"""What the terminal says at the end of a run: every scenario, the verdict, where everything lies."""

import textwrap
from collections.abc import Sequence
from typing import Any

from ss_audit.verdict import ScenarioResult, Verdict

MARKS = {"pass": "pass", "fail": "FAIL", "not_evidenced": "not evidenced", "error": "ERROR"}
MARK_WIDTH = max(map(len, MARKS.values()))
PAGE_WIDTH = 118
SAW = "; saw "


def closing_lines(
    what: str,
    verdict: Verdict,
    scenarios: Sequence[ScenarioResult],
    rehearsal: dict[str, Any] | None,
    folder: str,
    digest: str,
) -> list[str]:
    """The closing block, a line each.

    `what` is what was audited; `rehearsal` as in verdict.json; `digest` is the SHA-256 of verdict.json, hex, which pins
    the event log by its `evidence_head`.
    """
    executed = [s for s in scenarios if s.outcome != "not_run"]
    not_run = [s for s in scenarios if s.outcome == "not_run"]
    lines = ["", f"Audit of {what}", "", *_scenarios(executed)]
    if not_run:
        lines.append(f"  {'not run':<{MARK_WIDTH}}  {f'{len(not_run)} further scenarios' if executed else 'all scenarios'}")
    blame = f" (blame: {verdict.blame})" if verdict.blame else ""
    lines += ["", f"VERDICT: {verdict.word}{blame}", *_wrapped(verdict.reason, 2)]
    if rehearsal is not None:
        lines += ["", *_rehearsal(rehearsal, scenarios)]
    return [*lines, "", f"Evidence and reports: {folder}", f"Digest of verdict.json: sha256:{digest}"]


def _scenarios(executed: Sequence[ScenarioResult]) -> list[str]:
    """Each with its outcome; and where it did not pass, why. What keeps many from being judged is told once."""
    lines: list[str] = []
    told: set[str] = set()
    for scenario in executed:
        lines.append(f"  {MARKS[scenario.outcome]:<{MARK_WIDTH}}  {scenario.name}{'' if scenario.must else '  (advisory)'}")
        if scenario.outcome == "pass":
            continue
        why = (scenario.reason.splitlines() or [""])[0]
        if scenario.outcome == "error":
            why = why.partition(SAW)[2] or why
            repeated = why in told
            told.add(why)
            why = "for the same reason" if repeated else why
        lines += _wrapped(why, MARK_WIDTH + 4)
    return lines


def _rehearsal(rehearsal: dict[str, Any], scenarios: Sequence[ScenarioResult]) -> list[str]:
    if rehearsal["as_expected"]:
        return [
            "This was a rehearsal: parts of it are stand-ins, so it can never end READY.",
            "It went exactly as it must: only the scenarios whose part stands in are not evidenced.",
        ]
    outcomes = {s.outcome for s in scenarios}
    if "error" in outcomes or outcomes == {"not_run"}:
        return ["This was meant to be a rehearsal, and could not be carried out."]
    part = "a part of a rehearsal" if "not_run" in outcomes else "a rehearsal"
    run = [s.name for s in scenarios if s.outcome != "not_run"]
    strange = [name for name in run if any(d.startswith(f"{name}: ") for d in rehearsal["deviations"])]
    if not strange:
        return [f"This was {part}. What was run of it went as it must."]
    return [f"This was {part}, and it did not go as it must:", *(f"  - {name}" for name in strange)]


def _wrapped(text: str, indent: int) -> list[str]:
    margin = " " * indent
    return textwrap.wrap(
        text, PAGE_WIDTH, initial_indent=margin, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
