"""The relay against a provider over real sockets: SS must notice nothing, and every call is on record."""

import gzip
import hashlib
import threading
import zlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler

import httpx
import openai
import pytest

from ss_audit.witness.llm_relay import LlmRelay
from witness.asking import ASK, HEADERS, KEY, ask_by_socket, post
from witness.conftest import ListRecorder
from witness.provider import Provider, answer, chunk, completion, delta, start_stream


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
    assert (call.prompt, call.answer) == ("first\n\nFrage: Löhne?", "Die Antwort")
    assert call.prompt_sha256 == hashlib.sha256("first\n\nFrage: Löhne?".encode()).hexdigest()
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
    assert relay.wait_until_quiet(5)
    for connection in connections:
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
