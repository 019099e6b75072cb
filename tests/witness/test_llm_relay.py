"""The relay against a provider over real sockets: SS must notice nothing, and no call may be lost."""

import gzip
import hashlib
import json
import socket
import threading
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest

from ss_audit.witness.llm_passing import FAILED_MARK, UNREACHABLE_MARK
from ss_audit.witness.llm_relay import LlmRelay
from witness.conftest import KEY, ListRecorder
from witness.provider import Provider, answer, chunk, completion, delta, start_stream

ASK: dict[str, Any] = {
    "model": "claude-opus-4-5-20251101",
    "messages": [{"role": "system", "content": "first"}, {"role": "user", "content": "Frage: Löhne?"}],
}
HEADERS = {"Authorization": f"Bearer {KEY}", "X-Stainless-Async": "async:asyncio"}


@pytest.fixture
def client(relay: LlmRelay) -> httpx.Client:
    return httpx.Client(base_url=relay.base_url, headers=HEADERS, trust_env=False, timeout=10)


def post(client: httpx.Client, **more: Any) -> httpx.Response:
    return client.post("/chat/completions", json=ASK, **more)


def ask_by_socket(relay: LlmRelay) -> socket.socket:
    """Sends a whole call and leaves the answer to the test."""
    port = urlsplit(relay.base_url).port
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    body = json.dumps(ASK).encode()
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


def test_request_reaches_the_provider_untouched(client: httpx.Client, upstream: Provider) -> None:
    body = b'{"model": "m",  "messages": []}'
    client.post("/chat/completions?api-version=1", content=body, headers={"Content-Type": "application/json"})
    seen = upstream.received[0]
    assert (seen.method, seen.path, seen.body) == ("POST", "/v1/chat/completions?api-version=1", body)
    assert seen.header("Authorization") == f"Bearer {KEY}"
    assert seen.header("X-Stainless-Async") == "async:asyncio"
    assert seen.header("Host") == f"127.0.0.1:{upstream.port}"
    assert [name.lower() for name, _ in seen.headers].count("content-length") == 1


def test_answer_reaches_ss_untouched(client: httpx.Client, upstream: Provider) -> None:
    body = completion("hi")
    upstream.script = lambda handler: answer(handler, body, x_request_id="r-1", Connection="keep-alive", Keep_Alive="timeout=5")
    got = post(client)
    assert (got.status_code, got.content, got.headers["x-request-id"]) == (200, body, "r-1")
    assert "keep-alive" not in got.headers


def test_call_is_recorded(client: httpx.Client, relay: LlmRelay, upstream: Provider, recorder: ListRecorder) -> None:
    upstream.script = lambda handler: answer(handler, completion("Die Antwort"), X_SS_Rehearsal="llm")
    post(client)
    (call,) = relay.calls()
    assert recorder.entries == [call]
    assert call.id == "e1"
    assert call.upstream == f"http://127.0.0.1:{upstream.port}/v1/chat/completions"
    assert (call.upstream_host, call.upstream_address) == ("127.0.0.1", "127.0.0.1")
    assert (call.tls_version, call.tls_verified, call.certificate) == (None, None, None)
    assert (call.status, call.failure, call.failure_is_ours, call.streamed) == (200, None, False, False)
    assert call.model_asked == call.model_echoed == "claude-opus-4-5-20251101"
    assert (call.response_id, call.system_fingerprint, call.stand_in) == ("chatcmpl-1", "fp_1", "llm")
    assert call.usage == {"prompt_tokens": 3, "completion_tokens": 1, "total_tokens": 4}
    assert (call.prompt, call.answer) == ("Frage: Löhne?", "Die Antwort")
    assert call.prompt_sha256 == hashlib.sha256("Frage: Löhne?".encode()).hexdigest()
    assert call.answer_sha256 == hashlib.sha256(b"Die Antwort").hexdigest()
    assert call.response_body.sha256 == hashlib.sha256(completion("Die Antwort")).hexdigest()
    assert call.ended_at is not None
    assert call.started_at <= call.ended_at


def test_record_is_there_when_ss_has_its_answer(client: httpx.Client, relay: LlmRelay) -> None:
    for number in range(1, 51):
        post(client)
        assert len(relay.calls()) == number


def test_key_is_in_no_record(relay_to: Callable[..., LlmRelay], upstream: Provider) -> None:
    other = "another-secret-42"
    relay = relay_to(upstream.url(), key_masks=[other])
    echo = completion(f"your key is {KEY} and {other}")
    upstream.script = lambda handler: answer(handler, echo, 401, x_echo=KEY)
    asked = {**ASK, "user": KEY, "messages": [{"role": "user", "content": f"is {other} safe? {KEY}"}]}
    got = httpx.post(relay.base_url + f"/chat/completions?key={KEY}", json=asked, headers=HEADERS, trust_env=False)
    assert KEY in got.text
    (call,) = relay.calls()
    written = call.model_dump_json()
    assert KEY not in written
    assert other not in written
    assert call.answer == "your key is [masked] and [masked]"
    assert call.request_body.sha256 == call.response_body.sha256 == ""
    assert call.request_body.size > 0


