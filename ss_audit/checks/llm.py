"""The LLM provider: what SS's artifacts say of it, what the relay saw of it, and whether the two agree call by call."""

import hashlib
from typing import Any

from ss_audit.checks.journey import at
from ss_audit.checks.judgement import Judgement, check, judged, need, not_evidenced
from ss_audit.evidence.model import Fact, LlmCall, StoredArtifact
from ss_audit.evidence.seen import Journey, MainJourney, Provenance
from ss_audit.ss import facts
from ss_audit.witness.locality import upstream_locality

SCENARIO = "Real LLM provider is evidenced with the forced model"
SAVED = "Every call of the model leaves its request and its answer"
METADATA = (
    "the job artifacts include LLM metadata showing the model name `claude-opus-4-5-20251101` (stub provider uses `model=stub`)"
)
REAL = "a real (non-stub) LLM provider with `SS_LLM_MODEL=claude-opus-4-5-20251101`"
NON_STUB = "evidence that LLM calls were made by a non-stub provider (request/response metadata saved as artifacts)"
STUBBED = "people get drafts that no model has thought about"
STAND_IN = "rehearsal LLM"


class RecordedCall(Fact):
    """One call as SS recorded it: its folder, and the metadata, prompt and response that lie there."""

    folder: str
    meta: StoredArtifact
    said: dict[str, Any]
    prompt: StoredArtifact | None
    response: StoredArtifact | None


def recorded_calls(journey: Journey) -> tuple[RecordedCall, ...]:
    """The LLM calls among the artifacts: JSON that names a model, with the texts that lie beside it."""
    calls: list[RecordedCall] = []
    for meta in journey.artifacts:
        folder, _, name = meta.rel_path.rpartition("/")
        said = facts.parsed(meta.body)
        if "llm" not in meta.rel_path.lower() or not name.endswith(".json") or not isinstance(said, dict):
            continue
        if facts.find(said, ("model", "model_name")) is None:
            continue
        beside = [a for a in journey.artifacts if a.rel_path.startswith(f"{folder}/") and a is not meta]
        prompt = next((a for a in beside if "prompt" in a.rel_path or "request" in a.rel_path), None)
        response = next((a for a in beside if "response" in a.rel_path or "completion" in a.rel_path), None)
        calls.append(RecordedCall(folder=folder, meta=meta, said=said, prompt=prompt, response=response))
    return tuple(calls)


def _calls(journey: MainJourney) -> tuple[RecordedCall, ...]:
    at(journey, "draft")
    evidence = [e.id for e in (journey.index, *journey.drafts[-1:]) if e]
    return need(recorded_calls(journey) or None, "no LLM metadata among the artifacts", models_are_the_forced_one.id, evidence)


@check(
    scenario=SCENARIO,
    spec=METADATA,
    expected="LLM metadata artifacts, each with the forced model",
    impact=STUBBED,
    fix="set SS_LLM_MODEL to the forced model, and keep each call's metadata as an artifact",
)
def models_are_the_forced_one(journey: MainJourney, provenance: Provenance) -> Judgement:
    """At least one metadata artifact, and no other model than the forced one in any."""
    at(journey, "draft")
    calls = recorded_calls(journey)
    models = sorted({str(found.value) for c in calls if (found := facts.find(c.said, ("model", "model_name")))})
    saw = f"{len(calls)} calls, model {', '.join(models) or 'none'}"
    evidence = [c.meta.id for c in calls] or [e.id for e in (journey.index, *journey.drafts[-1:]) if e]
    return judged(models == [provenance.model], expected=f"model {provenance.model}", saw=saw, evidence=evidence)


