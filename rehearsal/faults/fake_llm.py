"""A model that is not asked, is asked something else, or whose answers are not the ones on record."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of
from rehearsal.faults.provider import DECLARED_REAL, serve

GROUP = "fake LLM"
SCENARIO = "Real LLM provider is evidenced with the forced model"
SAVED = "Every call of the model leaves its request and its answer"
JOURNEY = "A person comes from a task code to downloaded results"
SELECTION = "Template selection is not hard-coded"
RECORDED = "llm.every_recorded_call_was_made"
ECHO = "llm.the_provider_echoes_the_model"
FORCED, SMALLER = "claude-opus-4-5-20251101", "gpt-4o-mini"


def _made_up(prompt: str) -> Any:
    """The outcome of a call that was never made: what the rehearsal LLM would have answered, with a provider's trimmings."""
    import json

    from openai.types.chat import ChatCompletion

    from rehearsal.llm import answering, protocol, reading
    from rehearsal.reference_ss.llm.client import _Outcome

    question = reading.read(prompt)
    content = json.dumps(answering.answer(question)) if question else "{}"
    whole = protocol.completion(protocol.ChatRequest(FORCED, prompt, len(prompt)), content, 0, 1)
    return _Outcome(ChatCompletion.model_validate({**whole, "model": FORCED}), None, 1)


def _stub() -> None:
    from rehearsal.reference_ss.llm.client import LlmClient

    _stub_with_the_right_label()
    instead_of(LlmClient, "_meta")(lambda original, self, *call: {**original(self, *call), "model": "stub"})


def _stub_with_the_right_label() -> None:
    from rehearsal.reference_ss.llm.client import LlmClient

    instead_of(LlmClient, "_call")(lambda _original, _self, _job_id, _call_id, prompt: _made_up(prompt))


def _silent_fallback() -> None:
    from rehearsal.llm.server import Handler
    from rehearsal.reference_ss.llm.client import LlmClient

    instead_of(Handler, "_chat")(lambda _original, self, _: self.send_error(503, "overloaded"))

    @instead_of(LlmClient, "_call")
    def call(original: Any, self: Any, job_id: str, call_id: str, prompt: str) -> Any:
        outcome = original(self, job_id, call_id, prompt)
        return _made_up(prompt) if outcome.error else outcome


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


def _cached_across_jobs() -> None:
    from rehearsal.reference_ss.llm.client import LlmClient

    known: dict[str, Any] = {}

    @instead_of(LlmClient, "_call")
    def call(original: Any, self: Any, job_id: str, call_id: str, prompt: str) -> Any:
        operation = call_id.split("-")[0]
        if "select" not in operation:
            return original(self, job_id, call_id, prompt)
        if operation not in known:
            known[operation] = original(self, job_id, call_id, prompt)
        return known[operation]


def _prompting(names: tuple[str, ...]) -> None:
    """Leaves the requirement out of these prompts."""
    from rehearsal.reference_ss.llm import prompts

    for name in names:
        instead_of(prompts, name)(lambda original, _requirement, *rest: original("Analyse the data.", *rest))


def _draft_of_its_own() -> None:
    from rehearsal.reference_ss.journey.drafting import Drafting

    @instead_of(Drafting, "_draft")
    def draft(original: Any, self: Any, job: Any, inputs: Any) -> Any:
        numeric = [column.name for column in reversed(inputs.columns) if column.is_numeric]
        made = {"outcome_var": numeric[0], "treatment_var": numeric[1], "controls": [], "draft_text": "A first look."}
        return original(self, job, inputs).model_copy(update=made)


def _asks_a_smaller_model() -> None:
    from dataclasses import replace

    from rehearsal.reference_ss.llm.client import LlmClient

    serve(None)

    @instead_of(LlmClient, "_call")
    def call(original: Any, self: Any, *asked: str) -> Any:
        named, self._settings = self._settings, replace(self._settings, model=SMALLER)
        outcome = original(self, *asked)
        self._settings = named
        return outcome


