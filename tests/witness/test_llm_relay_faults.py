"""Calls that end badly, on either side or in the relay itself: none is lost, and it is plain whose fault it was."""

import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

import httpx
import pytest

from ss_audit.witness.llm_passing import FAILED_MARK, UNREACHABLE_MARK
from ss_audit.witness.llm_relay import LlmRelay
from witness.asking import ASK, HEADERS, ask_by_socket, post
from witness.conftest import ListRecorder
from witness.provider import Provider, answer, chunk, completion, delta, start_stream


@pytest.mark.parametrize("status", [429, 500, 503])
def test_provider_errors_pass_through(client: httpx.Client, relay: LlmRelay, upstream: Provider, status: int) -> None:
    upstream.script = lambda handler: answer(handler, b'{"error": {"message": "no"}}', status, Retry_After="7")
    got = post(client)
    assert (got.status_code, got.headers["retry-after"], got.json()) == (status, "7", {"error": {"message": "no"}})
    (call,) = relay.calls()
    assert (call.status, call.failure, call.answer) == (status, None, None)


def test_answer_that_breaks_off_breaks_off_for_ss(client: httpx.Client, relay: LlmRelay, upstream: Provider) -> None:
    def script(handler: BaseHTTPRequestHandler) -> None:
        answer(handler, completion("whole")[:40], Content_Length="500")
        handler.close_connection = True

    upstream.script = script
    with pytest.raises(httpx.RemoteProtocolError):
        post(client)
    assert relay.wait_until_quiet(5)
    (call,) = relay.calls()
    assert call.status == 200
    assert call.failure is not None
    assert "broke off" in call.failure
    assert not call.failure_is_ours


def test_stream_that_breaks_off_breaks_off_for_ss(client: httpx.Client, relay: LlmRelay, upstream: Provider) -> None:
    def script(handler: BaseHTTPRequestHandler) -> None:
        start_stream(handler)
        chunk(handler, delta("half"))
        handler.close_connection = True

    upstream.script = script
    with pytest.raises(httpx.RemoteProtocolError):
        post(client)
    assert relay.wait_until_quiet(5)
    (call,) = relay.calls()
    assert (call.answer, call.failure_is_ours) == ("half", False)
    assert call.failure is not None


