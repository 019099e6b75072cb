"""Servers on this machine that pass themselves off as the provider: each is refuted, whatever it answers."""

from pathlib import Path

from real_parts.auditing import KEY, Judged, with_provider
from real_parts.provider import NEEDS_OPENSSL, hiding_provider, make_certificates

PROVIDER = "llm.the_provider_is_real"
ECHO = "llm.the_provider_echoes_the_model"
RECORDED = "llm.every_recorded_call_was_made"
ASKED = "llm.the_question_reached_the_provider"
MODEL = "claude-opus-4-5-20251101"


def refuted(found: Judged) -> bool:
    return (found.outcome, found.part, found.ended.code) == ("fail", "REFUTED", 1)


def test_a_server_on_this_machine_with_the_right_model_name(tmp_path: Path) -> None:
    """Every artifact and every call is as it should be: what gives it away is where it answers."""
    with hiding_provider() as port:
        found = with_provider(tmp_path, f"http://127.0.0.1:{port}/v1", llm_hosts="127.0.0.1")
    assert refuted(found)
    assert found.failed() == {PROVIDER}
    assert found.saw(PROVIDER) == "127.0.0.1 is on this machine; 127.0.0.1 answered without TLS"
    written = [path.read_bytes() for path in found.ended.reports.rglob("*") if path.is_file()]
    assert written
    assert not [text for text in written if KEY.encode() in text], "the provider's key is in the reports"


@NEEDS_OPENSSL
def test_a_server_with_a_self_signed_certificate(tmp_path: Path) -> None:
    """The relay sends no key to it, so SS gets no answer: that is not taken for a provider that happens to be down."""
    made = make_certificates(tmp_path, "localhost")
    with hiding_provider("--certificate", made.self_signed, "--key", made.key) as port:
        found = with_provider(tmp_path, f"https://localhost:{port}/v1", llm_hosts="localhost")
    assert refuted(found)
    assert found.failed() == {PROVIDER}
    assert "the certificate of localhost was refused: certificate verification failed: self-signed" in found.saw(PROVIDER)


@NEEDS_OPENSSL
def test_a_server_on_this_machine_behind_trusted_tls(tmp_path: Path) -> None:
    """A trusted certificate and a listed name do not make it a provider."""
    made = make_certificates(tmp_path, "localhost")
    with hiding_provider("--certificate", made.issued, "--key", made.key) as port:
        trusting = {"SSL_CERT_FILE": str(made.authority)}
        found = with_provider(tmp_path, f"https://localhost:{port}/v1", environment=trusting, llm_hosts="localhost")
    assert refuted(found)
    assert found.failed() == {PROVIDER}
    assert found.saw(PROVIDER) == "localhost is on this machine"


def test_metadata_that_claims_another_model_than_the_provider_echoed(tmp_path: Path) -> None:
    with hiding_provider("--echo", "gpt-4o-mini") as port:
        found = with_provider(tmp_path, f"http://127.0.0.1:{port}/v1")
    assert refuted(found)
    assert found.failed() == {PROVIDER, ECHO}
    assert found.saw(ECHO) == f"echoed gpt-4o-mini, while SS's metadata says {MODEL}"


def test_calls_that_pass_the_relay_by(tmp_path: Path) -> None:
    """An SS that asks somebody else than the provider that it is told to: its own record of the calls is perfect."""
    with hiding_provider() as port:
        elsewhere = f"env SS_LLM_BASE_URL=http://127.0.0.1:{port}/v1 {{python}} -m rehearsal.reference_ss api"
        command = f"{elsewhere} --host {{host}} --port {{port}}"
        found = with_provider(tmp_path, "https://llm.example.org/v1", api_command=command, llm_hosts="llm.example.org")
    assert refuted(found)
    assert found.failed() >= {RECORDED, ASKED}
    assert found.checks["llm.models_are_the_forced_one"][0] == "pass"
    assert "recorded, 0 relayed; never relayed: " in found.saw(RECORDED)
