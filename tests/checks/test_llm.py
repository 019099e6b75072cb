"""What SS's artifacts say of the provider, what the relay saw, and whether both agree call by call."""
# ruff: noqa: E501 - a table reads best with one case a line

import json

from checks.cases import Case, holds, parametrized, row
from checks.observations import (
    CHOICE_ANSWER,
    DRAFT_ANSWER,
    MODEL,
    QUESTION,
    artifacts,
    halted,
    llm_call,
    main_journey,
    provenance,
)
from ss_audit.checks import llm
from ss_audit.checks.llm_records import recorded_calls
from ss_audit.evidence.model import LlmCall
from ss_audit.evidence.seen import MainJourney, Provenance

GOOD, REAL = main_journey(), provenance()
STAND_IN = provenance(llm="rehearsal", profile="rehearsal")
DRAFT, CHOICE = "artifacts/llm/draft", "artifacts/llm/select"
GONE = {a.rel_path: None for a in GOOD.artifacts if "llm" in a.rel_path}
NO_RECORDS = artifacts(GOOD, GONE)


def relayed(*calls: LlmCall) -> MainJourney:
    return GOOD.model_copy(update={"llm_calls": calls})


def each(**more: object) -> MainJourney:
    return relayed(llm_call(DRAFT_ANSWER, **more), llm_call(CHOICE_ANSWER, **more))


def meta(model: object = MODEL, **more: object) -> MainJourney:
    return artifacts(GOOD, {f"{DRAFT}/meta.json": json.dumps({"model": model} | more)})


def both(journey: MainJourney, declared: Provenance = REAL) -> tuple[MainJourney, Provenance]:
    return journey, declared


CACHED = artifacts(GOOD, {f"artifacts/llm/third/{n}": t for n, t in (
    ("meta.json", json.dumps({"model": MODEL})), ("response.txt", DRAFT_ANSWER), ("prompt.txt", QUESTION.text))})  # fmt: skip
