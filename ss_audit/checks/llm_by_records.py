"""The provider of an SS that ran already, where no relay of ours stands: what SS recorded, and what the provider counted.

That is CONSISTENT at most: everything fits a real provider, and nobody of ours saw one.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ss_audit.checks.judgement import Judgement, judged, not_evidenced
from ss_audit.checks.llm_records import FINGERPRINT, RecordedCall, went_well
from ss_audit.evidence.model import OperatorCommand, StoredArtifact
from ss_audit.evidence.seen import Journey, Provenance
from ss_audit.ss import facts

UNSEEN = "no witness of ours stood before the provider"
USAGE = f"{UNSEEN}, and what the provider counted is not known: give llm_usage_command"


def kept_as_recorded(calls: Sequence[RecordedCall]) -> Judgement:
    """Each call that SS recorded as answered has an answer, and it is the one whose fingerprint SS recorded."""
    good = [call for call in calls if went_well(call)]
    wrong = [call.folder for call in good if not call.response or not _is_the_fingerprinted(call, call.response)]
    saw = f"{len(good)} recorded; {UNSEEN}"
    saw += f"; no answer, or another than the recorded fingerprint's: {', '.join(wrong)}" if wrong else ""
    evidence = [a for call in calls for a in (call.meta, call.response) if a]
    return judged(bool(good) and not wrong, expected="an answer to each call", saw=saw, evidence=evidence, strength="claimed")


def _is_the_fingerprinted(call: RecordedCall, response: StoredArtifact) -> bool:
    said = facts.find(call.said, FINGERPRINT)
    digest = str(said.value).lower().removeprefix("sha256:") if said else ""
    if len(digest) != 64 or response.body.text is None:
        return bool(response.body.size)
    texts = (response.body.text, response.body.text.strip(), *facts.strings(facts.parsed(response.body)))
    digests = {hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in texts}
    return digest in digests | {response.body.sha256}


def recorded_only(calls: Sequence[RecordedCall]) -> Judgement:
    """There are records; whether there were other calls nobody of ours saw."""
    saw = f"{len(calls)} recorded; {UNSEEN}, so other calls could not be seen"
    return judged(bool(calls), expected="each call recorded", saw=saw, evidence=[c.meta for c in calls], strength="claimed")


def question_in_a_prompt(journey: Journey, calls: Sequence[RecordedCall]) -> Judgement:
    """The nonce of the requirement, in a prompt that SS kept."""
    nonce = journey.question.nonce
    holding = [c.prompt for c in calls if c.prompt and nonce in (c.prompt.body.text or "")]
    saw = f"{nonce} in {len(holding)} of {len(calls)} kept prompts; {UNSEEN}"
    evidence = holding or [c.meta for c in calls]
    return judged(bool(holding), expected="a call with the question", saw=saw, evidence=evidence, strength="claimed")


def counted_by_the_provider(provenance: Provenance, calls: Sequence[RecordedCall], stand_in: str) -> Judgement:
    """The provider's own count has at least as many calls of the forced model as SS recorded as answered.

    A declared stand-in shows nothing. A count of other models alone contradicts SS's records; one that can't be had, or has
    too few calls (providers count late), shows nothing.
    """
    usage, wanted = provenance.usage, sum(map(went_well, calls))
    expected = f"{wanted} calls of {' or '.join(provenance.echoes)}"
    evidence: list[StoredArtifact | OperatorCommand | str] = [*(c.meta for c in calls), provenance.declared.id]
    if provenance.llm == "rehearsal":
        saw = f"the {stand_in} answered, as declared; {UNSEEN}"
        return not_evidenced(expected=expected, saw=saw, evidence=evidence)
    if usage is None:
        return not_evidenced(expected=expected, saw=USAGE, evidence=evidence)
    evidence.append(usage)
    if usage.exit_status != 0:
        return not_evidenced(expected=expected, saw=f"{usage.title}: what the provider counted is not known", evidence=evidence)
    counted = counts(usage.output.text or "")
    of_model = sum(number for model, number in counted if model in provenance.echoes)
    others = sorted({model for model, _ in counted if model not in provenance.echoes})
    saw = f"the provider counted {of_model} calls of {' or '.join(provenance.echoes)}"
    saw += f", and calls of {', '.join(others)}" if others else ""
    if others and not of_model:
        return judged(False, expected=expected, saw=saw, evidence=evidence)
    if of_model < wanted or not wanted:
        saw += f"; SS recorded {wanted}: let llm_usage_command wait until the provider has counted them"
        return not_evidenced(expected=expected, saw=saw, evidence=evidence)
    return judged(True, expected=expected, saw=f"{saw}; {UNSEEN}", evidence=evidence)


def counts(output: str) -> tuple[tuple[str, int], ...]:
    """Models and calls in what `llm_usage_command` wrote: JSON, whole or one value a line, with objects that name a `model`
    and count `calls` (or `requests`, `num_model_requests`); an object without a count is one call."""
    return tuple(_counted(_values(output)))


def _counted(values: Iterable[Any]) -> Iterator[tuple[str, int]]:
    for value in values:
        for _, _, item in facts.walk(value):
            if isinstance(item, dict) and isinstance(item.get("model"), str):
                number = next((item[key] for key in ("calls", "requests", "num_model_requests") if key in item), 1)
                yield item["model"], number if isinstance(number, int) else 0


def _values(output: str) -> list[Any]:
    try:
        return [json.loads(output)]
    except (ValueError, RecursionError):
        return [value for line in output.splitlines() if (value := _json(line)) is not None]


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
