"""A server that answers exactly the bytes that it is told, on loopback: no framework would let such answers out."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self

Answer = Callable[[bytes], Iterable[bytes]]
"""In: the request's head. Out: the bytes of the answer, piece by piece; the connection is closed at their end."""


class HostileServer:
    """Answers each request by its path (without query); what it has no answer for gets 404. `asked` holds the request lines."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self._open.add(connection)
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            head = _head(connection)
            line = head.partition(b"\r\n")[0].decode("latin-1")
            self.asked.append(line)
            path = line.split(" ")[1].partition("?")[0]
            for piece in self.answers.get(path, lambda _: [answer(b"", "404 Not Found")])(head):
                connection.sendall(piece)
        self._open.discard(connection)


def answer(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """A whole answer; `length` announces another length than the body has."""
    announced = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {announced}", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


def once(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> Answer:
    """Always this answer."""
    return lambda _: [answer(body, status, *headers, length=length)]


def stream(pieces: Callable[[], Iterator[bytes]], *headers: str) -> Answer:
    """A body without an announced length, as long as the pieces last."""
    head = "\r\n".join(["HTTP/1.1 200 OK", "Connection: close", *headers, "", ""]).encode()

    def answered(_: bytes) -> Iterator[bytes]:
        yield head
        yield from pieces()

    return answered


def _head(connection: socket.socket) -> bytes:
    """The request's head; its body, as far as it came along, is passed over."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            break
        received += piece
    head, _, begun = received.partition(b"\r\n\r\n")
    announced = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    left = (announced or [0])[0] - len(begun)
    while left > 0 and (piece := connection.recv(min(left, 65536))):
        left -= len(piece)
        begun += piece
    return head + b"\r\n\r\n" + begun
