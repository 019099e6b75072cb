"""Calls of the model that are not what SS's records say."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rehearsal.faults.fake_llm import GROUP, RECORDED, SCENARIO
from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

SAVED = "Every call of the model leaves its request and its answer"


def _recording_again(answer: Callable[[str], str]) -> None:
    """Records a second call after each that was made. In: its answer, made from that of the first."""
    from rehearsal.reference_ss.llm.client import LlmClient, _sha256

    @instead_of(LlmClient, "_keep")
    def keep(original: Any, self: Any, job_id: str, call_id: str, prompt: str, response: str, meta: Any) -> None:
        original(self, job_id, call_id, prompt, response, meta)
        again, said = f"{call_id}-2", answer(response)
        fields = {"llm_call_id": again, "response_fingerprint": _sha256(said)}
        original(self, job_id, again, prompt, said, {**meta, **fields})


def _keeping(change: Callable[[str, str], tuple[str, str]]) -> None:
    """Alters what is kept of a call. In: a function from prompt and response to those that are stored."""
    from rehearsal.reference_ss.llm.client import LlmClient

    @instead_of(LlmClient, "_keep")
    def keep(original: Any, self: Any, job_id: str, call_id: str, prompt: str, response: str, meta: Any) -> None:
        original(self, job_id, call_id, *change(prompt, response), meta)


def _not_recorded() -> None:
    from rehearsal.reference_ss.llm.client import LlmClient

    @instead_of(LlmClient, "_keep")
    def keep(original: Any, self: Any, job_id: str, call_id: str, *call: Any) -> None:
        if "select" not in call_id:
            original(self, job_id, call_id, *call)


_fault = partial(Fault, group=GROUP, verdict="NOT READY", where=("api",))
FAULTS = (
    _fault(
        name="llm-metadata-without-a-call",
        what="Calls are recorded that were never made, with answers that nobody gave.",
        apply=lambda: _recording_again(lambda response: f"{response} "[1:]),
        scenario=SCENARIO,
        check=RECORDED,
        saw="never relayed: ",
        severity="major",
    ),
    _fault(
        name="llm-cached-answer",
        what="An answer from a cache is recorded as a call of its own.",
        apply=lambda: _recording_again(str),
        scenario=SCENARIO,
        check=RECORDED,
        saw="never relayed: ",
        severity="major",
    ),
    _fault(
        name="llm-call-without-metadata",
        what="The call that selects the template leaves no record.",
        apply=_not_recorded,
        scenario=SCENARIO,
        check="llm.every_made_call_is_recorded",
        saw="2 answered, 1 of them not among SS's artifacts",
        severity="major",
    ),
    _fault(
        name="llm-another-answer-stored",
        what="The stored answer is not the one that came.",
        apply=lambda: _keeping(lambda prompt, response: (prompt, response.replace("{", '{"reviewed": true, ', 1))),
        scenario=SCENARIO,
        check=RECORDED,
        saw="another answer kept than came: ",
        severity="critical",
    ),
    _fault(
        name="llm-prompt-not-kept",
        what="The prompts are stored empty.",
        apply=lambda: _keeping(lambda _, response: ("", response)),
        scenario=SAVED,
        check="llm.prompt_and_response_are_kept",
        saw="incomplete: ",
        severity="major",
    ),
    _fault(
        name="llm-another-prompt-kept",
        what="A general prompt is stored in the place of the one that was sent.",
        apply=lambda: _keeping(lambda prompt, response: (prompt.partition("\n")[0], response)),
        scenario=SAVED,
        check="llm.the_prompt_holds_the_question",
        saw="in 0 of 2 prompts",
        severity="major",
    ),
)
