"""Answers of the API in another shape than its own: each JSON answer below /v1 is rewritten on its way out."""

import json
from collections.abc import Callable, MutableMapping
from typing import Any

from rehearsal.faults.patching import instead_of

Message = MutableMapping[str, Any]
Rewrite = Callable[[int, Any], tuple[int, Any]]


def answering(rewrite: Rewrite) -> None:
    """Rewrites every JSON answer. In and out of `rewrite`: the status and the JSON value."""
    from rehearsal.reference_ss.api import serve

    @instead_of(serve, "build_app")
    def build_app(original: Any, *given: Any) -> Any:
        app = original(*given)
        app.add_middleware(_Rewriting, rewrite=rewrite)
        return app


class _Rewriting:
    """ASGI middleware."""

    def __init__(self, app: Any, rewrite: Rewrite) -> None:
        self._app, self._rewrite = app, rewrite

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            if not held and (message["type"] != "http.response.start" or not _is_json(message)):
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                for rewritten in self._rewritten(held):
                    await send(rewritten)

        await self._app(scope, receive, hold)

    def _rewritten(self, held: list[Message]) -> list[Message]:
        start, *parts = held
        value = json.loads(b"".join(part.get("body", b"") for part in parts))
        status, value = self._rewrite(start["status"], value)
        body = json.dumps(value, ensure_ascii=False).encode()
        headers = [(name, text) for name, text in start["headers"] if name.lower() != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        return [{**start, "status": status, "headers": headers}, {"type": "http.response.body", "body": body}]


def _is_json(start: Message) -> bool:
    return any(name.lower() == b"content-type" and text.startswith(b"application/json") for name, text in start["headers"])
