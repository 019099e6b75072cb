"""The relay in front of a provider behind TLS: whose certificate, verified or not, and no key for whom it can't verify."""

import contextlib
import hashlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ss_audit.witness.llm_passing import UNREACHABLE_MARK
from ss_audit.witness.llm_relay import LlmRelay
from witness.asking import KEY
from witness.conftest import ListRecorder
from witness.provider import provider

# Python 3.13 verifies strictly, as RFC 5280 has it: an authority says what it is for, a certificate who issued it.
CA_USE = "keyUsage=critical,keyCertSign,cRLSign"
ISSUED_BY = "authorityKeyIdentifier=keyid"

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

    (folder / "san").write_text(f"subjectAltName=DNS:localhost,IP:127.0.0.1\n{ISSUED_BY}\n")
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2]
    openssl(*new, "-keyout", "ca.key", "-out", made.authority, "-subj", "/O=Test authority/CN=Test CA", "-addext", CA_USE)
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


@contextlib.contextmanager
def tunnel() -> Iterator[tuple[int, list[bytes]]]:
    """A proxy that does what CONNECT asks, once. Yields its port, and the request lines and headers that it was sent."""
    asked: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = listening.accept()
        with client, client.makefile("rb") as incoming:
            while (line := incoming.readline()) not in (b"\r\n", b""):
                asked.append(line.strip())
            host, _, port = asked[0].split()[1].decode().rpartition(":")
            with socket.create_connection((host, int(port))) as there:
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                back = threading.Thread(target=pump, args=(there, client), daemon=True)
                back.start()
                pump(client, there)
                back.join(5)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], asked
    finally:
        listening.close()


def pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_proxy_of_the_environment_is_used_and_the_certificate_is_still_the_providers(
    certificates: Certificates, recorder: ListRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    with provider(serving(certificates, certificates.issued)) as upstream, tunnel() as (port, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:pass%21@127.0.0.1:{port}")
        with LlmRelay(upstream.url("https", "localhost"), recorder, extra_ca=certificates.authority) as relay:
            assert call_through(relay).status_code == 200
    (call,) = relay.calls()
    assert asked[0].startswith(f"CONNECT localhost:{upstream.port} ".encode())
    assert b"Proxy-Authorization: Basic dXNlcjpwYXNzIQ==" in asked
    assert (call.upstream_host, call.upstream_address, call.tls_verified) == ("localhost", None, True)
    assert upstream.received[0].header("Proxy-Authorization") is None


def test_proxy_of_an_unknown_kind_is_refused(recorder: ListRecorder, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1080")
    with pytest.raises(ValueError, match="socks5"):
        LlmRelay("https://api.example.org/v1", recorder)
