"""The relay in front of a provider behind TLS: whose certificate, verified or not, and no key for whom it can't verify."""

import hashlib
import shutil
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ss_audit.witness.llm_passing import UNREACHABLE_MARK
from ss_audit.witness.llm_relay import LlmRelay
from witness.conftest import KEY
from witness.provider import provider

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="certificates are made by the openssl command")

ASK = {"model": "m", "messages": [{"role": "user", "content": "x"}]}


@dataclass
class Certificates:
    """PEM files: an authority, a server's key and certificate by it, and the same by itself."""

    authority: Path
    key: Path
    issued: Path
    self_signed: Path
    expired: Path

    @staticmethod
    def fingerprint(pem: Path) -> str:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.read_text())).hexdigest()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    folder = tmp_path_factory.mktemp("certificates")
    made = Certificates(*(folder / name for name in ("ca.pem", "key.pem", "issued.pem", "self.pem", "expired.pem")))

    def openssl(*words: object) -> None:
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=folder)

    (folder / "san").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2]
    openssl(*new, "-keyout", "ca.key", "-out", made.authority, "-subj", "/O=Test authority/CN=Test CA")
    openssl(
        *new, "-keyout", made.key, "-out", made.self_signed, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"
    )
    openssl("req", "-new", "-key", made.key, "-out", "csr.pem", "-subj", "/O=Test provider/CN=localhost")
    issue = ["x509", "-req", "-in", "csr.pem", "-CA", made.authority, "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "san"]
    openssl(*issue, "-days", 2, "-out", made.issued)
    openssl(*issue, "-days", -1, "-out", made.expired)
    return made


def serving(certificates: Certificates, pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, certificates.key)
    return context


def call_through(relay: LlmRelay) -> httpx.Response:
    headers = {"Authorization": f"Bearer {KEY}"}
    return httpx.post(relay.base_url + "/chat/completions", json=ASK, headers=headers, trust_env=False)


def test_verified_certificate_is_recorded(certificates: Certificates, relay_to: Callable[..., LlmRelay]) -> None:
    with provider(serving(certificates, certificates.issued)) as upstream:
        relay = relay_to(upstream.url("https", "localhost"), extra_ca=certificates.authority)
        assert call_through(relay).status_code == 200
    (call,) = relay.calls()
    assert (call.upstream_host, call.upstream_address, call.tls_verified) == ("localhost", "127.0.0.1", True)
    assert call.tls_version == "TLSv1.3"
    assert call.certificate is not None
    assert call.certificate["subject"] == {"organizationName": "Test provider", "commonName": "localhost"}
    assert call.certificate["issuer"] == {"organizationName": "Test authority", "commonName": "Test CA"}
    assert call.certificate["san"] == ["DNS:localhost", "IP Address:127.0.0.1"]
    assert call.certificate["sha256"] == Certificates.fingerprint(certificates.issued)
    assert call.certificate["verified"] is True


@pytest.mark.parametrize(
    ("pem", "trusted", "host", "reason"),
    [
        ("self_signed", False, "localhost", "self-signed"),
        ("issued", False, "localhost", "unable to get local issuer"),
        ("expired", True, "localhost", "expired"),
        ("self_signed", True, "127.0.0.1", "self-signed"),
    ],
)
def test_failed_verification_is_recorded_and_nothing_is_sent(
    certificates: Certificates, relay_to: Callable[..., LlmRelay], pem: str, trusted: bool, host: str, reason: str
) -> None:
    file: Path = getattr(certificates, pem)
    with provider(serving(certificates, file)) as upstream:
        relay = relay_to(upstream.url("https", host), extra_ca=certificates.authority if trusted else None)
        got = call_through(relay)
    assert got.status_code == 502
    assert got.json()["error"]["message"].startswith(f"{UNREACHABLE_MARK}: certificate verification failed")
    assert upstream.received == []
    (call,) = relay.calls()
    assert (call.status, call.tls_verified, call.failure_is_ours) == (None, False, False)
    assert call.upstream_address == "127.0.0.1"
    assert call.certificate is not None
    assert reason in call.certificate["reason"]
    assert call.certificate["verified"] is False
    assert call.certificate["sha256"] == Certificates.fingerprint(file)
    assert call.certificate["subject"]["commonName"] == "localhost"


def test_name_that_the_certificate_does_not_carry_fails(
    certificates: Certificates, relay_to: Callable[..., LlmRelay], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.self_signed))
    with provider(serving(certificates, certificates.self_signed)) as upstream:
        right = relay_to(upstream.url("https", "localhost"))
        assert call_through(right).status_code == 200
        wrong = relay_to(upstream.url("https", "127.0.0.1"))
        assert call_through(wrong).status_code == 502
    assert right.calls()[0].tls_verified is True
    assert wrong.calls()[0].tls_verified is False
    assert "IP address mismatch" in (wrong.calls()[0].failure or "")


def test_plain_server_where_tls_was_asked_is_unreachable(relay_to: Callable[..., LlmRelay]) -> None:
    with provider() as upstream:
        relay = relay_to(upstream.url("https", "localhost"))
        assert call_through(relay).status_code == 502
    (call,) = relay.calls()
    assert (call.tls_verified, call.certificate, call.failure_is_ours) == (None, None, False)