@check(
    scenario=SAVED,
    spec=NON_STUB,
    expected="for every call the request and the answer are kept beside its metadata",
    impact="nobody can tell later what was asked and answered",
    fix="keep prompt and response of every call as artifacts",
)
def prompt_and_response_are_kept(journey: MainJourney) -> Judgement:
    """Neither is missing or empty."""
    calls = _calls(journey)
    bare = [c.folder for c in calls if not (c.prompt and c.prompt.body.size and c.response and c.response.body.size)]
    saw = f"incomplete: {', '.join(bare)}" if bare else f"{len(calls)} calls, each with prompt and response"
    evidence = [a for c in calls for a in (c.meta, c.prompt, c.response) if a]
    return judged(not bare, expected="prompt and response of each call", saw=saw, evidence=evidence)


@check(
    scenario=SAVED,
    spec=NON_STUB,
    expected="the prompt that was kept holds the person's own words",
    impact="drafts are about something else than what people asked",
    fix="send the requirement to the model, and keep the prompt as it was sent",
)
def the_prompt_holds_the_question(journey: MainJourney) -> Judgement:
    """The nonce of the requirement stands in a kept prompt."""
    calls = _calls(journey)
    nonce = journey.question.nonce
    holding = [c.prompt for c in calls if c.prompt and nonce in (c.prompt.body.text or "")]
    saw = f"{nonce} in {len(holding)} of {len(calls)} prompts"
    return judged(bool(holding), expected=f"{nonce} in a prompt", saw=saw, evidence=holding or [c.meta for c in calls])


def matching(call: RecordedCall, relayed: tuple[LlmCall, ...]) -> LlmCall | None:
    """The relayed call with the same answer: by SS's fingerprint of it, or by the response text that SS kept."""
    fingerprint = facts.find(call.said, ("response_fingerprint", "response_sha256", "answer_sha256"))
    digests = {str(fingerprint.value).removeprefix("sha256:")} if fingerprint else set()
    if call.response and call.response.body.text is not None:
        digests.add(hashlib.sha256(call.response.body.text.encode()).hexdigest())
        digests.add(hashlib.sha256(call.response.body.text.strip().encode()).hexdigest())
    return next((r for r in relayed if r.answer_sha256 in digests), None)


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="every call that SS recorded was seen on its way to the provider, with the same answer",
    impact=STUBBED,
    fix="record only calls that were made, and the answer that came",
)
def every_recorded_call_was_made(journey: MainJourney) -> Judgement:
    """Metadata without a call, or another answer than the provider's, is refuted by the relay."""
    calls = _calls(journey)
    good = [c for c in calls if facts.find_node(c.said, ("ok",)) is None or c.said.get("ok", True)]
    strangers = [c for c in good if matching(c, journey.llm_calls) is None]
    kept = [c for c in good if c.response and (m := matching(c, journey.llm_calls)) and not _same_text(c.response, m)]
    saw = f"{len(good)} recorded, {len(journey.llm_calls)} relayed"
    if strangers:
        saw += f"; never relayed: {', '.join(c.folder for c in strangers)}"
    if kept:
        saw += f"; another answer kept than came: {', '.join(c.folder for c in kept)}"
    evidence = [*(c.meta for c in strangers + kept or calls), *journey.llm_calls]
    return judged(not strangers and not kept, expected="each call relayed", saw=saw, evidence=evidence, strength="witnessed")


def _same_text(response: StoredArtifact, call: LlmCall) -> bool:
    """The text that SS kept is the text that came, save what either side masked."""
    text, answer = (response.body.text or "").strip(), (call.answer or "").strip()
    return text == answer or "[secret:" in answer or "[secret:" in text


