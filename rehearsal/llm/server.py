"""The HTTP edge: requests in, the core's answers out, one thread a connection."""

import json
import sys
import threading
import time
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from rehearsal.llm import protocol
from rehearsal.llm.answering import answer, remark
from rehearsal.llm.protocol import ChatRequest, Refusal
from rehearsal.llm.reading import read

_LARGEST_BODY = 8 * 1024 * 1024


@dataclass(slots=True)
class CallLog:
    """One JSON line a call, without prompts, answers or keys: digests, sizes and times only. Does nothing without a file."""

    file: Path | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, record: dict[str, Any]) -> None:
        """Append one record."""
        if self.file is None:
            return
        with self._lock, self.file.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record) + "\n")


class RehearsalServer(ThreadingHTTPServer):
    """Serves the protocol on `address`; every chat completion waits `latency` seconds first."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], latency: float, log: CallLog) -> None:
        super().__init__(address, Handler)
        self.latency = latency
        self.log = log
        self.numbers = count(1)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """A client that hangs up is its own business; anything else is named, without what it sent."""
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError):
            print(f"rehearsal LLM: {type(error).__name__} while answering", file=sys.stderr, flush=True)


class Handler(BaseHTTPRequestHandler):
    """One connection, kept alive."""

    server: RehearsalServer
    protocol_version = "HTTP/1.1"
    server_version = "rehearsal-llm"
    sys_version = ""
    # Unset, header and body leave as two segments and Nagle's algorithm holds the second back for about 40 ms.
    disable_nagle_algorithm = True
    wbufsize = -1
    _routes: ClassVar[dict[str, str]] = {"/v1/chat/completions": "POST", "/v1/models": "GET"}

    def do_GET(self) -> None:
        """Models."""
        self._serve()

    def do_POST(self) -> None:
        """Chat completions."""
        self._serve()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """What `http.server` refuses by itself (a method, a malformed request line), in OpenAI's shape too."""
        self.close_connection = True
        self._send(code, Refusal(code, message or "The request can't be served.").body())

    def _serve(self) -> None:
        self._started = time.monotonic()
        try:
            body = self._body()
            path = unquote(urlsplit(self.path).path).rstrip("/")
            is_model = path.startswith("/v1/models/")
            method = "GET" if is_model else self._routes.get(path)
            if method is None:
                raise Refusal(404, f"Unknown request URL: {self.command} {path}.", code="unknown_url")
            if method != self.command:
                raise Refusal(405, f"Not allowed to {self.command} on {path}.", code="method_not_supported")
            protocol.bearer(self.headers.get("Authorization"))
            if path == "/v1/chat/completions":
                self._chat(protocol.chat_request(body))
            elif is_model:
                self._send(200, protocol.model_card(path.removeprefix("/v1/models/")))
            else:
                self._send(200, protocol.model_list())
        except Refusal as refusal:
            self._record(refusal.status)
            self._send(refusal.status, refusal.body())

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            raise Refusal(411, "Send the body with a Content-Length.")
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit():
            self.close_connection = True
            raise Refusal(400, "The Content-Length is not a number.")
        if int(length) > _LARGEST_BODY:
            self.close_connection = True
            raise Refusal(413, f"The body is larger than {_LARGEST_BODY} bytes.")
        return self.rfile.read(int(length))

    def _chat(self, request: ChatRequest) -> None:
        question = read(request.prompt)
        try:
            content = remark(request.prompt) if question is None else json.dumps(answer(question), ensure_ascii=False)
        except ValueError as nothing_to_choose:
            content = f"This is the rehearsal LLM. It can't answer: {nothing_to_choose}."
        time.sleep(self.server.latency)
        whole = protocol.completion(request, content, int(time.time()), next(self.server.numbers))
        self._record(
            200,
            id=whole["id"],
            operation=question.operation.value if question else None,
            asked_model=request.model,
            model=whole["model"],
            stream=request.stream,
            prompt_sha256=_digest(request.prompt),
            response_sha256=_digest(whole["choices"][0]["message"]["content"]),
            usage=whole["usage"],
        )
        if request.stream:
            self._send_events(request, whole)
        else:
            self._send(200, whole)

    def _record(self, status: int, **facts: Any) -> None:
        took = round((time.monotonic() - self._started) * 1000, 1)
        head = {"at": time.time(), "method": self.command, "path": urlsplit(self.path).path, "status": status}
        self.server.log.write({**head, "ms": took, **facts})

    def _send(self, status: int, data: dict[str, Any]) -> None:
        payload = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
        self._head(status, "application/json")
        self.send_header("Content-Length", str(len(payload)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(payload)
        self.wfile.flush()

    def _send_events(self, request: ChatRequest, whole: dict[str, Any]) -> None:
        self._head(200, "text/event-stream; charset=utf-8")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for chunk in protocol.chunks(request, whole):
            self._send_event(json.dumps(chunk, ensure_ascii=False))
        self._send_event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def _send_event(self, text: str) -> None:
        data = f"data: {text}\n\n".encode("utf-8", "replace")
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def _head(self, status: int, media_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("X-SS-Rehearsal", "llm")
        self.send_header("X-Request-Id", f"req_rehearsal_{next(self.server.numbers)}")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: request lines on stderr would tell no one anything that the call log doesn't."""


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
