"""The transport that writes every HTTP exchange down, both directions, before anyone reads the answer."""

import time
from collections.abc import Callable
from typing import Protocol

import httpx

from ss_audit.evidence.model import Body, Exchange

TITLE = "ss_audit.title"
EXCHANGE = "ss_audit.exchange"
KEEP_AS = "ss_audit.keep_as"


class ExchangeArchive(Protocol):
    """What the transport needs of the archive."""

    def record(self, entry: Exchange) -> Exchange:
        """Writes the exchange down."""

    def body(self, raw: bytes, media_type: str = "", keep_as: str | None = None) -> Body:
        """A payload, redacted."""


class RecordingTransport(httpx.BaseTransport):
    """Wraps a transport. The recorded `Exchange` travels in the response's `extensions`, or in `ExchangeFailed`.

    `learn` gets each raw answer before anything is written, so that a secret in it is known by then. `limit` is the
    number of bytes of an answer that are read; what comes after is cut.
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
        """Sends, reads the whole answer, records. Raises `ExchangeFailed` when no answer came."""
        sent = request.read()
        started = time.perf_counter()
        try:
            response = self._inner.handle_request(request)
            content, cut = self._read(response)
        except httpx.TransportError as error:
            raise ExchangeFailed(self._record(request, sent, started, None, b"", False, error), error) from error
        self._learn(request, content)
        exchange = self._record(request, sent, started, response, content, cut, None)
        return httpx.Response(
            response.status_code,
            headers=[(k, v) for k, v in response.headers.raw if k.lower() not in (b"content-encoding", b"content-length")],
            content=content,
            extensions={**response.extensions, EXCHANGE: exchange},
            request=request,
        )

    def close(self) -> None:
        """Closes the wrapped transport."""
        self._inner.close()

    def _read(self, response: httpx.Response) -> tuple[bytes, bool]:
        wrapped = httpx.Response(response.status_code, headers=response.headers, stream=response.stream)
        chunks: list[bytes] = []
        size = 0
        try:
            for chunk in wrapped.iter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                if size > self._limit:
                    return b"".join(chunks)[: self._limit], True
        except httpx.DecodingError as error:
            raise httpx.RemoteProtocolError(f"the answer's encoding is broken: {error}") from error
        finally:
            wrapped.close()
        return b"".join(chunks), False

    def _record(
        self,
        request: httpx.Request,
        sent: bytes,
        started: float,
        response: httpx.Response | None,
        content: bytes,
        cut: bool,
        error: Exception | None,
    ) -> Exchange:
        what = request.extensions.get(TITLE, request.url.path)
        outcome = str(response.status_code) if response is not None else "no answer"
        answer = Body()
        if response is not None:
            answer = self._archive.body(content, _media_type(response.headers), request.extensions.get(KEEP_AS))
        return self._archive.record(
            Exchange(
                title=f"{request.method} {what}: {outcome}",
                method=request.method,
                url=str(request.url),
                request_headers=_headers(request.headers),
                request_body=self._archive.body(sent, _media_type(request.headers)),
                status=response.status_code if response is not None else None,
                response_headers=_headers(response.headers) if response is not None else (),
                response_body=answer.model_copy(update={"cut": cut}),
                failure=f"{type(error).__name__}: {error}" if error else None,
                elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
            )
        )


class ExchangeFailed(httpx.TransportError):
    """No answer came. `exchange` is what was recorded of it."""

    def __init__(self, exchange: Exchange, error: Exception) -> None:
        super().__init__(str(error))
        self.exchange = exchange


def _media_type(headers: httpx.Headers) -> str:
    return str(headers.get("content-type", "")).partition(";")[0].strip().lower()


def _headers(headers: httpx.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((k.decode("latin-1"), v.decode("latin-1")) for k, v in headers.raw)
