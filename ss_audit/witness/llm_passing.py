"""How the relay passes one exchange on: SS's request to the provider, the provider's answer to SS, piece by piece.

Method, path, body and headers pass untouched but for what belongs to one connection (hop-by-hop headers, Host, framing)
and for content codings that couldn't be read afterwards, which are not offered to the provider.
"""

import contextlib
import json
import select
import socket
import socketserver
from collections.abc import Iterable
from http import HTTPStatus
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from ss_audit.witness.llm_payload import DECODABLE
from ss_audit.witness.llm_record import CallNotes, keys_in
from ss_audit.witness.llm_request import BadRequestError, SsLeftError, must_be_sendable, read_body
from ss_audit.witness.llm_upstream import Upstream, UpstreamBrokeOffError, UpstreamUnreachableError, ask, pieces

UNREACHABLE_MARK = "ss-audit relay: upstream unreachable"
FAILED_MARK = "ss-audit relay failed"
STOPPED = "the audit stopped the relay during the call"
STAND_IN_HEADER = "X-SS-Rehearsal"
_KEPT_LIMIT = 64 * 1024 * 1024
_HOP_BY_HOP = frozenset(
    ("connection", "content-length", "expect", "host", "keep-alive", "proxy-authenticate", "proxy-authorization")
) | {"proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}


class CallBook(Protocol):
    """What the relay keeps of its calls: each arrives, ends once, and a fault of ours is noted."""

    upstream: Upstream
    stopping: bool

    def arrive(self, notes: CallNotes) -> None: ...

    def finish(self, notes: CallNotes) -> None: ...

    def fail(self, what: str) -> None: ...

    def holding(self, held: socket.socket) -> contextlib.AbstractContextManager[None]: ...


class PassingServer(ThreadingHTTPServer):
    """Listens for SS on a free port of 127.0.0.1, one thread a connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, relay: CallBook) -> None:
        self.relay = relay
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of the host's name, which may take seconds."""
        socketserver.TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection of SS's that ended badly between calls; a call itself has its own record."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: PassingServer

    def handle(self) -> None:
        with self.server.relay.holding(self.connection):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr: what happened is in the record."""

    def _relay(self) -> None:
        relay = self.server.relay
        notes = CallNotes(self.command, self.path, keys=keys_in(self.headers.items()))
        notes.request_type = self.headers.get("Content-Type", "")
        relay.arrive(notes)
        self._answering = False
        try:
            must_be_sendable(self.path, self.headers.items())
            body = read_body(self)
            notes.request_body = body or b""
            connection, notes.peer = relay.upstream.connect()
            with contextlib.closing(connection), relay.holding(connection.sock):
                self._exchange(notes, connection, body)
        except UpstreamUnreachableError as error:
            notes.peer = error.peer or notes.peer
            self._broken(notes, str(error))
        except UpstreamBrokeOffError as error:
            self._broken(notes, str(error))
        except SsLeftError as error:
            self.close_connection = True
            notes.failure = notes.failure or str(error)
        except BadRequestError as error:
            notes.status = error.status  # as a provider would say it: SS's fault, no failure of the way
            notes.response_body += str(error).encode()
            self._refuse(notes, error.status, str(error), "bad_request")
        except Exception as error:
            relay.fail(f"{self.command} {self.path.partition('?')[0]}: {error!r}")
            notes.failure, notes.failure_is_ours = f"{FAILED_MARK}: {error!r}", True
            self._gateway_error(notes, FAILED_MARK, "relay_failed")
        finally:
            relay.finish(notes)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _relay  # noqa: N815

    def _exchange(self, notes: CallNotes, connection: HTTPConnection, body: bytes | None) -> None:
        headers = [("Host", self.server.relay.upstream.netloc), *_passed_on(self.headers.items())]
        if body is not None:
            headers.append(("Content-Length", str(len(body))))
        response = ask(connection, self.command, self.path, [*headers, ("Connection", "close")], body)
        notes.status = response.status
        notes.response_type = response.headers.get("Content-Type", "")
        notes.response_encoding = response.headers.get("Content-Encoding", "")
        notes.stand_in = response.headers.get(STAND_IN_HEADER)
        self._head(response)
        for piece in pieces(response):
            if len(notes.response_body) < _KEPT_LIMIT:
                notes.response_body += piece
            if response.length == 0:
                self._record(notes)
            self._write(piece, notes)
        self._record(notes)
        if self._chunked:
            self._write(None, notes)

    def _head(self, response: HTTPResponse) -> None:
        """Status line and headers; the body is framed by its length where the provider said it, else in chunks."""
        self._answering = True
        self._left = False
        length = response.headers.get("Content-Length") if not response.chunked else None
        bodiless = self.command == "HEAD" or response.status in (204, 304)
        self._chunked = length is None and not bodiless and self.request_version != "HTTP/1.0"
        self.send_response_only(response.status, response.reason)
        for name, value in _end_to_end(response.headers.items()):
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", length)
        elif self._chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif not bodiless:
            self.close_connection = True
        try:
            self.end_headers()
            self.wfile.flush()
        except OSError:
            self._left = self.close_connection = True

    def _record(self, notes: CallNotes) -> None:
        """Records before the last byte goes out: when SS acts on the answer, the record is there."""
        if self._left or self._ss_left():
            notes.failure = "SS closed the connection before it had the answer"
        self.server.relay.finish(notes)

    def _write(self, piece: bytes | None, notes: CallNotes) -> None:
        """Passes on a piece, or a chunked body's end. When SS has left, a stream is given up, any other answer heard out."""
        if self._left:
            return
        try:
            if self._chunked:
                piece = b"0\r\n\r\n" if piece is None else b"%x\r\n%b\r\n" % (len(piece), piece)
            self.wfile.write(piece or b"")
            self.wfile.flush()
        except OSError as error:
            self._left = self.close_connection = True
            if notes.streamed:
                raise SsLeftError("SS closed the connection in the middle of the stream") from error

    def _ss_left(self) -> bool:
        try:
            if not select.select([self.connection], [], [], 0)[0]:
                return False
            return not self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return True

    def _broken(self, notes: CallNotes, reason: str) -> None:
        ours = self.server.relay.stopping
        notes.failure = STOPPED if ours else reason
        notes.failure_is_ours = ours
        self._gateway_error(notes, f"{UNREACHABLE_MARK}: {reason}", "upstream_unreachable")

    def _gateway_error(self, notes: CallNotes, message: str, code: str) -> None:
        self._refuse(notes, HTTPStatus.BAD_GATEWAY, message, code)

    def _refuse(self, notes: CallNotes, status: HTTPStatus, message: str, code: str) -> None:
        """An error in OpenAI's shape; once the answer has begun, only a closed connection can say that it won't be whole."""
        self.close_connection = True
        self.server.relay.finish(notes)
        if self._answering:
            return
        said = {"error": {"message": message, "type": "ss_audit_relay", "param": None, "code": code}}
        body = json.dumps(said).encode()
        with contextlib.suppress(OSError):
            self.send_response_only(status, status.phrase)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()


def _end_to_end(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without what belongs to the one connection (RFC 9110 7.6.1)."""
    listed = list(headers)
    named = {word.strip().lower() for name, value in listed if name.lower() == "connection" for word in value.split(",")}
    return [(name, value) for name, value in listed if name.lower() not in _HOP_BY_HOP | named]


def _passed_on(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """SS's headers for the provider. Of Accept-Encoding only what can be decoded for the record."""
    passed = []
    for name, value in _end_to_end(headers):
        if name.lower() == "accept-encoding":
            codings = [coding.strip() for coding in value.split(",")]
            value = ", ".join(coding for coding in codings if coding.partition(";")[0].strip().lower() in DECODABLE)
            value = value or "identity"
        passed.append((name, value))
    return passed
