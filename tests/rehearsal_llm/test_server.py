"""The server as a process, spoken to by the real `openai` client: what SS, the relay and a tester see of it."""

import http.client
import json
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import openai
import pytest

from .prompts import reference_draft, upstream_plan, upstream_template

MODEL = "claude-opus-4-5-20251101"
KEY = "sk-rehearsal-secret-key"
PROMPT = reference_draft("Regress y_k3v9qz on x_a7b2. [nonce q8Zk31]")


class Running:
    """One process of the rehearsal LLM."""

    def __init__(self, *options: str) -> None:
        command = [sys.executable, "-m", "rehearsal.llm", "--host", "127.0.0.1", "--port", "0", *options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        self.port: int = json.loads(self.first_line)["port"]

    def client(self, **options: float) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"http://127.0.0.1:{self.port}/v1", api_key=KEY, max_retries=0, **options)  # type: ignore[arg-type]

    def raw(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content

    def end(self) -> tuple[int, str]:
        """SIGTERM; the exit status and all that was printed after the first line."""
        if self.process.poll() is None:
            self.process.terminate()
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out + err


def hang_up(server: Running, sent: bytes) -> None:
    """Sends bytes and resets the connection without reading an answer."""
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(sent)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    server = Running("--log", str(tmp_path_factory.mktemp("llm") / "calls.jsonl"))
    yield server
    server.end()


@pytest.fixture
def start() -> Iterator[Callable[..., Running]]:
    """Starts further servers; none outlives its test."""
    started: list[Running] = []

    def one(*options: str) -> Running:
        started.append(Running(*options))
        return started[-1]

    yield one
    for server in started:
        server.process.kill()
        server.process.wait()


def ask(client: openai.OpenAI, prompt: str) -> openai.types.chat.ChatCompletion:
    return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": prompt}], max_tokens=1024)


def test_first_line_says_ready_and_where(running: Running) -> None:
    assert json.loads(running.first_line) == {"event": "REHEARSAL_LLM_READY", "port": running.port}


def test_completion_answers_and_says_what_it_is(running: Running) -> None:
    raw = running.client().chat.completions.with_raw_response.create(
        model=MODEL, messages=[{"role": "user", "content": PROMPT}]
    )
    assert raw.headers["X-SS-Rehearsal"] == "llm"
    found = raw.parse()
    assert found.model == f"rehearsal-llm/1 (asked: {MODEL})"
    assert found.system_fingerprint == "rehearsal-llm-not-a-provider"
    assert found.choices[0].finish_reason == "stop"
    assert json.loads(found.choices[0].message.content or "")["outcome_var"] == "y_k3v9qz"
    assert found.usage is not None
    assert found.usage.total_tokens == found.usage.prompt_tokens + found.usage.completion_tokens
    assert found.usage.prompt_tokens > found.usage.completion_tokens / 2 > 10


def test_answers_are_bare_json_and_ids_are_unique(running: Running) -> None:
    client = running.client()
    first, second = (ask(client, upstream_plan("Describe y_k3v9qz.")) for _ in range(2))
    assert first.id != second.id
    assert first.choices[0].message.content == second.choices[0].message.content
    assert "```" not in (first.choices[0].message.content or "```")


def test_streamed_answer_is_the_same_answer(running: Running) -> None:
    client = running.client()
    whole = ask(client, PROMPT).choices[0].message.content
    stream = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": PROMPT}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == whole
    assert {chunk.model for chunk in chunks} == {f"rehearsal-llm/1 (asked: {MODEL})"}
    assert len({chunk.id for chunk in chunks}) == 1
    assert len(chunks) > 3
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage is not None


def test_stream_ends_with_done_on_a_connection_that_lives_on(running: Running) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    headers = {"Authorization": "Bearer k"}
    body = json.dumps({"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]})
    for _ in range(2):
        connection.request("POST", "/v1/chat/completions", body, headers)
        answer = connection.getresponse()
        assert answer.getheader("Content-Type") == "text/event-stream; charset=utf-8"
        assert answer.read().endswith(b"data: [DONE]\n\n")
    connection.close()


def test_other_prompts_get_a_sentence_that_says_who_answers(running: Running) -> None:
    assert "rehearsal LLM, not a provider" in (ask(running.client(), "Reply with OK.").choices[0].message.content or "")


def test_a_bare_requirement_gets_a_draft_in_prose(running: Running) -> None:
    said = ask(running.client(), "Regress y_k3v9qz on x_a7b2.").choices[0].message.content or ""
    assert said.endswith("The requirement asks for regression of y_k3v9qz, x_a7b2.")


def test_an_empty_offer_is_said_and_not_invented(running: Running) -> None:
    answer = ask(running.client(), upstream_template("Describe y_k3v9qz.", offered=())).choices[0].message.content or ""
    assert "no template is offered" in answer


def test_max_tokens_cuts_as_a_provider_does(running: Running) -> None:
    found = running.client().chat.completions.create(model=MODEL, messages=[{"role": "user", "content": PROMPT}], max_tokens=5)
    assert found.choices[0].finish_reason == "length"
    assert found.usage is not None
    assert found.usage.completion_tokens == 5


def test_content_in_parts_and_a_system_message_are_read(running: Running) -> None:
    found = running.client().chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": "Be terse."},
            {"role": "user", "content": [{"type": "text", "text": PROMPT}]},
        ],
    )
    assert json.loads(found.choices[0].message.content or "")["treatment_var"] == "x_a7b2"


def test_models(running: Running) -> None:
    client = running.client()
    assert [model.id for model in client.models.list()] == ["rehearsal-llm/1"]
    assert client.models.retrieve(MODEL).id == f"rehearsal-llm/1 (asked: {MODEL})"


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer "}, {"Authorization": "Basic abc"}])
@pytest.mark.parametrize("path", ["/v1/models", "/v1/chat/completions"])
def test_no_key_no_answer(running: Running, path: str, header: dict[str, str]) -> None:
    status, headers, body = running.raw("GET" if path == "/v1/models" else "POST", path, headers=header)
    assert status == 401
    assert headers["x-ss-rehearsal"] == "llm"
    assert set(json.loads(body)["error"]) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "param"),
    [
        ("POST", "/v1/chat/completions", b"not json", 400, None),
        ("POST", "/v1/chat/completions", b"[]", 400, None),
        ("POST", "/v1/chat/completions", b"\xff\xfe", 400, None),
        ("POST", "/v1/chat/completions", b'{"messages":[{"role":"user","content":"x"}]}', 400, "model"),
        ("POST", "/v1/chat/completions", b'{"model":"m"}', 400, "messages"),
        ("POST", "/v1/chat/completions", b'{"model":"m","messages":[1]}', 400, "messages[0]"),
        ("POST", "/v1/chat/completions", b'{"model":"m","messages":[{"role":"user"}]}', 400, "messages[0].content"),
        ("POST", "/v1/chat/completions", b'{"model":"m","messages":[{"role":"system","content":"x"}]}', 400, "messages"),
        ("GET", "/v1/chat/completions", b"", 405, None),
        ("POST", "/v1/models", b"", 405, None),
        ("GET", "/v1/nope", b"", 404, None),
        ("BREW", "/v1/models", b"", 501, None),
    ],
)
def test_errors_have_the_shape_of_openai(
    running: Running, method: str, path: str, body: bytes, status: int, param: str | None
) -> None:
    got, _, content = running.raw(method, path, body, {"Authorization": "Bearer k"})
    assert got == status
    assert json.loads(content)["error"]["param"] == param


