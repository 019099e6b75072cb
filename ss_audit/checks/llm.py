"""The LLM provider: what SS's artifacts say of it, what the relay saw of it, and whether the two agree call by call."""

from collections.abc import Iterable

from ss_audit.checks.drafted import drafts_words, is_answered, models_words, said_again, texts_of
from ss_audit.checks.judgement import Judgement, check, judged, need, not_evidenced, not_reached
from ss_audit.checks.llm_by_records import counted_by_the_provider, kept_as_recorded, question_in_a_prompt, recorded_only
from ss_audit.checks.llm_records import MODEL, RecordedCall, pairs, recorded_calls, same_text, tells_of_an_attempt, went_well
from ss_audit.checks.model_answers import kept_answers, relayed_answers
from ss_audit.checks.reached import at
from ss_audit.evidence.model import LlmCall, StoredArtifact
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


def _calls(journey: MainJourney) -> tuple[RecordedCall, ...]:
    at(journey, "draft")
    evidence = [e.id for e in (journey.index, *journey.drafts[-1:]) if e]
    return need(recorded_calls(journey) or None, "no LLM metadata among the artifacts", models_are_the_forced_one.id, evidence)


def _models(calls: Iterable[RecordedCall]) -> list[str]:
    return sorted({str(found.value) for c in calls if (found := facts.find(c.said, MODEL))})


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
    models = _models(calls)
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
    """The prompt of every call, and the response of those that were answered: a call that failed has none."""
    calls = _calls(journey)
    bare = [c.folder for c in calls if not _holds(c.prompt) or (went_well(c) and not _holds(c.response))]
    saw = f"incomplete: {', '.join(bare)}" if bare else f"{len(calls)} calls, each with prompt and response"
    evidence = [a for c in calls for a in (c.meta, c.prompt, c.response) if a]
    return judged(not bare, expected="prompt and response of each call", saw=saw, evidence=evidence)


def _holds(kept: StoredArtifact | None) -> bool:
    return kept is not None and kept.body.size > 0


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


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="every call that SS recorded was seen on its way to the provider, with the same answer",
    impact=STUBBED,
    fix="record only calls that were made, and the answer that came",
)
def every_recorded_call_was_made(journey: MainJourney) -> Judgement:
    """Metadata without a call of its own, or another answer than the provider's, is refuted by the relay."""
    calls = _calls(journey)
    if "llm" in journey.unwitnessed:
        return kept_as_recorded(calls)
    good = [c for c in calls if went_well(c)]
    found = pairs(good, journey.llm_calls)
    strangers = [c for c in good if c.meta.id not in found]
    kept = [c for c in good if c.meta.id in found and c.response and not same_text(c.response, found[c.meta.id])]
    saw = f"{len(good)} recorded, {len(journey.llm_calls)} relayed"
    if strangers:
        saw += f"; never relayed: {', '.join(c.folder for c in strangers)}"
    if kept:
        saw += f"; another answer kept than came: {', '.join(c.folder for c in kept)}"
    evidence = [*(c.meta for c in strangers + kept or calls), *journey.llm_calls]
    fine = bool(good) and not strangers and not kept
    return judged(fine, expected="each call relayed", saw=saw, evidence=evidence, strength="witnessed")


@check(
    scenario=SCENARIO,
    spec=NON_STUB,
    expected="every call that reached the provider is among SS's artifacts",
    impact="nobody can tell later what was asked and answered",
    fix="keep metadata, prompt and response of every call",
)
def every_made_call_is_recorded(journey: MainJourney) -> Judgement:
    """A relayed call with a good answer that SS did not record, be the question in it or not.

    An answer that SS had given up waiting for is recorded where a record with the same prompt tells of a failure or a retry.
    """
    calls = _calls(journey)
    if "llm" in journey.unwitnessed:
        return recorded_only(calls)
    answered = [r for r in journey.llm_calls if r.status == 200 and r.answer]
    known = {relayed.id for relayed in pairs(calls, journey.llm_calls).values()}
    lost = [r for r in answered if r.id not in known and not any(tells_of_an_attempt(c, r) for c in calls)]
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
    if "llm" in journey.unwitnessed:
        return question_in_a_prompt(journey, _calls(journey))
    holding = [c for c in journey.llm_calls if journey.question.nonce in (c.prompt or "")]
    evidence = holding or journey.llm_calls or journey.drafts[-1:]
    saw = f"{len(holding)} of {len(journey.llm_calls)} relayed calls with {journey.question.nonce} in the prompt"
    return judged(bool(holding), expected="a call with the question", saw=saw, evidence=evidence, strength="witnessed")


