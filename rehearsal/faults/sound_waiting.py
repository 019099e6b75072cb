"""Sound systems that ask for patience: not ready yet, not there yet, not now. Each says when to come again."""

import time
from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Variant
from rehearsal.faults.patching import instead_of

Refusal = tuple[int, dict[str, Any]]
PutOff = Callable[[Any], Refusal | None]
"""In: an ASGI scope. Out: status and answer with which the request is put off, None when it is let through."""


def putting_off(put_off: PutOff) -> None:
    """Puts requests off before SS sees them; each answer says in `Retry-After` to come again in a second."""
    from rehearsal.reference_ss.api import serve

    @instead_of(serve, "build_app")
    def build_app(original: Any, *given: Any) -> Any:
        app = original(*given)
        app.add_middleware(_PuttingOff, put_off=put_off)
        return app


class _PuttingOff:
    """ASGI middleware."""

    def __init__(self, app: Any, put_off: PutOff) -> None:
        self._app, self._put_off = app, put_off

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.responses import JSONResponse

        refusal = self._put_off(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
            return
        status, answer = refusal
        await JSONResponse(answer, status_code=status, headers={"Retry-After": "1"})(scope, receive, send)


def _warming_up() -> None:
    begun = time.monotonic()

    def warming_up(scope: Any) -> Refusal | None:
        if scope["path"] == "/health/live" or time.monotonic() - begun > 4:
            return None
        return 503, {"error_code": "SERVICE_WARMING_UP", "message": "not ready yet"}

    putting_off(warming_up)


VARIANTS = (
    Variant(
        "sound-warming-up",
        "The API lives at once and is ready four seconds later; until then it answers 503.",
        where=("api",),
        apply=_warming_up,
    ),
)