def test_stream_is_passed_on_as_it_comes(client: httpx.Client, relay: LlmRelay, upstream: Provider) -> None:
    seen = threading.Event()

    def script(handler: BaseHTTPRequestHandler) -> None:
        start_stream(handler)
        chunk(handler, delta("Al", system_fingerprint="fp_s"))
        assert seen.wait(5), "the first event must reach SS before the second is sent"
        chunk(handler, delta("pha") + b": keep-alive\n\n")
        chunk(handler, b'data: {"choices": [], "usage": {"total_tokens": 9}}\n\ndata: [DONE]\n\n')
        chunk(handler, b"")

    upstream.script = script
    with client.stream("POST", "/chat/completions", json={**ASK, "stream": True}) as got:
        events = got.iter_raw()
        first = next(events)
        seen.set()
        assert b"".join([first, *events]).endswith(b"data: [DONE]\n\n")
        assert got.headers["content-type"] == "text/event-stream; charset=utf-8"
    (call,) = relay.calls()
    assert (call.streamed, call.answer, call.status) == (True, "Alpha", 200)
    assert (call.response_id, call.system_fingerprint, call.usage) == ("chatcmpl-s", "fp_s", {"total_tokens": 9})


def test_openai_client_works_through_the_relay(relay: LlmRelay, upstream: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with openai.OpenAI(api_key=KEY, base_url=relay.base_url) as sdk:
        got = sdk.chat.completions.create(model="m", messages=[{"role": "user", "content": "x"}])
    assert got.choices[0].message.content == "hello"
    assert upstream.received[0].path == "/v1/chat/completions"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_provider_errors_pass_through(client: httpx.Client, relay: LlmRelay, upstream: Provider, status: int) -> None:
    upstream.script = lambda handler: answer(handler, b'{"error": {"message": "no"}}', status, Retry_After="7")
    got = post(client)
    assert (got.status_code, got.headers["retry-after"], got.json()) == (status, "7", {"error": {"message": "no"}})
    (call,) = relay.calls()
    assert (call.status, call.failure, call.answer) == (status, None, None)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_compressed_answers_pass_compressed_and_are_recorded_decoded(
    client: httpx.Client, relay: LlmRelay, upstream: Provider, coding: str
) -> None:
    body = completion("squeezed")
    packed = gzip.compress(body) if coding == "gzip" else zlib.compress(body)
    upstream.script = lambda handler: answer(handler, packed, Content_Encoding=coding)
    with client.stream("POST", "/chat/completions", json=ASK, headers={"Accept-Encoding": "gzip, deflate, br, zstd"}) as got:
        assert b"".join(got.iter_raw()) == packed
    assert upstream.received[0].header("Accept-Encoding") == "gzip, deflate"
    (call,) = relay.calls()
    assert call.answer == "squeezed"
    assert call.response_body.text == body.decode()


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
    assert (call.status, call.failure_is_ours, call.prompt) == (None, False, "Frage: Löhne?")
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


def test_one_connection_carries_many_calls(client: httpx.Client, relay: LlmRelay) -> None:
    first = post(client).extensions["network_stream"]
    second = post(client).extensions["network_stream"]
    assert first.get_extra_info("client_addr") == second.get_extra_info("client_addr")
    assert len(relay.calls()) == 2


def test_calls_at_the_same_time(relay: LlmRelay, upstream: Provider) -> None:
    together = threading.Barrier(4)

    def script(handler: BaseHTTPRequestHandler) -> None:
        together.wait(5)
        answer(handler, completion("one of four"))

    upstream.script = script
    connections = [ask_by_socket(relay) for _ in range(4)]
    for connection in connections:
        assert b"200" in connection.recv(100)
        connection.close()
    assert len(relay.calls()) == 4


def test_chunked_requests_and_other_methods(client: httpx.Client, relay: LlmRelay, upstream: Provider) -> None:
    client.post("/chat/completions", content=iter([b'{"model"', b': "m"}']))
    assert upstream.received[0].body == b'{"model": "m"}'
    assert client.get("/models").status_code == 200
    assert upstream.received[1].header("Content-Length") is None
    assert [call.title for call in relay.calls()] == [
        "LLM call, POST /v1/chat/completions: 200, claude-opus-4-5-20251101",
        "LLM call, GET /v1/models: 200, claude-opus-4-5-20251101",
    ]


def test_long_bodies_are_cut_in_the_record_only(relay_to: Callable[..., LlmRelay], upstream: Provider) -> None:
    relay = relay_to(upstream.url(), body_limit=50)
    body = completion("z" * 1000)
    upstream.script = lambda handler: answer(handler, body)
    got = httpx.post(relay.base_url + "/chat/completions", json=ASK, trust_env=False)
    assert got.content == body
    (call,) = relay.calls()
    assert (call.response_body.cut, call.response_body.text) == (True, body.decode()[:50])
    assert call.response_body.size == len(body)
    assert call.answer == "z" * 1000


def test_relay_listens_on_loopback_only(relay: LlmRelay) -> None:
    assert relay.base_url.startswith("http://127.0.0.1:")
    assert relay.base_url.endswith("/v1")


@pytest.mark.parametrize("url", ["", "api.example.org/v1", "ftp://example.org", "https:///v1"])
def test_url_that_is_no_providers_is_refused(url: str, recorder: ListRecorder) -> None:
    with pytest.raises(ValueError, match="base URL"):
        LlmRelay(url, recorder)
