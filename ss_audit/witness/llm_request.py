"""SS's request to its provider, read as a whole before it is passed on: bounded, and refused where it is no HTTP."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler

_LARGEST = 64 * 1024 * 1024
_LONGEST_LINE = 64 * 1024
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class SsLeftError(Exception):
    """SS closed its connection."""


class BadRequestError(Exception):
    """A request of SS's that no provider could be sent, with what SS is told. Its fault, not the relay's."""

    def __init__(self, why: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(f"SS's request can't be passed on: {why}")
        self.status = status


def must_be_sendable(target: str, headers: Iterable[tuple[str, str]]) -> None:
    """Raises BadRequestError for a target or a header that HTTP has no way to write (RFC 9110 5.1, RFC 3986 2)."""
    if not target.isascii() or any(letter <= " " or letter == "\x7f" for letter in target):
        raise BadRequestError("its path is no path of a URL")
    for name, value in headers:
        if not _HEADER_NAME.fullmatch(name) or any(letter in value for letter in "\r\n\0"):
            raise BadRequestError(f"its header {name[:40]!r} is none")


def read_body(handler: BaseHTTPRequestHandler) -> bytes | None:
    """The request's body, None if it has none. Raises SsLeftError when it doesn't come whole, BadRequestError."""
    try:
        if "chunked" in handler.headers.get("Transfer-Encoding", "").lower():
            return _chunks(handler)
        length = int(handler.headers["Content-Length"]) if "Content-Length" in handler.headers else None
        if length is None:
            return None
        _must_fit(length)
        body = handler.rfile.read(length)
    except ValueError as error:
        raise BadRequestError(f"its framing is broken: {error}") from error
    except OSError as error:
        raise SsLeftError(f"SS's request broke off: {error}") from error
    if len(body) < length:
        raise SsLeftError("SS closed the connection in the middle of its request")
    return body


def _must_fit(size: int) -> None:
    if size < 0:
        raise BadRequestError("its length is below 0")
    if size > _LARGEST:
        raise BadRequestError(f"it has more than {_LARGEST} bytes", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def _chunks(handler: BaseHTTPRequestHandler) -> bytes:
    body = bytearray()
    while size := int(handler.rfile.readline(_LONGEST_LINE).partition(b";")[0], 16):
        _must_fit(size if size < 0 else len(body) + size)
        body += handler.rfile.read(size)
        handler.rfile.readline(_LONGEST_LINE)
    while handler.rfile.readline(_LONGEST_LINE).strip():
        pass
    return bytes(body)
