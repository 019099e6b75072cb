"""The transport that writes every HTTP exchange down, both directions, before anyone reads the answer."""

import time
from collections.abc import Callable
from typing import Protocol

import httpx

from ss_audit.evidence.body_writer import BodyWriter
from ss_audit.evidence.model import Body, Exchange
from ss_audit.evidence.redaction import SHORTEST_TOLD, Redactor
from ss_audit.ss.decoding import BrokenEncoding, Decoder

TITLE = "ss_audit.title"
EXCHANGE = "ss_audit.exchange"
KEEP_AS = "ss_audit.keep_as"
CREDENTIAL_HEADERS = ("cookie", "set-cookie", "x-api-key", "api-key", "proxy-authorization")
SHORTEST_CREDENTIAL = 6
LONGEST_TITLE = 200
ENCODING_ROOM = 1 << 20
"""Bytes by which what is sent may be more than what it holds, before the limit cuts it."""


class ExchangeArchive(Protocol):
    """What the transport needs of the archive."""

    redactor: Redactor

    def record(self, entry: Exchange) -> Exchange:
        """Writes the exchange down."""

    def body(self, raw: bytes, media_type: str = "", keep_as: str | None = None) -> Body:
        """A payload, redacted."""

    def writer(
        self, media_type: str = "", keep_as: str | None = None, before_writing: Callable[[bytes], None] = ...
    ) -> BodyWriter:
        """For a payload that comes piece by piece."""


class RecordingTransport(httpx.BaseTransport):
    """Wraps a transport. The recorded `Exchange` travels in the response's `extensions`, or in `ExchangeFailed`.

    `learn` gets the beginning (1 MiB) of each raw answer before anything is written, so that a secret in it is known by then.
    `limit` is the number of bytes of an answer, after its encoding was undone, that are read; what comes after is cut. The
    answer streams to the disk; the response that is returned holds its first megabyte.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        archive: ExchangeArchive,
        learn: Callable[[httpx.Request, bytes], None],
        limit: int,
    ) -> None:
        self._inner = inner
        self._archive = archive
        self._learn = learn
        self._limit = limit

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends, reads the whole answer, records. Raises `ExchangeFailed` when none came, or not to its end."""
        sent = request.read()
        started = time.perf_counter()
        try:
            response = self._inner.handle_request(request)
        except httpx.TransportError as error:
            raise ExchangeFailed(self._record(request, sent, started, None, Body(), error), error) from error
        writer = self._archive.writer(
            _media_type(response.headers),
            request.extensions.get(KEEP_AS),
            lambda begin: self._learn(request, begin),
        )
        try:
            cut = self._read(response, writer)
        except httpx.TransportError as error:
            partly = writer.finish(cut=True)
            raise ExchangeFailed(self._record(request, sent, started, response, partly, error), error) from error
        body = writer.finish(cut)
        exchange = self._record(request, sent, started, response, body, None)
        return httpx.Response(
            response.status_code,
            headers=[(k, v) for k, v in response.headers.raw if k.lower() not in (b"content-encoding", b"content-length")],
            content=writer.begin,
            extensions={**response.extensions, EXCHANGE: exchange},
            request=request,
        )

    def close(self) -> None:
        """Closes the wrapped transport."""
        self._inner.close()

    def _read(self, response: httpx.Response, writer: BodyWriter) -> bool:
        """Streams the answer into the writer. Out: whether it was cut at the limit."""
        assert isinstance(response.stream, httpx.SyncByteStream)
        try:
            decoder = Decoder(response.headers.get("content-encoding", ""))
            came = 0
            for raw in response.stream:
                came += len(raw)
                if came > self._limit + ENCODING_ROOM:
                    return True  # it unpacks to less than was sent: nothing, over and over
                for piece in decoder.pieces(raw):
                    room = self._limit - writer.size
                    writer.write(piece[:room])
                    if len(piece) > room:
                        return True
            decoder.end()
        except BrokenEncoding as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        finally:
            response.stream.close()
        return False

    def _record(
        self,
        request: httpx.Request,
        sent: bytes,
        started: float,
        response: httpx.Response | None,
        answer: Body,
        error: Exception | None,
    ) -> Exchange:
        """An answer that broke off counts as none; what came of it is kept."""
        what = str(request.extensions.get(TITLE, request.url.path))[:LONGEST_TITLE]
        outcome = "no answer" if response is None else f"{response.status_code}, broken off" if error else response.status_code
        began = f" (after it had begun with {response.status_code})" if response is not None and error else ""
        return self._archive.record(
            Exchange(
                title=f"{request.method} {what}: {outcome}",
                method=request.method,
                url=str(request.url),
                request_headers=self._headers(request.headers),
                request_body=_guarded(self._archive.body(sent, _media_type(request.headers))),
                status=response.status_code if response is not None and not error else None,
                response_headers=self._headers(response.headers) if response is not None else (),
                response_body=answer,
                failure=f"{type(error).__name__}: {error}{began}" if error else None,
                elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
            )
        )

    def _headers(self, headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
        """As they came; what is a credential by its name is masked, whatever it looks like."""
        return tuple(self._header(k.decode("latin-1"), v.decode("latin-1")) for k, v in headers.raw)

    def _header(self, name: str, value: str) -> tuple[str, str]:
        redactor = self._archive.redactor
        scheme, blank, credential = value.partition(" ")
        if name.lower() == "authorization" and 0 < len(credential) < SHORTEST_TOLD:  # elsewhere it can't be told from a word
            return name, f"{scheme}{blank}{redactor.mark(credential, 'bearer')}"
        secret = name.lower() in CREDENTIAL_HEADERS and len(value) >= SHORTEST_CREDENTIAL
        return name, redactor.mark(value, name.lower()) if secret else value


class ExchangeFailed(httpx.TransportError):
    """No answer came. `exchange` is what was recorded of it."""

    def __init__(self, exchange: Exchange, error: Exception) -> None:
        super().__init__(str(error))
        self.exchange = exchange


def _guarded(sent: Body) -> Body:
    """What we sent, without a digest where something was masked: the rest is known, so a short secret would be guessed."""
    return sent.model_copy(update={"sha256": ""}) if sent.masked else sent


def _media_type(headers: httpx.Headers) -> str:
    return str(headers.get("content-type", "")).partition(";")[0].strip().lower()
