"""One log line for each request, and the id that ties it to the answer. Headers and query never reach the log."""

import time
import uuid

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rehearsal.reference_ss import jsonlog

_HEADER = "X-SS-Request-Id"

_log = jsonlog.logger(__name__)


class RequestLog:
    """ASGI middleware: adds X-SS-Request-Id (the caller's, if it sent one) and logs SS_API_REQUEST."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope)
        request_id = sent.get(_HEADER) or sent.get("X-Request-Id") or uuid.uuid4().hex
        status, started = 500, time.monotonic()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[_HEADER] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            route = scope.get("route")
            client = scope.get("client")
            _log.info(
                "SS_API_REQUEST",
                job_id=scope.get("path_params", {}).get("job_id"),
                request_id=request_id,
                method=scope["method"],
                path=scope["path"],
                route=getattr(route, "path", "unmatched"),
                status_code=status,
                duration_ms=round((time.monotonic() - started) * 1000, 1),
                client_ip=client[0] if client else None,
            )
