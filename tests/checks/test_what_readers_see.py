"""Every word of every finding of this folder's tables, as it was approved: what readers see changes on purpose only.

After a change that is meant: `APPROVE=1 pytest tests/checks/test_what_readers_see.py`, and read the difference.
"""

import os
from pathlib import Path

import pytest

from checks.cases import Case
from checks.test_every_check import CASES
from ss_audit.evidence.model import Evidence
from ss_audit.evidence.observation import Observation

APPROVED = Path(__file__).with_name("findings.approved.txt")


def told(case: Case) -> str:
    """The finding as text, its evidence by title: ids differ from run to run."""
    found = case.check.judge(*case.seen)
    titles = {entry.id: entry.title for seen in case.seen for entry in _entries(seen)}
    lines = [
        f"## {case.check.id}: {case.what}",
        f"{found.outcome}, {found.strength}" + (f", because of {found.because}" if found.because else ""),
        f"expected: {found.wanted}",
        f"saw: {found.saw}",
        f"evidence: {'; '.join(titles.get(e, 'another job') for e in found.evidence) or 'none'}",
        f"fix: {found.fix}",
        f"advisory: {found.advisory}",
    ]
    return "\n".join(" ".join(line.split()) for line in lines)


def _entries(seen: Observation) -> tuple[Evidence, ...]:
    return seen.evidence()


def approved() -> dict[str, str]:
    """What was approved, by its first line."""
    parts = APPROVED.read_text("utf-8").split("\n\n") if APPROVED.exists() else []
    return {part.partition("\n")[0]: part.strip("\n") for part in parts}


def test_approving() -> None:
    if os.environ.get("APPROVE"):
        APPROVED.write_text("\n\n".join(told(case) for case in CASES) + "\n", "utf-8")
    assert list(approved()) == [told(case).partition("\n")[0] for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=[f"{c.check.id}: {c.what}" for c in CASES])
def test_as_approved(case: Case) -> None:
    text = told(case)
    assert text == approved()[text.partition("\n")[0]]
