"""APIs that do nothing of what SS's does: `python -m rehearsal.faults.programs.null_api KIND PORT`.

KIND: `braces` answers {} with 200 to everything, `page` a web page, `echo` what it was sent, `absent` 404, `broken` 500;
`mute` accepts and never answers; `deaf` never listens.
"""

import json
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
FIXED = {
    "braces": (200, "application/json", b"{}"),
    "page": (200, "text/html", b"<!doctype html><title>Welcome</title><h1>It works!</h1>"),
    "absent": (404, "application/json", b'{"error_code": "API_NOT_FOUND", "message": "route not found"}'),
    "broken": (500, "application/json", b'{"error_code": "SERVICE_INTERNAL_ERROR", "message": "unexpected error"}'),
}


class Same(BaseHTTPRequestHandler):
    """Answers everything alike."""

    kind = "braces"
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        """The same answer to every method and path, or what was asked."""
        sent = self.rfile.read(int(self.headers.get("content-length") or 0))
        status, media_type, body = FIXED.get(self.kind) or (200, "application/json", self._asked(sent))
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer  # noqa: N815  (http.server's names)

    def _asked(self, sent: bytes) -> bytes:
        told = {
            "method": self.command,
            "path": self.path,
            "headers": dict(self.headers),
            "body": sent.decode("utf-8", "replace"),
        }
        return json.dumps(told).encode()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def main(kind: str, port: int) -> None:
    """Serves until it is ended."""
    if kind == "deaf":
        threading.Event().wait()
    if kind == "mute":
        listening = socket.create_server((HOST, port))
        kept = []
        while True:
            kept.append(listening.accept())
    Same.kind = kind
    ThreadingHTTPServer((HOST, port), Same).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
