"""Sound systems that ask for patience: not ready yet, not there yet, not now. Each says when to come again."""

import time
from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Variant
from rehearsal.faults.patching import instead_of

Refusal = tuple[int, dict[str, Any]]
PutOff = Callable[[Any], Refusal | None]
"""In: an ASGI scope. Out: status and answer with which the request is put off, None when it is let through."""


def putting_off(put_off: PutOff, retry_after: str | None = "1") -> None:
    """Puts requests off before SS sees them; each answer says in `Retry-After` to come again in a second, or doesn't."""
    from rehearsal.reference_ss.api import serve

    @instead_of(serve, "build_app")
    def build_app(original: Any, *given: Any) -> Any:
        app = original(*given)
        app.add_middleware(_PuttingOff, put_off=put_off, retry_after=retry_after)
        return app


class _PuttingOff:
    """ASGI middleware."""

    def __init__(self, app: Any, put_off: PutOff, retry_after: str | None) -> None:
        self._app, self._put_off = app, put_off
        self._headers = {"Retry-After": retry_after} if retry_after else {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.responses import JSONResponse

        refusal = self._put_off(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
            return
        status, answer = refusal
        await JSONResponse(answer, status_code=status, headers=self._headers)(scope, receive, send)


def _warming_up() -> None:
    begun = time.monotonic()

    def warming_up(scope: Any) -> Refusal | None:
        if scope["path"] == "/health/live" or time.monotonic() - begun > 4:
            return None
        return 503, {"error_code": "SERVICE_WARMING_UP", "message": "not ready yet"}

    putting_off(warming_up)


def _draft_in_the_background() -> None:
    begun: dict[str, float] = {}

    def pending(scope: Any) -> Refusal | None:
        path = scope["path"]
        first = path.endswith("/draft/preview") and next(iter(begun), path) == path
        if not first or time.monotonic() - begun.setdefault(path, time.monotonic()) > 7:
            return None
        return 202, {"status": "pending", "message": "drafting", "retry_after_seconds": 0.25}

    putting_off(pending, retry_after=None)


def _preview_in_the_background() -> None:
    from starlette.responses import JSONResponse

    from rehearsal.reference_ss.api import views

    begun: dict[str, float] = {}

    @instead_of(views, "inputs_preview")
    def inputs_preview(original: Any, stored: Any, *given: Any) -> Any:
        if time.monotonic() - begun.setdefault(stored.job_id, time.monotonic()) < 0.8:
            return JSONResponse({"status": "pending", "retry_after_seconds": 1}, status_code=202)
        return original(stored, *given)


def _few_reads_a_second() -> None:
    recent: dict[bytes, list[float]] = {}

    def limited(scope: Any) -> Refusal | None:
        token = dict(scope["headers"]).get(b"authorization")
        if scope["method"] != "GET" or token is None:
            return None
        moments = recent.setdefault(token, [])
        moments[:] = [moment for moment in moments if time.monotonic() - moment < 1]
        if len(moments) >= 10:
            return 429, {"error_code": "RATE_LIMITED", "message": "slow down"}
        moments.append(time.monotonic())
        return None

    putting_off(limited)


VARIANTS = (
    Variant(
        "sound-draft-in-the-background",
        "A draft is made in the background: for seconds the answer is 202.",
        where=("api",),
        apply=_draft_in_the_background,
    ),
    Variant(
        "sound-preview-in-the-background",
        "The inputs are read in the background: the preview answers 202 until then.",
        where=("api",),
        apply=_preview_in_the_background,
    ),
    Variant(
        "sound-few-reads-a-second",
        "A token may read ten times a second; what goes beyond is answered with 429.",
        where=("api",),
        apply=_few_reads_a_second,
    ),
    Variant(
        "sound-warming-up",
        "The API lives at once and is ready four seconds later; until then it answers 503.",
        where=("api",),
        apply=_warming_up,
    ),
)
