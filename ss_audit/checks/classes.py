"""The class of Stata and of the LLM provider: what all findings about them together amount to."""

from collections.abc import Iterable
from typing import Literal

from ss_audit.verdict import STANDS_IN, ScenarioResult

ProofClass = Literal["PROVEN", "CONSISTENT", "REHEARSAL", "REFUTED", "ABSENT"]


def stata_class(results: Iterable[ScenarioResult], part: Literal["real", "rehearsal"]) -> ProofClass:
    """From the scenario about the Stata runner."""
    return _class(results, STANDS_IN["rehearsal Stata"], part, "stata.the_runner_is_real")


def llm_class(results: Iterable[ScenarioResult], part: Literal["real", "rehearsal"]) -> ProofClass:
    """From the scenario about the LLM provider."""
    return _class(results, STANDS_IN["rehearsal LLM"], part, "llm.the_provider_is_real")


def _class(results: Iterable[ScenarioResult], name: str, part: str, decisive: str) -> ProofClass:
    """REFUTED outweighs all; what was never seen is ABSENT; a declared stand-in that was seen is REHEARSAL."""
    findings = next((r.findings for r in results if r.name == name), ())
    outcomes = {f.outcome for f in findings}
    if "fail" in outcomes:
        return "REFUTED"
    about = next((f for f in findings if f.check == decisive), None)
    if about is None or about.outcome == "error" or about.because is not None:
        return "ABSENT"
    if part == "rehearsal":
        return "REHEARSAL"
    if about.outcome == "pass" and outcomes == {"pass"}:
        return "PROVEN" if about.strength == "proven" else "CONSISTENT"
    return "ABSENT"