_fault = partial(Fault, group=GROUP, verdict="NOT READY")
FAULTS = (
    _fault(
        name="llm-stub",
        what="The drafts come from a stub that says that it is one.",
        where=("api",),
        apply=_stub,
        scenario=SCENARIO,
        check="llm.models_are_the_forced_one",
        saw="model stub",
        severity="critical",
        seen="the stub provider of the upstream SS names its model “stub” and answers a fixed draft",
    ),
    _fault(
        name="llm-stub-with-the-right-label",
        what="The drafts come from a stub whose metadata name the forced model.",
        where=("api",),
        apply=_stub_with_the_right_label,
        scenario=SCENARIO,
        check=RECORDED,
        saw="0 relayed; never relayed: ",
        severity="critical",
    ),
    _fault(
        name="llm-silent-fallback",
        what="The provider is down, and a built-in stub answers in its place without a word.",
        where=("api", "llm"),
        apply=_silent_fallback,
        scenario=SCENARIO,
        check=RECORDED,
        saw="never relayed: ",
        severity="critical",
    ),
    _fault(
        name="llm-on-this-machine",
        what="The provider is a program on this machine that names the forced model.",
        env=DECLARED_REAL,
        where=("api",),
        apply=lambda: serve(FORCED),
        scenario=SCENARIO,
        check="llm.the_provider_is_real",
        saw="127.0.0.1 is on this machine",
        severity="critical",
    ),
    _fault(
        name="llm-echoes-another-model",
        what="The provider answers with another model than the forced one, and says so.",
        env=DECLARED_REAL,
        where=("api",),
        apply=lambda: serve(SMALLER),
        scenario=SCENARIO,
        check=ECHO,
        saw=f"echoed {SMALLER}, while SS's metadata says {FORCED}",
        severity="critical",
        seen="gateways to several providers fall back to a cheaper model and name it only in their answer",
    ),
    _fault(
        name="llm-asks-a-smaller-model",
        what="SS asks a smaller model and records the forced one.",
        env=DECLARED_REAL,
        where=("api",),
        apply=_asks_a_smaller_model,
        scenario=SCENARIO,
        check=ECHO,
        saw=f"echoed {SMALLER}, while SS's metadata says {FORCED}",
        severity="critical",
    ),
    _fault(
        name="llm-metadata-without-a-call",
        what="Calls are recorded that were never made, with answers that nobody gave.",
        where=("api",),
        apply=lambda: _recording_again(lambda response: f"{response} "[1:]),
        scenario=SCENARIO,
        check=RECORDED,
        saw="never relayed: ",
        severity="major",
    ),
    _fault(
        name="llm-cached-answer",
        what="An answer from a cache is recorded as a call of its own.",
        where=("api",),
        apply=lambda: _recording_again(str),
        scenario=SCENARIO,
        check=RECORDED,
        saw="never relayed: ",
        severity="major",
    ),
    _fault(
        name="llm-call-without-metadata",
        what="The call that selects the template leaves no record.",
        where=("api",),
        apply=_not_recorded,
        scenario=SCENARIO,
        check="llm.every_made_call_is_recorded",
        saw="2 answered, 1 of them not among SS's artifacts",
        severity="major",
    ),
    _fault(
        name="llm-another-answer-stored",
        what="The stored answer is not the one that came.",
        where=("api",),
        apply=lambda: _keeping(lambda prompt, response: (prompt, response.replace("{", '{"reviewed": true, ', 1))),
        scenario=SCENARIO,
        check=RECORDED,
        saw="another answer kept than came: ",
        severity="critical",
    ),
    _fault(
        name="llm-prompt-not-kept",
        what="The prompts are stored empty.",
        where=("api",),
        apply=lambda: _keeping(lambda _, response: ("", response)),
        scenario=SAVED,
        check="llm.prompt_and_response_are_kept",
        saw="incomplete: ",
        severity="major",
    ),
    _fault(
        name="llm-another-prompt-kept",
        what="A general prompt is stored in the place of the one that was sent.",
        where=("api",),
        apply=lambda: _keeping(lambda prompt, response: (prompt.partition("\n")[0], response)),
        scenario=SAVED,
        check="llm.the_prompt_holds_the_question",
        saw="in 0 of 2 prompts",
        severity="major",
    ),
    _fault(
        name="llm-question-never-sent",
        what="The person's words are never sent to the model.",
        where=("api",),
        apply=lambda: _prompting(("draft_preview", "select_template")),
        scenario=SCENARIO,
        check="llm.the_question_reached_the_provider",
        saw="0 of [0-9]+ relayed calls",
        severity="critical",
    ),
    _fault(
        name="llm-draft-ignores-the-requirement",
        what="The draft is asked for without the requirement, so that it is about whatever the data hold.",
        where=("api",),
        apply=lambda: _prompting(("draft_preview",)),
        scenario=JOURNEY,
        check="journey.draft_is_ready",
        saw="the draft names ",
        severity="critical",
    ),
    _fault(
        name="llm-draft-of-its-own",
        what="The model is asked, and the draft names the last columns of the data whatever it answers.",
        where=("api",),
        apply=_draft_of_its_own,
        scenario=JOURNEY,
        check="journey.draft_is_ready",
        saw="the draft names ",
        severity="critical",
    ),
    _fault(
        name="llm-answers-of-another-job",
        what="The choice of the first job's template is used again for every later job.",
        where=("api",),
        apply=_cached_across_jobs,
        scenario=SELECTION,
        check="selection.different_questions_different_templates",
        saw="R0",
        severity="critical",
    ),
)
