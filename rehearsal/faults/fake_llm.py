"""A model that is not asked, or is asked something else."""

from functools import partial
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of
from rehearsal.faults.provider import DECLARED_REAL, serve

GROUP = "fake LLM"
SCENARIO = "Real LLM provider is evidenced with the forced model"
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


def _draft_by_rules() -> None:
    from rehearsal.reference_ss.journey.drafting import Drafting

    @instead_of(Drafting, "_draft")
    def draft(original: Any, self: Any, job: Any, inputs: Any) -> Any:
        asked = job.requirement
        named = sorted((column.name for column in inputs.columns if column.name in asked), key=asked.index)
        grouped = "groups" in asked
        made = {
            "draft_text": f"A canned analysis of {' and '.join(named)}.",
            "outcome_var": named[0],
            "treatment_var": None if grouped else next(iter(named[1:]), None),
            "controls": [] if grouped else named[2:],
            "group_var": named[1] if grouped else None,
            "analysis_hints": [],
        }
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
        name="draft-by-rules-model-for-show",
        what="The model is asked for a draft, and rules write one in its place, with the right variables in it.",
        where=("api",),
        apply=_draft_by_rules,
        scenario=SCENARIO,
        check="llm.the_draft_is_the_models",
        saw="the draft says “A canned analysis of .*, and nothing of what the model wrote",
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
