"""What Then steps assert with: matchers whose mismatch says what was expected, seen, on which evidence, and what to do."""

from typing import Any

from hamcrest.core.base_matcher import BaseMatcher
from hamcrest.core.description import Description

from ss_audit.audit import Audit
from ss_audit.checks.judgement import Check, Finding
from ss_audit.evidence.seen import STAGES, Journey, Stage


class _Holds(BaseMatcher[Audit]):
    def __init__(self, check: Check) -> None:
        self._check = check

    def _matches(self, item: Audit) -> bool:
        return item.finding(self._check).outcome == "pass"

    def describe_to(self, description: Description) -> None:
        description.append_text(self._check.expected)

    def describe_mismatch(self, item: Audit, mismatch_description: Description) -> None:
        mismatch_description.append_text(in_words(item.finding(self._check)))


def holds(check: Check) -> Any:
    """Matches an audit in which this check passes; the check is judged when it was not yet."""
    return _Holds(check)


class _Came(BaseMatcher[Journey]):
    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def _matches(self, item: Journey) -> bool:
        return item.halt is None or STAGES.index(item.halt.stage) > STAGES.index(self._stage)

    def describe_to(self, description: Description) -> None:
        description.append_text(f"a job that came through {self._stage}")

    def describe_mismatch(self, item: Journey, mismatch_description: Description) -> None:
        halt = item.halt
        if halt is not None:
            mismatch_description.append_text(f"the {item.label} ended at {halt.stage}: {halt.why} (evidence {halt.evidence})")


def came_through(stage: Stage) -> Any:
    """Matches a journey in which this stage was done."""
    return _Came(stage)


def in_words(finding: Finding) -> str:
    """A finding as a reader of a failure needs it."""
    lines = [f"[{finding.outcome.replace('_', ' ')}] {finding.saw}"]
    if finding.because:
        lines.append(f"because of: {finding.because}")
    if finding.evidence:
        lines.append(f"evidence: {', '.join(finding.evidence[:8])}{' …' if len(finding.evidence) > 8 else ''}")
    if finding.outcome == "fail" and finding.impact:
        lines.append(f"what it means: {finding.impact}")
    if finding.fix:
        lines.append(f"what to do: {finding.fix}")
    return "\n          ".join(lines)