def test_client_sees_errors_as_its_own_exceptions(running: Running) -> None:
    with pytest.raises(openai.BadRequestError):
        running.client().chat.completions.create(model="", messages=[{"role": "user", "content": "x"}])
    with pytest.raises(openai.NotFoundError):
        running.client().embeddings.create(model="m", input="x")


def test_no_delay_between_header_and_body(running: Running) -> None:
    client = running.client()
    ask(client, PROMPT)
    started = time.monotonic()
    for _ in range(20):
        ask(client, PROMPT)
    assert (time.monotonic() - started) / 20 < 0.035, "Nagle's algorithm costs 40 ms a call"


def test_latency_is_waited_and_calls_wait_side_by_side(start: Callable[..., Running]) -> None:
    server = start("--latency", "0.4")
    client = server.client()
    started = time.monotonic()
    threads = [threading.Thread(target=ask, args=(client, PROMPT)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0.4 <= time.monotonic() - started < 1.4


def test_sigterm_ends_at_once_even_while_a_call_waits(start: Callable[..., Running]) -> None:
    server = start("--latency", "30")
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": "x"}]})
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("POST", "/v1/chat/completions", body, {"Authorization": "Bearer k"})
    started = time.monotonic()
    for _ in range(3):
        server.process.send_signal(signal.SIGTERM)
    status, _ = server.end()
    connection.close()
    assert status == 0
    assert time.monotonic() - started < 2


def test_neither_prompt_nor_key_is_printed_or_logged(tmp_path: Path, start: Callable[..., Running]) -> None:
    log = tmp_path / "calls.jsonl"
    server = start("--log", str(log))
    ask(server.client(), PROMPT)
    server.raw("GET", "/v1/nope", headers={"Authorization": f"Bearer {KEY}"})
    hang_up(server, b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 10\r\n\r\nq8")
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": PROMPT * 1000}]}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nAuthorization: Bearer {KEY}\r\nContent-Length: {len(body)}\r\n\r\n"
    hang_up(server, head.encode() + body)
    ask(server.client(), PROMPT)
    status, printed = server.end()
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert status == 0
    assert printed == ""
    assert lines[0]["operation"] == "draft_preview"
    assert lines[0]["asked_model"] == MODEL
    assert [line["status"] for line in lines[:2]] == [200, 404]
    for secret in (KEY, "q8Zk31", "y_k3v9qz"):
        assert secret not in log.read_text()


def test_taken_port_and_senseless_latency_end_in_2_with_a_sentence(running: Running) -> None:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "rehearsal.llm", *options], capture_output=True, text=True, timeout=20)

    taken = run("--port", str(running.port))
    assert (taken.returncode, taken.stdout) == (2, "")
    assert f"can't listen on 127.0.0.1:{running.port}" in taken.stderr
    assert run("--latency", "-1").returncode == 2
