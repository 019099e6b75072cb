"""The connection to SS: to this one host, a new one for each exchange, and never longer than our patience lasts.

A connection of its own for each exchange: what one answer leaves behind (a wrong length) can't be taken for the next.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import httpcore
import httpx


class Wire(httpx.BaseTransport):
    """Sends requests to one SS.

    In: its base URL; `patience`, the seconds that one exchange may take, all waits together (one byte a second ends as well),
    without our own work on what came; whom to trust, None for httpx's own trust; the HTTP proxy to use, None for none,
    whatever the environment says. Raises httpx's exceptions; `httpx.UnsupportedProtocol` for any other host.
    """

    def __init__(self, base_url: str, patience: float, tls: ssl.SSLContext | None = None, proxy: str | None = None) -> None:
        self._origin = _origin(httpx.URL(base_url))
        self._patience = _Patience(patience)
        backend = _PatientBackend(self._patience)
        if tls is None and self._origin[0] == "https":
            tls = httpx.create_ssl_context(trust_env=False)
        if proxy is None:
            self._pool = httpcore.ConnectionPool(tls, max_keepalive_connections=0, network_backend=backend)
        else:
            through = httpx.Proxy(proxy)
            self._pool = httpcore.HTTPProxy(
                str(through.url), through.raw_auth, ssl_context=tls, max_keepalive_connections=0, network_backend=backend
            )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One exchange. The answer's body is read from the wire as its stream is read."""
        if _origin(request.url) != self._origin:
            raise httpx.UnsupportedProtocol(f"the audit speaks to SS alone, not to {request.url.host!r}")
        self._patience.renew()
        extensions = {
            **request.extensions,
            "timeout": dict.fromkeys(("connect", "read", "write", "pool"), self._patience.whole),
        }
        url = httpcore.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=request.stream, extensions=extensions
        )
        try:
            answer = self._pool.handle_request(asked)
        except Exception as error:
            raise _as_httpx(error) from error
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer, self._patience), extensions=answer.extensions
        )

    def close(self) -> None:
        """Closes what is open."""
        self._pool.close()


class Look(NamedTuple):
    """What a look at SS showed: status, headers, and as much of the body as was wanted."""

    status: int
    headers: httpx.Headers
    body: bytes


def look(
    url: str,
    patience: float,
    tls: ssl.SSLContext | None = None,
    proxy: str | None = None,
    headers: Iterable[tuple[str, str]] = (),
    most: int = 0,
) -> Look:
    """A GET that is not evidence: is somebody there? At most `most` bytes of the body are read. Raises as `Wire`."""
    wire = Wire(url, patience, tls, proxy)
    try:
        response = wire.handle_request(httpx.Request("GET", url, headers=list(headers)))
        assert isinstance(response.stream, httpx.SyncByteStream)
        body = bytearray()
        pieces = iter(response.stream) if most else iter(())
        while len(body) < most and (piece := next(pieces, b"")):
            body += piece
        response.stream.close()
        return Look(response.status_code, response.headers, bytes(body[:most]))
    finally:
        wire.close()


class _Stream(httpx.SyncByteStream):
    def __init__(self, answer: httpcore.Response, patience: "_Patience") -> None:
        self._answer, self._patience = answer, patience

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self._answer.iter_stream():
                self._patience.pause()
                yield piece
                self._patience.go_on()
                self._patience.bounded(None)
        except Exception as error:
            raise _as_httpx(error) from error

    def close(self) -> None:
        self._answer.close()


class _Patience:
    """The seconds that are left of what an exchange may take; what we do with a piece of the answer doesn't count.

    Taking apart what came does: in an answer that says nothing in ever so many words no wait would be seen.
    """

    def __init__(self, whole: float) -> None:
        self.whole = whole
        self.renew()

    def renew(self) -> None:
        self._used = 0.0
        self.go_on()

    def pause(self) -> None:
        self._used += time.monotonic() - self._since

    def go_on(self) -> None:
        self._since = time.monotonic()

    def bounded(self, timeout: float | None) -> float:
        left = self.whole - self._used - (time.monotonic() - self._since)
        if left <= 0:
            raise httpcore.ReadTimeout(f"the answer was not there as a whole after {self.whole:g} s")
        return left if timeout is None else min(left, timeout)


class _PatientStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, patience: _Patience) -> None:
        self._inner, self._patience = inner, patience

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._inner.read(max_bytes, self._patience.bounded(timeout))
        except httpcore.ReadTimeout:
            raise httpcore.ReadTimeout(f"the answer was not there as a whole after {self._patience.whole:g} s") from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._inner.write(buffer, self._patience.bounded(timeout))
        except httpcore.WriteTimeout:
            raise httpcore.WriteTimeout(f"the request was not taken as a whole in {self._patience.whole:g} s") from None

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, self._patience.bounded(timeout))
        return _PatientStream(inner, self._patience)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _PatientBackend(httpcore.NetworkBackend):
    def __init__(self, patience: _Patience) -> None:
        self._inner, self._patience = httpcore.SyncBackend(), patience

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(host, port, self._patience.bounded(timeout), local_address, socket_options)
        return _PatientStream(stream, self._patience)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _as_httpx(error: Exception) -> Exception:
    """httpcore's exceptions as httpx's, which have the same names."""
    same = getattr(httpx, type(error).__name__, None)
    if type(error).__module__.partition(".")[0] != "httpcore" or not isinstance(same, type):
        return error
    return same(str(error)) if issubclass(same, httpx.TransportError) else httpx.TransportError(str(error))
