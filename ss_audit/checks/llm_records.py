"""The LLM calls as SS recorded them among its artifacts, and which call that the relay saw each of them is."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

from ss_audit.evidence.model import Fact, LlmCall, StoredArtifact
from ss_audit.evidence.seen import Journey
from ss_audit.ss import facts

MODEL = ("model", "model_name")
FINGERPRINT = ("response_fingerprint", "response_sha256", "answer_sha256")
PROMPT_FINGERPRINT = ("prompt_fingerprint", "prompt_sha256", "request_sha256")
ATTEMPTS = ("attempts", "attempt_count", "tries")
ASKED, ANSWERED = ("prompt", "request"), ("response", "completion", "answer")


class RecordedCall(Fact):
    """One call as SS recorded it: its folder, and the metadata, prompt and response that lie there."""

    folder: str
    meta: StoredArtifact
    said: dict[str, Any]
    prompt: StoredArtifact | None
    response: StoredArtifact | None


def recorded_calls(journey: Journey) -> tuple[RecordedCall, ...]:
    """The LLM calls among the artifacts: JSON that names a model, with the texts that lie beside it.

    A request or an answer that names a model too is the call's text, not another call.
    """
    folders: dict[str, list[StoredArtifact]] = {}
    for artifact in journey.artifacts:
        if "llm" in artifact.rel_path.lower():
            folders.setdefault(artifact.rel_path.rpartition("/")[0], []).append(artifact)
    return tuple(call for folder, files in folders.items() for call in _in_folder(folder, files))


def _in_folder(folder: str, files: Sequence[StoredArtifact]) -> Iterable[RecordedCall]:
    naming = [(a, v) for a in files if isinstance(v := facts.parsed(a.body), dict) and facts.find(v, MODEL)]
    metas = [(a, v) for a, v in naming if not _is(a, (*ASKED, *ANSWERED))] or naming[:1]
    for meta, said in metas:
        yield RecordedCall(
            folder=folder,
            meta=meta,
            said=said,
            prompt=_beside(meta, [a for a in files if _is(a, ASKED)]),
            response=_beside(meta, [a for a in files if _is(a, ANSWERED)]),
        )


def _is(artifact: StoredArtifact, words: Iterable[str]) -> bool:
    return any(word in artifact.rel_path.rpartition("/")[2].lower() for word in words)


def _beside(meta: StoredArtifact, candidates: Sequence[StoredArtifact]) -> StoredArtifact | None:
    """The one whose name is most like the metadata's, where the texts of several calls lie in one folder."""
    return max(candidates, key=lambda a: _alike(a.rel_path, meta.rel_path), default=None)


def _alike(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def went_well(call: RecordedCall) -> bool:
    """Whether SS recorded the call as one that was answered; a record that says nothing of it counts as answered."""
    return call.said.get("ok", True) is not False


def pairs(calls: Iterable[RecordedCall], relayed: Iterable[LlmCall]) -> dict[str, LlmCall]:
    """For each recorded call, by the id of its metadata, the relayed one with the same answer, each used once.

    The answer is told by SS's fingerprint of it, or by the text that SS kept: a cached answer finds no call of its own.
    """
    free = list(relayed)
    found: dict[str, LlmCall] = {}
    for call in calls:
        digests = _digests(call)
        match = next((r for r in free if r.answer_sha256 in digests), None)
        if match is not None:
            free.remove(match)
            found[call.meta.id] = match
    return found


def _digests(call: RecordedCall) -> set[str]:
    fingerprint = facts.find(call.said, FINGERPRINT)
    digests = {str(fingerprint.value).removeprefix("sha256:")} if fingerprint else set()
    return digests | {hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() for text in _texts(call.response)}


def _texts(response: StoredArtifact | None) -> tuple[str, ...]:
    """The kept answer as it is, without blanks around it, and each text in it when the provider's whole answer was kept."""
    if response is None or response.body.text is None:
        return ()
    text = response.body.text
    return (text, text.strip(), *facts.strings(facts.parsed(response.body)))


def same_text(response: StoredArtifact, call: LlmCall) -> bool:
    """The text that SS kept is the text that came; what was masked in both is compared by the digest of the original."""
    answer = (call.answer or "").strip()
    return response.body.sha256 == call.answer_sha256 or answer in (text.strip() for text in _texts(response))


def tells_of_an_attempt(record: RecordedCall, call: LlmCall) -> bool:
    """Whether SS's record of the same prompt says that it failed, or that it took more than one attempt.

    The answer to an attempt that SS gave up may still have come to the relay.
    """
    attempts = facts.find(record.said, ATTEMPTS)
    again = attempts is not None and isinstance(attempts.value, int) and attempts.value > 1
    return (again or not went_well(record)) and _same_prompt(record, call)


def _same_prompt(record: RecordedCall, call: LlmCall) -> bool:
    fingerprint = facts.find(record.said, PROMPT_FINGERPRINT)
    if fingerprint and str(fingerprint.value).removeprefix("sha256:") == call.prompt_sha256:
        return True
    kept = (record.prompt.body.text or "").strip() if record.prompt else ""
    return bool(kept) and kept in (call.prompt or "")
