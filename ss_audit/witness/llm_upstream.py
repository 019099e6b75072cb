"""The relay's way to the provider: one connection a call, looked at before anything is sent over it."""

import base64
import http.client
import ssl
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from ss_audit.witness.tls import describe_certificate, looking_context, verifying_context

_PIECE = 64 * 1024


@dataclass(frozen=True)
class Peer:
    """Who answered. `address` is None behind a proxy, whose own would mislead; the TLS fields are None without TLS."""

    address: str | None = None
    tls_version: str | None = None
    tls_verified: bool | None = None
    certificate: dict[str, Any] | None = None


class UpstreamUnreachableError(Exception):
    """No connection, or none that may be used. `peer` is what was seen of who is there."""

    def __init__(self, reason: str, peer: Peer | None = None) -> None:
        super().__init__(reason)
        self.peer = peer


class UpstreamBrokeOffError(Exception):
    """The connection ended or failed before the answer was whole."""


class Upstream:
    """The provider as named by SS's base URL. Raises ValueError for a URL that is not http(s) or has no host."""

    def __init__(
        self, base_url: str, *, extra_ca: Path | None, connect_timeout_seconds: float, read_timeout_seconds: float
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"the provider's base URL must be http(s)://host…, not {parts.scheme or 'without a scheme'!r}")
        self.host = parts.hostname
        self.path = parts.path.rstrip("/")
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self.netloc = parts.netloc.rpartition("@")[2]
        self.origin = f"{parts.scheme}://{self.netloc}"
        self.password = unquote(parts.password) if parts.password else None
        self._connect_timeout = connect_timeout_seconds
        self._read_timeout = read_timeout_seconds
        self._context = verifying_context(extra_ca) if parts.scheme == "https" else None
        self._proxy = _proxy_for(self.host) if parts.scheme == "https" else None

    def connect(self) -> tuple[http.client.HTTPConnection, Peer]:
        """Connects, with TLS verified where there is TLS; nothing is sent yet. Raises UpstreamUnreachableError."""
        connection = self._connection(self._context)
        try:
            connection.connect()
        except ssl.SSLCertVerificationError as error:
            connection.close()
            reason = f"certificate verification failed: {error.verify_message}"
            raise UpstreamUnreachableError(reason, self._unverified_peer(error.verify_message)) from error
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise UpstreamUnreachableError(_said(error)) from error
        peer = self._peer(connection, verified=True)
        connection.sock.settimeout(self._read_timeout)
        return connection, peer

    def _connection(self, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
        if context is None:
            return http.client.HTTPConnection(self.host, self._port, timeout=self._connect_timeout)
        if self._proxy is None:
            return http.client.HTTPSConnection(self.host, self._port, timeout=self._connect_timeout, context=context)
        tunnel = http.client.HTTPSConnection(
            self._proxy.hostname or "", self._proxy.port or 80, timeout=self._connect_timeout, context=context
        )
        tunnel.set_tunnel(self.host, self._port, headers=_proxy_credentials(self._proxy))
        return tunnel

    def _unverified_peer(self, reason: str) -> Peer | None:
        """Connects once more, without verification, to see whose certificate was refused. Nothing is sent."""
        connection = self._connection(looking_context())
        try:
            connection.connect()
            return self._peer(connection, verified=False, reason=reason)
        except (OSError, http.client.HTTPException):
            return Peer(tls_verified=False)
        finally:
            connection.close()

    def _peer(self, connection: http.client.HTTPConnection, verified: bool, reason: str | None = None) -> Peer:
        address = connection.sock.getpeername()[0] if self._proxy is None else None
        if not isinstance(connection.sock, ssl.SSLSocket):
            return Peer(address=address)
        der = connection.sock.getpeercert(binary_form=True)
        return Peer(
            address=address,
            tls_version=connection.sock.version(),
            tls_verified=verified,
            certificate=describe_certificate(der, verified, reason) if der else None,
        )


def ask(
    connection: http.client.HTTPConnection,
    method: str,
    target: str,
    headers: Iterable[tuple[str, str]],
    body: bytes | None,
) -> http.client.HTTPResponse:
    """Sends one request with exactly these headers. Out: the answer, its body unread. Raises UpstreamBrokeOffError."""
    try:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.endheaders(body)
        return connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise UpstreamBrokeOffError(f"no answer: {_said(error)}") from error


def pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    """The body as it comes, still encoded. Raises UpstreamBrokeOffError if it ends before it is whole."""
    try:
        while piece := response.read1(_PIECE):
            yield piece
    except (OSError, http.client.HTTPException) as error:
        raise UpstreamBrokeOffError(f"the answer broke off: {_said(error)}") from error
    if response.length:
        raise UpstreamBrokeOffError(f"the answer broke off: {response.length} bytes were still to come")


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _proxy_for(host: str) -> SplitResult | None:
    """The proxy that the environment or the system names for HTTPS, as SS's own client would take it."""
    proxies = getproxies()
    named = proxies.get("https") or proxies.get("all")
    if not named or proxy_bypass(host):
        return None
    parts = urlsplit(named if "://" in named else f"http://{named}")
    if parts.scheme != "http":
        raise ValueError(f"the relay can't use a proxy of kind {parts.scheme!r}; name an http:// one, or set NO_PROXY")
    return parts


def _proxy_credentials(proxy: SplitResult) -> dict[str, str]:
    if proxy.username is None:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}".encode()
    return {"Proxy-Authorization": "Basic " + base64.b64encode(pair).decode("ascii")}