def test_provider_that_hangs_up_is_a_gateway_error(client: httpx.Client, relay: LlmRelay, upstream: Provider) -> None:
    def script(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True

    upstream.script = script
    got = post(client)
    assert got.status_code == 502
    assert got.json()["error"]["message"].startswith(UNREACHABLE_MARK)
    (call,) = relay.calls()
    assert (call.status, call.failure_is_ours) == (None, False)
    assert "no answer" in (call.failure or "")


def test_unreachable_provider_is_a_gateway_error_and_not_our_failure(relay_to: Callable[..., LlmRelay]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        relay = relay_to(f"http://127.0.0.1:{free.getsockname()[1]}/v1")
        got = httpx.post(relay.base_url + "/chat/completions", json=ASK, headers=HEADERS, trust_env=False)
    assert got.status_code == 502
    assert got.json()["error"]["code"] == "upstream_unreachable"
    assert got.json()["error"]["message"].startswith(UNREACHABLE_MARK)
    (call,) = relay.calls()
    assert (call.status, call.failure_is_ours, call.prompt) == (None, False, "first\n\nFrage: Löhne?")
    assert "refused" in (call.failure or "").lower()
    assert relay.failures == ()


def test_fault_of_the_relay_is_ours(client: httpx.Client, relay: LlmRelay, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(relay.upstream, "connect", bug)
    got = post(client)
    assert got.status_code == 502
    assert got.json()["error"]["message"] == FAILED_MARK
    (call,) = relay.calls()
    assert call.failure_is_ours
    assert len(relay.failures) == 1


def test_call_that_could_not_be_recorded_is_our_failure(
    client: httpx.Client, relay: LlmRelay, recorder: ListRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(recorder, "record", full)
    assert post(client).status_code == 200
    assert relay.calls() == ()
    assert "disk full" in relay.failures[0]


def test_ss_that_leaves_while_it_waits_loses_no_record(relay: LlmRelay, upstream: Provider) -> None:
    asked, gone = threading.Event(), threading.Event()

    def script(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        assert gone.wait(5)
        answer(handler, completion("too late"))

    upstream.script = script
    connection = ask_by_socket(relay)
    assert asked.wait(5)
    assert relay.pending == 1
    connection.close()
    gone.set()
    assert relay.wait_until_quiet(5)
    (call,) = relay.calls()
    assert (call.status, call.answer, call.failure_is_ours) == (200, "too late", False)
    assert call.failure is not None
    assert call.failure.startswith("SS closed the connection")


def test_ss_that_leaves_a_stream_ends_it_upstream(relay: LlmRelay, upstream: Provider) -> None:
    ended = threading.Event()

    def script(handler: BaseHTTPRequestHandler) -> None:
        start_stream(handler)
        try:
            while not ended.wait(0.01):
                chunk(handler, delta("x" * 2000))
        except OSError:
            ended.set()

    upstream.script = script
    connection = ask_by_socket(relay)
    assert connection.recv(100)
    connection.close()
    assert ended.wait(5)
    assert relay.wait_until_quiet(5)
    (call,) = relay.calls()
    assert call.streamed
    assert call.failure is not None
    assert call.failure.startswith("SS closed the connection")


def test_request_that_never_comes_whole_is_recorded(relay: LlmRelay, upstream: Provider) -> None:
    connection = socket.create_connection(("127.0.0.1", urlsplit(relay.base_url).port), timeout=10)
    connection.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{")
    connection.close()
    assert wait_for_call(relay)
    assert upstream.received == []
    assert "in the middle of its request" in (relay.calls()[0].failure or "")


HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n"
REFUSED = {
    "a path that is none": (b"GET /v1/mod\xe8les HTTP/1.1\r\nHost: x\r\n\r\n", 400, "no path of a URL"),
    "a length that is none": (HEAD + b"Content-Length: much\r\n\r\n", 400, "framing is broken"),
    "a length below 0": (HEAD + b"Content-Length: -5\r\n\r\n", 400, "below 0"),
    "a length of 100 GB": (HEAD + b"Content-Length: 100000000000\r\n\r\n", 413, "more than"),
    "chunks of no size": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "framing is broken"),
    "chunks below 0": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n", 400, "below 0"),
    "a chunk of 100 GB": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n174876e800\r\n", 413, "more than"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_request_that_no_provider_could_be_sent_is_refused_and_is_sss(relay: LlmRelay, what: str) -> None:
    """Nothing of it is our failure, which would end the audit, and nothing the provider's, which would excuse SS."""
    sent, status, why = REFUSED[what]
    with socket.create_connection(("127.0.0.1", urlsplit(relay.base_url).port), timeout=10) as connection:
        connection.sendall(sent)
        assert connection.recv(65536).split(b" ")[1] == str(status).encode()
    assert relay.wait_until_quiet(5)
    (call,) = relay.calls()
    assert (call.status, call.failure, call.failure_is_ours, relay.failures) == (status, None, False, ())
    assert why in (call.response_body.text or "")


def wait_for_call(relay: LlmRelay) -> bool:
    """A call may not even have arrived yet when its connection is closed."""
    for _ in range(500):
        if relay.calls():
            return True
        threading.Event().wait(0.01)
    return False


def test_stop_ends_a_call_under_way_and_says_that_it_was_us(relay: LlmRelay, upstream: Provider) -> None:
    asked, over = threading.Event(), threading.Event()

    def script(_: BaseHTTPRequestHandler) -> None:
        asked.set()
        over.wait(5)

    upstream.script = script
    connection = ask_by_socket(relay)
    assert asked.wait(5)
    relay.stop()
    over.set()
    connection.close()
    (call,) = relay.calls()
    assert call.failure_is_ours
    assert relay.pending == 0
    relay.stop()
