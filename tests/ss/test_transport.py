"""Every exchange is written down as it was, whatever the other side does."""

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import Exchange
from ss_audit.evidence.redaction import Redactor
from ss_audit.ss.transport import EXCHANGE, KEEP_AS, TITLE, ExchangeFailed, RecordingTransport

Handler = Callable[[httpx.Request], httpx.Response]
LIMIT = 1000


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "data", Redactor(b"key"))


class Raw(httpx.SyncByteStream):
    """Bytes as they come over the wire."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        yield from self.chunks


def client(
    archive: Archive, handler: Handler, learn: Callable[[httpx.Request, bytes], None] = lambda _, __: None
) -> httpx.Client:
    return httpx.Client(transport=RecordingTransport(httpx.MockTransport(handler), archive, learn, LIMIT), base_url="http://ss")


def answers(content: bytes, **headers: str) -> Handler:
    return lambda _: httpx.Response(200, headers=headers, stream=Raw(content))


def recorded(response: httpx.Response) -> Exchange:
    exchange = response.extensions[EXCHANGE]
    assert isinstance(exchange, Exchange)
    return exchange


def test_both_directions_are_recorded_before_the_answer_is_read(archive: Archive) -> None:
    with client(archive, lambda _: httpx.Response(409, json={"a": 1}, headers={"X-A": "b"})) as http:
        response = http.post("/v1/x?y=1", json={"q": 2}, extensions={TITLE: "plan freeze"})
    exchange = recorded(response)
    assert (exchange.title, exchange.status, exchange.url) == ("POST plan freeze: 409", 409, "http://ss/v1/x?y=1")
    assert (exchange.request_body.text, exchange.response_body.text) == ('{"q":2}', '{"a":1}')
    assert ("X-A", "b") in exchange.response_headers
    assert archive.entries[exchange.id] == exchange
    assert response.json() == {"a": 1}


def test_a_compressed_answer_is_read_and_recorded_plain(archive: Archive) -> None:
    with client(
        archive, answers(gzip.compress(b'{"a":1}'), **{"content-encoding": "gzip", "content-type": "application/json"})
    ) as http:
        response = http.get("/x")
    assert response.json() == {"a": 1}
    assert recorded(response).response_body.text == '{"a":1}'
    assert ("content-encoding", "gzip") in recorded(response).response_headers


def test_a_broken_encoding_is_a_failure_that_is_recorded(archive: Archive) -> None:
    with (
        client(archive, answers(b"not gzip at all", **{"content-encoding": "gzip"})) as http,
        pytest.raises(ExchangeFailed) as failed,
    ):
        http.get("/x")
    exchange = failed.value.exchange
    assert (exchange.status, exchange.id in archive.entries) == (None, True)
    assert "encoding" in (exchange.failure or "")


def test_no_answer_is_recorded_with_why(archive: Archive) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with client(archive, refuse) as http, pytest.raises(ExchangeFailed) as failed:
        http.post("/x", content=b"sent")
    exchange = failed.value.exchange
    assert (exchange.status, exchange.failure, exchange.request_body.text) == (None, "ConnectError: refused", "sent")
    assert exchange.title == "POST /x: no answer"


def test_an_answer_past_the_limit_is_cut_and_says_so(archive: Archive) -> None:
    with client(archive, lambda _: httpx.Response(200, stream=Raw(*[b"x" * 600] * 9))) as http:
        body = recorded(http.get("/x")).response_body
    assert (body.cut, body.size) == (True, LIMIT)


def test_an_answer_as_long_as_the_limit_is_whole(archive: Archive) -> None:
    with client(archive, answers(b"x" * LIMIT)) as http:
        body = recorded(http.get("/x")).response_body
    assert (body.cut, body.size) == (False, LIMIT)


def test_what_is_learnt_from_an_answer_is_masked_in_that_very_answer(archive: Archive) -> None:
    def learn(_: httpx.Request, content: bytes) -> None:
        archive.redactor.learn(content.decode(), "token")

    with client(archive, answers(b"a-secret-token"), learn) as http:
        response = http.get("/x", headers={"Authorization": "Bearer a-secret-token"})
    assert response.text == "a-secret-token"
    assert recorded(response).response_body.masked == ("token",)
    assert "a-secret-token" not in (archive.folder / "events.jsonl").read_text("utf-8")


def test_a_download_is_kept_as_a_file(archive: Archive) -> None:
    with client(archive, answers(b"\x00\x01")) as http:
        body = recorded(http.get("/x", extensions={KEEP_AS: "artifacts/a.bin"})).response_body
    assert body.file == "artifacts/a.bin"
    assert (archive.folder / body.file).read_bytes() == b"\x00\x01"