@check(
    scenario=SCENARIO,
    spec=NON_STUB,
    expected="every call that reached the provider is among SS's artifacts",
    impact="nobody can tell later what was asked and answered",
    fix="keep metadata, prompt and response of every call",
)
def every_made_call_is_recorded(journey: MainJourney) -> Judgement:
    """A relayed call with a good answer that SS did not record."""
    calls = _calls(journey)
    answered = [r for r in journey.llm_calls if r.status == 200 and r.answer]
    known = {m.id for c in calls if (m := matching(c, journey.llm_calls))}
    lost = [r for r in answered if r.id not in known]
    saw = f"{len(answered)} answered, {len(lost)} of them not among SS's artifacts"
    evidence = [r.id for r in lost or journey.llm_calls] or [c.meta.id for c in calls]
    return judged(bool(answered) and not lost, expected="each call recorded", saw=saw, evidence=evidence, strength="witnessed")


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="the person's own words reached the provider",
    impact=STUBBED,
    fix="send the requirement to the model",
)
def the_question_reached_the_provider(journey: MainJourney) -> Judgement:
    """The nonce of the requirement, in a prompt that the relay saw."""
    at(journey, "draft")
    evidence = journey.llm_calls or journey.drafts[-1:]
    saw = f"{len(journey.llm_calls)} relayed calls with {journey.question.nonce} in the prompt"
    good = bool(journey.llm_calls)
    return judged(good, expected="a call with the question", saw=saw, evidence=evidence, strength="witnessed")


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="the provider is a real one: a listed host behind verified TLS",
    impact=STUBBED,
    fix="point SS_LLM_BASE_URL to the provider, and list its host in llm_hosts",
)
def the_provider_is_real(journey: MainJourney, provenance: Provenance) -> Judgement:
    """Where the calls went. A declared stand-in shows nothing; an undeclared one is refuted."""
    at(journey, "draft")
    calls = journey.llm_calls
    need(calls or None, "no call was relayed", the_question_reached_the_provider.id)
    hosts = sorted({c.upstream_host for c in calls})
    named = sorted({c.stand_in for c in calls if c.stand_in})
    evidence = [*calls, provenance.declared]
    expected = f"a host of {', '.join(provenance.hosts) or 'llm_hosts'} behind verified TLS"
    if provenance.llm == "rehearsal":
        saw = f"the {STAND_IN} answered at {', '.join(hosts)}, as declared{f' (it says: {named[0]})' if named else ''}"
        return not_evidenced(expected=expected, saw=saw, evidence=evidence, strength="witnessed")
    local = [c for c in calls if upstream_locality(c.upstream, c.upstream_address or "") == "loopback"]
    unverified = [c for c in calls if not c.tls_verified]
    unlisted = [h for h in hosts if h not in provenance.hosts]
    reasons = [f"{c.upstream_host} is on this machine" for c in local[:1]]
    reasons += [f"{named[0]} says that it stands in"] if named else []
    reasons += [f"the certificate of {c.upstream_host} was not verified: {c.failure or 'no TLS'}" for c in unverified[:1]]
    if reasons:
        return judged(False, expected=expected, saw="; ".join(reasons), evidence=evidence, strength="witnessed")
    if unlisted:
        return not_evidenced(expected=expected, saw=f"{', '.join(unlisted)} is not in llm_hosts", evidence=evidence)
    saw = f"{', '.join(hosts)}, {calls[0].tls_version}, certificate verified"
    return judged(True, expected=expected, saw=saw, evidence=evidence, strength="proven")


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="the provider itself says that the forced model answered",
    impact="people get drafts of another model than the one that was approved",
    fix="use a provider that serves the forced model, or name its way of calling it in llm_model_echoes",
)
def the_provider_echoes_the_model(journey: MainJourney, provenance: Provenance) -> Judgement:
    """What the provider answered as `model`, not what SS wrote into its metadata."""
    at(journey, "draft")
    calls = need(journey.llm_calls or None, "no call was relayed", the_question_reached_the_provider.id)
    echoed = sorted({c.model_echoed or "nothing" for c in calls})
    expected = " or ".join(provenance.echoes)
    evidence = [*calls, provenance.declared]
    if provenance.llm == "rehearsal":
        saw = f"the {STAND_IN} echoed {', '.join(echoed)}"
        return not_evidenced(expected=expected, saw=saw, evidence=evidence, strength="witnessed")
    good = set(echoed) <= set(provenance.echoes)
    return judged(good, expected=expected, saw=f"echoed {', '.join(echoed)}", evidence=evidence, strength="witnessed")
