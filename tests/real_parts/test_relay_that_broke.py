"""A relay that breaks is our own fault: nothing that was seen through it counts against SS, and the run says whose fault."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from checks import observations
from whole_audit.running import ROOT

from real_parts.auditing import LLM
from ss_audit import audit as audit_module
from ss_audit.audit import Audit, CouldNotLook
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.redaction import Redactor
from ss_audit.evidence.seen import MainJourney, Provenance
from ss_audit.plan import read_plan
from ss_audit.settings import load
from ss_audit.trace import all_checks
from ss_audit.verdict import decide


class BrokenRelay:
    """Answered SS with an error of its own, and says so."""

    failures = ("POST /v1/chat/completions: MemoryError()",)


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audit:
    """An audit whose lab is a stub with a relay that broke, and whose journey failed for it."""
    lab: Any = SimpleNamespace(relay=BrokenRelay(), look_after=lambda: (), waiting=lambda _: None, benches={}, deaths=[])
    failed = observations.halted("draft", llm_calls=(observations.llm_call("", status=502, failure_is_ours=True),))
    assert all_checks()
    declared = observations.provenance()
    monkeypatch.setattr(audit_module, "OBSERVERS", {MainJourney: lambda *_: failed, Provenance: lambda *_: declared})
    archive = Archive(tmp_path, Redactor(), 2**20)
    archive.entries |= {entry.id: entry for seen in (failed, declared) for entry in seen.evidence()}
    return Audit(load({}, {}, tmp_path), "test", read_plan(ROOT / "features"), archive, lab)


def test_what_was_seen_through_it_is_an_error_of_ours(audit: Audit) -> None:
    with pytest.raises(CouldNotLook, match="our relay broke: POST /v1/chat/completions") as gap:
        audit.observe(MainJourney)
    assert gap.value.blame == "audit"


def test_the_run_is_inconclusive_and_the_audit_is_to_blame(audit: Audit) -> None:
    audit.begin(LLM)
    result = audit.conclude(LLM, None)
    assert result.outcome == "error"
    assert {finding.blame for finding in result.findings} == {"audit"}
    verdict = decide([result], "production")
    assert (verdict.word, verdict.blame, verdict.exit_code) == ("INCONCLUSIVE", "audit", 2)


def test_a_stack_that_fell_over_it_is_not_blamed_on_the_environment(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fall_over(*_: object) -> None:
        raise OSError("no route")

    monkeypatch.setitem(audit_module.OBSERVERS, MainJourney, fall_over)
    with pytest.raises(CouldNotLook, match="our relay broke") as gap:
        audit.observe(MainJourney)
    assert gap.value.blame == "audit"
