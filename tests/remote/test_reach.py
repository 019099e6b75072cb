"""Getting at an SS elsewhere: whom to trust, through what, and why nothing answers."""

import contextlib
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from real_parts.provider import NEEDS_OPENSSL, Certificates, make_certificates

from ss_audit.settings import Settings
from ss_audit.stack.interface import Connection
from ss_audit.stack.remote import reach

from .deployment import free_port


@contextlib.contextmanager
def server(status: int = 200, tls: ssl.SSLContext | None = None, **headers: str) -> Iterator[tuple[int, list[Any]]]:
    """Something that answers everything with this status. Out: its port, and the requests that it got."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, dict(self.headers)))
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: Any) -> None:
            """Nothing is printed."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        running.socket = tls.wrap_socket(running.socket, server_side=True)
    threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield running.server_address[1], asked
    finally:
        running.shutdown()
        running.server_close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"), "ss.example.org")


def speaking(certificate: Path, made: Certificates, *, clients: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, made.key)
    if clients:
        context.load_verify_locations(made.authority)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def way(**given: object) -> Connection:
    return reach.connection(Settings.model_validate({"stack": "remote", **given}))


@NEEDS_OPENSSL
def test_a_self_signed_certificate_is_never_trusted_unseen(made: Certificates) -> None:
    with server(tls=speaking(made.self_signed, made)) as (port, asked):
        with pytest.raises(reach.NotTrusted, match=r"not trusted: self-signed certificate.*ca_file=") as refused:
            reach.answer(f"https://127.0.0.1:{port}", way())
        assert (refused.value.blame, asked) == ("operator", [])
        assert reach.answer(f"https://127.0.0.1:{port}", way(ca_file=made.self_signed)) == reach.Answer(200, None)


@NEEDS_OPENSSL
def test_an_authority_of_the_operators_is_the_only_one_that_counts(made: Certificates, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = make_certificates(tmp_path / "other", "ss.example.org")
    with server(tls=speaking(made.issued, made)) as (port, _):
        assert reach.answer(f"https://127.0.0.1:{port}", way(ca_file=made.authority)) == reach.Answer(200, None)
        with pytest.raises(reach.NotTrusted):
            reach.answer(f"https://127.0.0.1:{port}", way(ca_file=other.authority))
        with pytest.raises(reach.NotTrusted, match=r"mismatch|not valid for"):
            reach.answer(f"https://localhost:{port}", way(ca_file=made.authority))


@NEEDS_OPENSSL
def test_a_client_certificate_is_shown_where_one_is_wanted(made: Certificates, tmp_path: Path) -> None:
    own = tmp_path / "client.pem"
    own.write_bytes(made.issued.read_bytes() + made.key.read_bytes())
    with server(tls=speaking(made.issued, made, clients=True)) as (port, asked):
        url = f"https://127.0.0.1:{port}"
        told = reach.answer(url, way(ca_file=made.authority, client_certificate=own))
        assert told == reach.Answer(200, None)
        with pytest.raises(reach.NotTrusted, match="client_certificate="):
            reach.answer(url, way(ca_file=made.authority))
        assert len(asked) == 1


@pytest.mark.parametrize("name", ["ca_file", "client_certificate"])
def test_a_file_that_is_no_certificate_is_said_by_name(name: str, tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text("nothing")
    for path in (tmp_path / "x.pem", tmp_path / "none.pem"):
        with pytest.raises(reach.NotTrusted, match=f"{name} can't be used"):
            way(**{name: path})


def test_a_proxy_is_asked_instead_and_gets_the_tenant() -> None:
    with server() as (port, asked):
        told = reach.answer("http://ss.example.org:8000", way(proxy=f"http://127.0.0.1:{port}", tenant="t-1"))
    assert told == reach.Answer(200, None)
    ((path, headers),) = asked
    assert path == "http://ss.example.org:8000/health/live"
    assert {k.lower(): v for k, v in headers.items()}["x-ss-tenant-id"] == "t-1"


def test_the_environments_proxies_do_not_answer_for_ss(monkeypatch: pytest.MonkeyPatch) -> None:
    with server() as (proxy, asked), server() as (port, _):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy}")
        assert isinstance(reach.answer(f"http://127.0.0.1:{port}", way()), reach.Answer)
        assert asked == []


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_without_an_ss_behind_it_is_no_answer(status: int) -> None:
    with server(status) as (port, _):
        assert "no SS behind it" in str(reach.answer(f"http://127.0.0.1:{port}", way()))


@pytest.mark.parametrize("status", [200, 404, 500])
def test_any_other_answer_is_one(status: int) -> None:
    with server(status) as (port, _):
        assert reach.answer(f"http://127.0.0.1:{port}", way()) == reach.Answer(status, None)


def test_a_clock_that_is_off_is_seen() -> None:
    with server(Date="Fri, 01 Jan 2100 00:00:00 GMT") as (port, _):
        told = reach.answer(f"http://127.0.0.1:{port}", way())
    assert isinstance(told, reach.Answer)
    assert told.clock_ahead is not None
    assert told.clock_ahead > 3600


def test_waiting_ends_in_time_and_says_for_what() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(reach.NotReachable, match=f"nothing answered for SS at {url} within 1 s.*refused") as gone:
        reach.wait_until_reachable(url, way(), 1.0)
    assert gone.value.blame == "environment"


@contextlib.contextmanager
def not_ready_before(moment: float) -> Iterator[str]:
    """An SS that lives, and says until that moment of the monotonic clock that it is not ready. Out: its base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(503 if self.path == "/health/ready" and time.monotonic() < moment else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_address[1]}"
    finally:
        running.shutdown()
        running.server_close()


@pytest.mark.parametrize(("ready_after", "bound"), [(0.5, 20.0), (300.0, 0.5)])
def test_one_that_says_that_it_is_not_ready_is_waited_for_no_longer_than_the_bound(ready_after: float, bound: float) -> None:
    begin = time.monotonic()
    with not_ready_before(begin + ready_after) as base_url:
        assert reach.wait_until_reachable(base_url, way(), bound) == reach.Answer(200, None)
    assert 0.3 < time.monotonic() - begin < 5
