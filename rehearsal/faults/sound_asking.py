"""Sound systems that ask the model in another way than the reference SS does."""

import json
from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Variant
from rehearsal.faults.patching import instead_of

IN_JSON = "Answer with one JSON object and nothing else."


def _a_message_after_the_prompt() -> None:
    from openai.resources.chat.completions import Completions

    @instead_of(Completions, "create")
    def create(original: Any, self: Any, *, messages: Any, **asked: Any) -> Any:
        return original(self, messages=[*messages, {"role": "system", "content": IN_JSON}], **asked)


def _a_call_without_the_question() -> None:
    from rehearsal.reference_ss.llm.client import LlmClient

    @instead_of(LlmClient, "ask")
    def ask(original: Any, self: Any, job_id: str, operation: str, prompt: str) -> Any:
        reply = original(self, job_id, operation, prompt)
        original(self, job_id, f"{operation}.review", f"Is this JSON well formed?\n{reply.text}")
        return reply


def _one_call_timed_out() -> None:
    from rehearsal.reference_ss.errors import SSError
    from rehearsal.reference_ss.llm.client import LlmClient, _Outcome

    late: set[str] = set()

    @instead_of(LlmClient, "_call")
    def call(original: Any, self: Any, job_id: str, call_id: str, prompt: str) -> Any:
        outcome = original(self, job_id, call_id, prompt)
        if job_id in late:
            return outcome
        late.add(job_id)
        return _Outcome(None, TimeoutError(), 1)

    @instead_of(LlmClient, "ask")
    def ask(original: Any, *asked: Any) -> Any:
        try:
            return original(*asked)
        except SSError:
            return original(*asked)


def writing_the_plan(settle: Callable[[Any], Any]) -> None:
    """Has the model write the plan's steps once the template is settled, which its prompt names.

    In: a function from the model's selection to the one that the plan is made of.
    """
    from rehearsal.reference_ss.journey.drafting import Drafting

    @instead_of(Drafting, "_select")
    def select(original: Any, self: Any, job: Any, draft: Any) -> Any:
        settled = settle(original(self, job, draft))
        schema = {"schema_version": 1, "steps": []}
        parts = {
            "REQUIREMENT": job.requirement,
            "SELECTED_TEMPLATES": json.dumps([settled.template_id]),
            "DATA_SCHEMA": json.dumps({"columns": [column.name for column in job.inputs.columns]}),
            "OUTPUT_SCHEMA": json.dumps(schema),
        }
        self._llm.ask(job.job_id, "plan", "\n".join(f"{heading}:\n{text}" for heading, text in parts.items()))
        return settled


def _the_model_writes_the_plan() -> None:
    writing_the_plan(lambda selection: selection)


def _variant(name: str, what: str, apply: Callable[[], None]) -> Variant:
    return Variant(name, what, where=("api",), apply=apply)


VARIANTS = (
    _variant(
        "sound-prompt-is-not-the-last-message",
        "After the prompt another message tells the model the form of its answer.",
        _a_message_after_the_prompt,
    ),
    _variant(
        "sound-call-without-the-question",
        "Each answer is shown to the model once more, in a call that is about the answer alone.",
        _a_call_without_the_question,
    ),
    _variant(
        "sound-one-call-timed-out",
        "The first call of a job is given up, recorded as failed, and made again.",
        _one_call_timed_out,
    ),
    _variant(
        "sound-model-writes-the-plan",
        "The model selects a template, and is then asked for the steps of a plan with it.",
        _the_model_writes_the_plan,
    ),
)
