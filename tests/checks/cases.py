"""One row of a table: a check, what it sees, and what it has to find."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from ss_audit.checks.judgement import Check
from ss_audit.every_check import all_checks
from ss_audit.evidence.observation import Observation


@dataclass(frozen=True)
class Case:
    """`says` has to stand in what the finding says that it saw."""

    check: Check
    what: str
    seen: tuple[Observation, ...]
    outcome: str
    says: str = ""


def row(check: Check, what: str, seen: Observation | tuple[Observation, ...], outcome: str, says: str = "") -> Case:
    """A row; one observation need not be a tuple."""
    return Case(check, what, seen if isinstance(seen, tuple) else (seen,), outcome, says)


def parametrized(cases: Sequence[Case]) -> Any:
    """The rows as parameters of a test."""
    return pytest.mark.parametrize("case", cases, ids=[f"{c.check.id}: {c.what}" for c in cases])


def holds(case: Case) -> None:
    """Judges the row's observations and compares."""
    finding = case.check.judge(*case.seen)
    assert (finding.outcome, finding.saw) == (case.outcome, finding.saw), finding.saw
    assert case.says in finding.saw
    assert finding.because is None or finding.because in all_checks(), "a cause that is no check"
    if finding.outcome == "pass":
        assert finding.evidence, "a pass that rests on nothing"
        assert not finding.fix
