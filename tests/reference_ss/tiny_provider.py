"""An OpenAI-compatible provider for these tests: answers what it is told to, and remembers what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DRAFT = {
    "schema_version": 2,
    "draft_text": "Regress y on x.",
    "outcome_var": "y",
    "treatment_var": "x",
    "controls": ["z"],
    "group_var": None,
    "analysis_hints": [],
}


def selection(template_id: str) -> dict[str, Any]:
    """A well-formed choice."""
    return {"schema_version": 2, "template_id": template_id, "reason": f"{template_id} fits", "confidence": 0.8}


class TinyProvider:
    """`draft` and `selection` are the next answers (dict or raw text); `status` other than 200 refuses every call."""

    def __init__(self) -> None:
        self.draft: Any = dict(DRAFT)
        self.selection: Any = selection("R02")
        self.status = 200
        self.prompts: list[str] = []
        self.port = 0
        self.hold = threading.Event()
        self.hold.set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def answer(self, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        prompt = request["messages"][-1]["content"]
        self.prompts.append(prompt)
        self.hold.wait(30)
        if self.status != 200:
            return self.status, {"error": {"message": "refused by the test"}}
        said = self.draft if prompt.startswith("TASK: draft_preview\n") else self.selection
        content = said if isinstance(said, str) else json.dumps(said)
        return 200, {
            "id": f"chatcmpl-{len(self.prompts)}",
            "object": "chat.completion",
            "created": 0,
            "model": "tiny-provider",
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        }


@contextmanager
def serving(provider: TinyProvider) -> Iterator[TinyProvider]:
    """Serve on a free loopback port while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, payload = provider.answer(json.loads(body))
            content = json.dumps(payload).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
