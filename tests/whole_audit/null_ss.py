"""Systems that do nothing of what SS does, as programs: `python null_ss.py KIND PORT`.

KIND is what the API does with every request: `braces` answers {} with 200, `html` a page with 200, `mute` takes the
connection and never answers, `deaf` never listens. `worker` is a worker that says that it started, and waits.
"""

import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BODIES = {
    "braces": (b"{}", "application/json"),
    "html": (b"<!doctype html><title>Welcome</title><h1>It works!</h1>", "text/html"),
}


class Same(BaseHTTPRequestHandler):
    """Answers everything alike."""

    kind = "braces"
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body, media_type = BODIES[self.kind]
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = answer  # noqa: N815  (the names that http.server calls)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def main(kind: str, port: int) -> None:
    if kind in BODIES:
        Same.kind = kind
        ThreadingHTTPServer(("127.0.0.1", port), Same).serve_forever()
    if kind == "mute":
        listening = socket.create_server(("127.0.0.1", port))
        kept = []
        while True:
            kept.append(listening.accept())
    print("SS_WORKER_STARTUP", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