ALL_FAILED = artifacts(
    GOOD,
    {
        f"{DRAFT}/meta.json": json.dumps({"model": MODEL, "ok": False}),
        f"{CHOICE}/meta.json": json.dumps({"model": MODEL, "ok": False}),
    },
)
FAILED_FIRST = artifacts(
    relayed(llm_call("{}", failure="SS closed the connection before it had the answer"), *GOOD.llm_calls),
    {
        "artifacts/llm/late/meta.json": json.dumps({"model": MODEL, "ok": False}),
        "artifacts/llm/late/prompt.txt": QUESTION.text,
        "artifacts/llm/late/response.txt": "",
    },
)
WHOLE = json.dumps({"model": "claude-echo", "choices": [{"message": {"content": DRAFT_ANSWER}}]})
OTHER_LAYOUT = artifacts(GOOD, GONE | {
    "llm/1.meta.json": json.dumps({"model": MODEL}), "llm/1.request.json": json.dumps({"model": MODEL, "prompt": QUESTION.text}),
    "llm/1.response.json": WHOLE, "llm/2.meta.json": json.dumps({"model": MODEL}), "llm/2.request.json": json.dumps({"m": "2"}),
    "llm/2.response.json": CHOICE_ANSWER,
})  # fmt: skip
HERE = each(upstream="http://127.0.0.1:9", upstream_host="127.0.0.1", upstream_address="127.0.0.1")
HALF = '{"text": "\\ud800"}'
PUBLIC = each(upstream_address="9.9.9.9")
PRIVATE = relayed(llm_call(DRAFT_ANSWER, upstream_address="10.0.0.7"), *PUBLIC.llm_calls[1:])
OURS = llm_call("", status=None, tls_verified=False, failure="the relay could not connect", failure_is_ours=True)
CHECKS = (
    llm.prompt_and_response_are_kept, llm.the_prompt_holds_the_question, llm.every_recorded_call_was_made,
    llm.every_made_call_is_recorded, llm.the_question_reached_the_provider, llm.the_draft_is_the_models,
)  # fmt: skip
WITH_PROVENANCE = (llm.models_are_the_forced_one, llm.the_provider_is_real, llm.the_provider_echoes_the_model)
CASES: list[Case] = [
    *(row(check, "a sound SS", GOOD, "pass") for check in CHECKS),
    *(row(check, "another layout", OTHER_LAYOUT, "pass") for check in CHECKS),
    *(row(check, "no draft", halted("draft"), "not_evidenced") for check in CHECKS),
    *(row(check, "a sound SS", both(GOOD), "pass") for check in WITH_PROVENANCE),
    *(row(check, "no draft", both(halted("draft")), "not_evidenced") for check in WITH_PROVENANCE),
    row(llm.models_are_the_forced_one, "another layout", both(OTHER_LAYOUT), "pass", "2 calls"),
    row(llm.models_are_the_forced_one, "a stub", both(meta("stub")), "fail", "stub"),
    row(llm.models_are_the_forced_one, "no metadata", both(NO_RECORDS), "fail", "0 calls"),
    row(llm.models_are_the_forced_one, "empty metadata", both(artifacts(NO_RECORDS, {f"{DRAFT}/meta.json": "{}"})), "fail"),
    row(llm.prompt_and_response_are_kept, "no metadata", NO_RECORDS, "not_evidenced"),
    row(llm.prompt_and_response_are_kept, "no response", artifacts(GOOD, {f"{DRAFT}/response.txt": None}), "fail", "draft"),
    row(llm.prompt_and_response_are_kept, "an empty prompt", artifacts(GOOD, {f"{DRAFT}/prompt.txt": ""}), "fail", "draft"),
    row(llm.prompt_and_response_are_kept, "an empty response", artifacts(GOOD, {f"{DRAFT}/response.txt": ""}), "fail", "draft"),
    row(llm.prompt_and_response_are_kept, "a failed call without a response", FAILED_FIRST, "pass", "3 calls"),
    row(llm.prompt_and_response_are_kept, "a failed call without a prompt", artifacts(FAILED_FIRST, {"artifacts/llm/late/prompt.txt": None}), "fail", "late"),
    row(llm.the_prompt_holds_the_question, "another question", artifacts(GOOD, {"prompt.txt": "something"}), "fail", "0 of 2"),
    row(llm.every_recorded_call_was_made, "metadata without a call", relayed(), "fail", "never relayed"),
    row(llm.every_recorded_call_was_made, "one call never made", relayed(llm_call(DRAFT_ANSWER)), "fail", "select"),
    row(llm.every_recorded_call_was_made, "another answer kept", artifacts(GOOD, {f"{DRAFT}/response.txt": "Something else."}), "fail", "another answer"),
    row(llm.every_recorded_call_was_made, "a mark in place of the answer",
        artifacts(GOOD, {f"{DRAFT}/response.txt": "[secret: token 0123456789ab]"}), "fail", "another answer"),
    row(llm.every_recorded_call_was_made, "a cached answer", CACHED, "fail", "never relayed"),
    row(llm.every_recorded_call_was_made, "only failures recorded", ALL_FAILED, "fail", "0 recorded"),
    row(llm.every_recorded_call_was_made, "a failure recorded beside", artifacts(GOOD, {"artifacts/llm/x/meta.json": json.dumps({"model": MODEL, "ok": False})}), "pass"),
    row(llm.every_recorded_call_was_made, "no metadata", NO_RECORDS, "not_evidenced"),
    row(llm.every_made_call_is_recorded, "one not recorded", relayed(*GOOD.llm_calls, llm_call("a third")), "fail", "1 of them"),
    row(llm.every_made_call_is_recorded, "the same answer twice, recorded once", relayed(*GOOD.llm_calls, llm_call(DRAFT_ANSWER)), "fail"),
    row(llm.every_made_call_is_recorded, "the same answer twice, recorded twice",
        CACHED.model_copy(update={"llm_calls": (*GOOD.llm_calls, llm_call(DRAFT_ANSWER))}), "pass"),
    row(llm.every_made_call_is_recorded, "given up and recorded as failed", FAILED_FIRST, "pass", "3 answered, 0"),
    row(llm.every_made_call_is_recorded, "given up, recorded with another prompt",
        artifacts(FAILED_FIRST, {"artifacts/llm/late/prompt.txt": "something else"}), "fail", "1 of them"),
    row(llm.every_made_call_is_recorded, "without the question", relayed(*GOOD.llm_calls, llm_call("x", prompt="Is it JSON?")), "fail", "1 of them"),
    row(llm.every_made_call_is_recorded, "a failed attempt", relayed(*GOOD.llm_calls, llm_call("", status=503)), "pass"),
    row(llm.every_made_call_is_recorded, "none made", relayed(), "fail"),
    row(llm.the_question_reached_the_provider, "no call", relayed(), "fail"),
    row(llm.the_question_reached_the_provider, "another question", each(prompt="Describe the weather."), "fail", "0 of 2"),
    row(llm.the_provider_is_real, "declared stand-in", both(each(stand_in="rehearsal-llm"), STAND_IN), "not_evidenced", "rehearsal LLM"),
    row(llm.the_provider_is_real, "on this machine", both(each(upstream="http://127.0.0.1:9", upstream_host="127.0.0.1", upstream_address="127.0.0.1")), "fail", "this machine"),
    row(llm.the_provider_is_real, "says that it stands in", both(each(stand_in="rehearsal-llm")), "fail", "stands in"),
    row(llm.the_provider_is_real, "no TLS", both(each(tls_verified=None, tls_version=None)), "fail", "without TLS"),
    row(llm.the_provider_is_real, "a certificate of its own", both(each(tls_verified=False, failure="self-signed")), "fail", "self-signed"),
    row(llm.the_provider_is_real, "not listed", both(each(upstream_host="other.example.org")), "not_evidenced", "llm_hosts"),
    row(llm.the_provider_is_real, "no call", both(relayed()), "not_evidenced"),
    row(llm.the_provider_is_real, "only the list of models was asked for", both(each(model_asked=None)), "not_evidenced"),
    row(llm.the_provider_is_real, "a connection that broke beside", both(relayed(*GOOD.llm_calls, llm_call("", status=None, tls_verified=None))), "pass"),
    row(llm.the_provider_echoes_the_model, "another", both(each(model_echoed="gpt-small")), "fail", "gpt-small"),
    row(llm.the_provider_echoes_the_model, "one of two another", both(relayed(llm_call("a"), llm_call("b", model_echoed="gpt-small"))), "fail"),
    row(llm.the_provider_echoes_the_model, "nothing", both(each(model_echoed=None)), "fail", "nothing"),
    row(llm.the_provider_echoes_the_model, "the list of models, beside", both(relayed(*GOOD.llm_calls, llm_call("", model_asked=None, model_echoed=None))), "pass"),
    row(llm.the_provider_echoes_the_model, "a listed name", both(each(model_echoed="gw/claude"), provenance(echoes=(MODEL, "gw/claude"))), "pass"),
    row(llm.the_provider_echoes_the_model, "declared stand-in", both(each(model_echoed="rehearsal"), STAND_IN), "not_evidenced", "rehearsal LLM"),
    row(llm.the_provider_echoes_the_model, "no call", both(relayed()), "not_evidenced"),
    row(llm.the_provider_is_real, "on this machine, and no draft came", both(halted("draft", llm_calls=HERE.llm_calls)), "fail", "this machine"),
    row(llm.the_provider_is_real, "declared, and no draft came", both(halted("draft", llm_calls=HERE.llm_calls), STAND_IN), "not_evidenced", "ended at draft"),
    row(llm.the_provider_is_real, "declared, and one call says so", both(relayed(llm_call("a"), llm_call("b", stand_in="rehearsal-llm")), STAND_IN), "not_evidenced", "it says: rehearsal-llm"),
    row(llm.the_provider_is_real, "a call that our relay lost beside", both(relayed(*GOOD.llm_calls, OURS)), "pass"),
    row(llm.the_provider_is_real, "at a private address", both(PRIVATE), "pass", "at a private address"),
    row(llm.the_provider_is_real, "vouched for", both(each(certificate={"issuer": {"organizationName": "A Trust", "commonName": "R1"}})), "pass", "issued by A Trust"),
    row(llm.the_provider_is_real, "vouched for by a name alone", both(each(certificate={"issuer": {"commonName": "R1"}})), "pass", "issued by R1"),
    row(llm.the_provider_is_real, "listed nowhere", both(GOOD, provenance(hosts=())), "not_evidenced", "llm_hosts"),
    row(llm.the_provider_echoes_the_model, "a failed attempt beside", both(relayed(*GOOD.llm_calls, llm_call("", status=503, model_echoed=None))), "pass"),
    row(llm.every_made_call_is_recorded, "an error with a text", relayed(*GOOD.llm_calls, llm_call("overloaded", status=529)), "pass"),
    row(llm.prompt_and_response_are_kept, "a prompt of one character", artifacts(GOOD, {f"{DRAFT}/prompt.txt": "?"}), "pass"),
    row(llm.every_recorded_call_was_made, "half a letter kept", artifacts(GOOD, {f"{DRAFT}/response.txt": HALF, f"{DRAFT}/meta.json": json.dumps({"model": MODEL})}), "fail", "never relayed"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


def test_texts_of_several_calls_in_one_folder_are_told_apart() -> None:
    first, second = recorded_calls(OTHER_LAYOUT)
    assert [first.prompt and first.prompt.rel_path, second.response and second.response.rel_path] == [
        "llm/1.request.json",
        "llm/2.response.json",
    ]


def test_only_a_provider_at_a_public_address_is_proven() -> None:
    strengths = [llm.the_provider_is_real.judge(seen, REAL).strength for seen in (PUBLIC, PRIVATE)]
    assert strengths == ["proven", "witnessed"]