@check(
    scenario=SCENARIO,
    spec=NON_STUB,
    expected="what the draft says is what the model answered",
    impact="people get drafts that the approved model never wrote",
    fix="make the draft of the model's answer, and not of rules beside it",
)
def the_draft_is_the_models(journey: MainJourney) -> Judgement:
    """Some words of the model's, other than the question's, stand in the draft; more may be added, or altered.

    Where the model wrote no text, or the draft has none, its variables have to do: an SS that works them out by itself,
    and writes nothing, can't be told from one whose model named them.
    """
    at(journey, "draft")
    unseen = "llm" in journey.unwitnessed
    answers = kept_answers(journey) if unseen else relayed_answers(journey)
    if not answers:
        not_reached("no answer of the model is on record", every_recorded_call_was_made.id, [journey.drafts[-1].id])
    draft, question = facts.answered(journey.drafts[-1]), journey.question
    wrote = [words for answer in answers for words in models_words(answer, question)]
    expected, strength = "words of the model's in the draft", "claimed" if unseen else "witnessed"
    evidence = [journey.drafts[-1].id, *(answer.evidence for answer in answers)]
    same = said_again(wrote, facts.strings(draft))
    if same:
        saw = f"the draft says “{same}”, as the model did"
        return judged(True, expected=expected, saw=saw, evidence=evidence, strength=strength)
    foreign = [words.text for words in drafts_words(draft, question) if not is_answered(words, answers)]
    if wrote and foreign:
        saw = f"the draft says “{foreign[0][:120]}”, and nothing of what the model wrote: “{wrote[0].text[:120]}”"
        return judged(False, expected=expected, saw=saw, evidence=evidence, strength=strength)
    named = facts.names_in([text for answer in answers for text in texts_of(answer)], question.variables)
    saw = f"no text to compare; the model named {', '.join(named) or 'none of the variables'}"
    if not named:
        return not_evidenced(expected=expected, saw=saw, evidence=evidence)
    return judged(True, expected=expected, saw=saw, evidence=evidence, strength="claimed")


def _served(journey: Journey) -> tuple[LlmCall, ...]:
    """The relayed calls in which a model was asked, and answered: a connection that broke says nothing about who would have."""
    answered = tuple(c for c in journey.llm_calls if c.status is not None and c.model_asked is not None)
    return need(answered or None, "no call was relayed and answered", the_question_reached_the_provider.id)


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="the provider is a real one: a listed host behind verified TLS",
    impact=STUBBED,
    fix="point SS_LLM_BASE_URL to the provider, and list its host in llm_hosts",
)
def the_provider_is_real(journey: MainJourney, provenance: Provenance) -> Judgement:
    """Where the calls went. A declared stand-in shows nothing; an undeclared one is refuted, whether it answered or not."""
    if "llm" in journey.unwitnessed:
        return counted_by_the_provider(provenance, _calls(journey), STAND_IN)
    calls = tuple(c for c in journey.llm_calls if not c.failure_is_ours)
    reasons = _refutations(calls) if provenance.llm == "real" else []
    if not reasons:
        at(journey, "draft")
        calls = _served(journey)
    hosts = sorted({c.upstream_host for c in calls})
    evidence = [*calls, provenance.declared]
    expected = f"a host of {', '.join(provenance.hosts) or 'llm_hosts'} behind verified TLS"
    if provenance.llm == "rehearsal":
        named = next((f" (it says: {c.stand_in})" for c in calls if c.stand_in), "")
        saw = f"the {STAND_IN} answered at {', '.join(hosts)}, as declared{named}"
        return not_evidenced(expected=expected, saw=saw, evidence=evidence, strength="witnessed")
    if reasons:
        return judged(False, expected=expected, saw="; ".join(reasons), evidence=evidence, strength="witnessed")
    unlisted = [h for h in hosts if h not in provenance.hosts]
    if unlisted:
        return not_evidenced(expected=expected, saw=f"{', '.join(unlisted)} is not in llm_hosts", evidence=evidence)
    private = any(upstream_locality(c.upstream, c.upstream_address) == "private" for c in calls)
    saw = f"{', '.join(hosts)}{' at a private address' if private else ''}, {calls[0].tls_version}, certificate verified"
    saw += f", issued by {_issuer(calls[0])}"
    strength = "witnessed" if private else "proven"
    return judged(True, expected=expected, saw=saw, evidence=evidence, strength=strength)


def _refutations(calls: Iterable[LlmCall]) -> list[str]:
    """What refutes that a real provider was asked, each reason once."""
    found = []
    for call in calls:
        host = call.upstream_host
        if upstream_locality(call.upstream, call.upstream_address) == "loopback":
            found.append(f"{host} is on this machine")
        if call.stand_in:
            found.append(f"{host} says that it stands in: {call.stand_in}")
        if call.tls_verified is False:
            found.append(f"the certificate of {host} was refused: {call.failure}")
        elif call.tls_verified is None and call.status is not None:
            found.append(f"{host} answered without TLS")
    return list(dict.fromkeys(found))


def _issuer(call: LlmCall) -> str:
    """Who vouches for the provider: whom the run was told to trust is for a person to see."""
    issuer: dict[str, str] = (call.certificate or {}).get("issuer", {})
    return issuer.get("organizationName") or issuer.get("commonName") or "an unnamed authority"


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
    if "llm" in journey.unwitnessed:
        return counted_by_the_provider(provenance, _calls(journey), STAND_IN)
    calls = [c for c in _served(journey) if c.status == 200]
    echoed = sorted({c.model_echoed or "nothing" for c in calls})
    expected = " or ".join(provenance.echoes)
    evidence = [*calls, provenance.declared]
    if provenance.llm == "rehearsal":
        saw = f"the {STAND_IN} echoed {', '.join(echoed)}"
        return not_evidenced(expected=expected, saw=saw, evidence=evidence, strength="witnessed")
    good = bool(echoed) and set(echoed) <= set(provenance.echoes)
    saw = f"echoed {', '.join(echoed) or 'nothing'}"
    if not good and provenance.model in _models(recorded_calls(journey)):
        saw += f", while SS's metadata says {provenance.model}"
    return judged(good, expected=expected, saw=saw, evidence=evidence, strength="witnessed")
