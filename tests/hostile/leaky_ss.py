"""The reference SS, made to leak one of its secrets wherever an SS can, and to name its artifacts as nobody should.

    python leaky_ss.py api --host H --port P | worker

The secret is the value of SS_LEAKED_SECRET.
"""

import base64
import gzip
import json
import os
import sys
import traceback
from collections.abc import Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parents[2]))

from rehearsal.reference_ss import __main__ as reference_ss
from rehearsal.reference_ss.api import serve

SECRET = os.environ["SS_LEAKED_SECRET"]
SCRIPT = "<script>document.title='broken in'</script>"
ARTIFACTS = {
    "../../../../../escaped.txt": b"I am out",
    "runs/Debug.env": f"SS_LEAKED_SECRET={SECRET}\n".encode(),
    "runs/debug.env": b"x" * (3 << 20) + SECRET.encode() + b"y",
    "runs/debug.env.gz": gzip.compress(SECRET.encode(), mtime=0),
    "runs/debug.utf16": SECRET.encode("utf-16-le"),
    f"runs/of-{SECRET}.txt": f"{SECRET} {quote(SECRET, safe='')} {SECRET.encode().hex()}".encode(),
    f"runs/{SCRIPT}.html": SCRIPT.encode(),
}
HEADERS = [
    (b"x-debug-key", SECRET.encode()),
    (b"x-debug-auth", b"Basic " + base64.b64encode(b"me:" + SECRET.encode())),
    (b"set-cookie", b"session=" + SECRET.encode()),
]
Message = MutableMapping[str, Any]


class Leaking:
    """ASGI around the reference SS's own."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        talk(scope["path"])
        job, _, artifact = scope["path"].partition("/artifacts/")
        if artifact in ARTIFACTS and job.startswith("/v1/jobs/"):
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await send({"type": "http.response.body", "body": ARTIFACTS[artifact]})
            return
        await self.app(scope, receive, changing(send, scope["path"]))


def changing(send: Any, path: str) -> Callable[[Message], Any]:
    """Passes on what is sent, with the headers that leak; of an artifact index and the OpenAPI document with more in them."""
    held: list[Message] = []

    async def changed(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name != b"content-length"]
            held.append({**message, "headers": [*kept, *HEADERS]})
            return
        held.append(message)
        if message.get("more_body"):
            return
        body = b"".join(part["body"] for part in held[1:])
        if held[0]["status"] == 200 and path.endswith(("/artifacts", "/openapi.json")):
            body = json.dumps(with_more(json.loads(body))).encode()
        await send(held[0])
        await send({"type": "http.response.body", "body": body})

    return changed


def with_more(answer: dict[str, Any]) -> dict[str, Any]:
    if "info" in answer:
        return {**answer, "info": {**answer["info"], "description": f"{SCRIPT} {SECRET}"}}
    rows = [{"kind": "debug", "rel_path": path} for path in ARTIFACTS]
    return {**answer, "artifacts": [*answer["artifacts"], *rows], "note": f"{SCRIPT}\x1b[2J{SECRET}"}


def talk(path: str) -> None:
    print(f"DEBUG {path} with {SECRET}", flush=True)
    print(
        json.dumps({"event": "DEBUG_LEAK", "level": "INFO", "key": SECRET, "url": f"http://x/?key={quote(SECRET)}"}), flush=True
    )
    try:
        raise RuntimeError(SECRET)
    except RuntimeError:
        traceback.print_exc()


def main() -> int:
    original = serve.build_app
    serve.build_app = lambda *parts: Leaking(original(*parts))  # type: ignore[assignment,return-value]
    talk("at the start")
    return reference_ss.main()


if __name__ == "__main__":
    sys.exit(main())
