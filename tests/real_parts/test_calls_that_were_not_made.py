"""SS's record of its calls against what the relay saw."""

import json

from checks import observations

from ss_audit.checks import llm


def test_a_call_that_ss_recorded_and_the_relay_never_saw() -> None:
    whole = observations.main_journey()
    assert llm.every_recorded_call_was_made.judge(whole).outcome == "pass"
    said = llm.every_recorded_call_was_made.judge(whole.model_copy(update={"llm_calls": whole.llm_calls[:1]}))
    assert said.outcome == "fail"
    assert "2 recorded, 1 relayed; never relayed: artifacts/llm/select" in said.saw


def test_metadata_that_claims_the_forced_model_is_not_believed() -> None:
    calls = tuple(c.model_copy(update={"model_echoed": "another-model"}) for c in observations.main_journey().llm_calls)
    said = llm.the_provider_echoes_the_model.judge(observations.main_journey(llm_calls=calls), observations.provenance())
    assert said.outcome == "fail"
    assert said.saw == f"echoed another-model, while SS's metadata says {observations.MODEL}"


def test_an_answer_that_ss_made_up() -> None:
    meta = json.dumps({"model": observations.MODEL, "ok": True})
    made_up = {"artifacts/llm/draft/meta.json": meta, "artifacts/llm/draft/response.txt": "made up"}
    said = llm.every_recorded_call_was_made.judge(observations.artifacts(observations.main_journey(), made_up))
    assert said.outcome == "fail"
    assert "never relayed: artifacts/llm/draft" in said.saw


def test_a_refused_certificate_refutes_though_no_answer_came() -> None:
    refused = {"status": None, "tls_verified": False, "failure": "certificate verification failed: expired"}
    journey = observations.halted("draft", llm_calls=(observations.llm_call("", **refused),))
    said = llm.the_provider_is_real.judge(journey, observations.provenance())
    assert said.outcome == "fail"
    assert "the certificate of llm.example.org was refused: certificate verification failed: expired" in said.saw


def test_a_provider_that_is_down_is_the_environments_fault() -> None:
    down = {"status": None, "tls_verified": None, "failure": "ConnectionRefusedError: refused"}
    journey = observations.halted("draft", llm_calls=(observations.llm_call("", **down),))
    said = llm.the_provider_is_real.judge(journey, observations.provenance())
    assert (said.outcome, said.blame) == ("error", "environment")


def test_a_listed_host_at_a_private_address_is_no_proof() -> None:
    calls = tuple(c.model_copy(update={"upstream_address": "10.0.0.7"}) for c in observations.main_journey().llm_calls)
    said = llm.the_provider_is_real.judge(observations.main_journey(llm_calls=calls), observations.provenance())
    assert (said.outcome, said.strength) == ("pass", "witnessed")
    assert "at a private address" in said.saw
