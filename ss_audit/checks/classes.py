"""The class of Stata and of the LLM provider: what all findings about one of them together amount to."""

from collections.abc import Iterable
from typing import Literal

from ss_audit.verdict import STANDS_IN, ScenarioResult

ProofClass = Literal["PROVEN", "CONSISTENT", "REHEARSAL", "REFUTED", "ABSENT"]
Part = Literal["real", "rehearsal"]

STATA_DECISIVE = "stata.the_runner_is_real"
LLM_DECISIVE = "llm.the_provider_is_real"
STATA_REFUTING = frozenset({
    STATA_DECISIVE,
    "stata.the_log_is_well_formed",
    "stata.the_log_echoes_the_do_file",
    "stata.the_result_log_is_inside",
    "stata.the_numbers_are_right",
    "stata.the_command_really_ran",
})  # fmt: skip
LLM_REFUTING = frozenset({LLM_DECISIVE, "llm.every_recorded_call_was_made", "llm.the_provider_echoes_the_model"})
"""The checks whose failure contradicts that the real thing was at work. The others fail for want of a record: an artifact
or a field that SS did not keep leaves open who did the work."""


def stata_class(results: Iterable[ScenarioResult], part: Part) -> ProofClass:
    """From the scenario about the Stata runner; `part` is what was declared to run."""
    return _class(results, STANDS_IN["rehearsal Stata"], part, STATA_DECISIVE, STATA_REFUTING)


def llm_class(results: Iterable[ScenarioResult], part: Part) -> ProofClass:
    """From the scenario about the LLM provider; `part` is what was declared to answer."""
    return _class(results, STANDS_IN["rehearsal LLM"], part, LLM_DECISIVE, LLM_REFUTING)


def _class(results: Iterable[ScenarioResult], name: str, part: Part, decisive: str, refuting: frozenset[str]) -> ProofClass:
    """The first that applies, from the top: what contradicts outweighs all, and what was never seen is nothing.

    PROVEN needs every check of the scenario. CONSISTENT is the real thing seen at work with something left open, or
    artifacts and logs that hold together though nobody of ours saw who did the work: what SS's word alone is worth.
    """
    findings = next((r.findings for r in results if r.name == name), ())
    if any(f.outcome == "fail" and f.check in refuting for f in findings):
        return "REFUTED"
    about = next((f for f in findings if f.check == decisive), None)
    if about is None or about.outcome == "error" or about.because is not None:
        return "ABSENT"
    if part == "rehearsal":
        return "REHEARSAL"
    others = {f.outcome for f in findings if f.check != decisive}
    if about.outcome == "pass":
        return "PROVEN" if about.strength == "proven" and others <= {"pass"} else "CONSISTENT"
    return "CONSISTENT" if others == {"pass"} else "ABSENT"
