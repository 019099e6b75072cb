"""Liveness and readiness, outside of the OpenAPI document."""

import os
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from rehearsal.reference_ss.settings import Settings
from rehearsal.reference_ss.store.models import now


def router(settings: Settings) -> APIRouter:
    """GET /health/live: 200. GET /health/ready: 200, or 503 with the checks that fail."""
    routes = APIRouter(prefix="/health", include_in_schema=False)

    @routes.get("/live")
    def live() -> dict[str, Any]:
        return {"status": "ok", "checked_at": now().isoformat()}

    @routes.get("/ready")
    def ready() -> JSONResponse:
        checks = _checks(settings)
        healthy = all(check["ok"] for check in checks.values())
        body = {"status": "ok" if healthy else "unhealthy", "checks": checks, "checked_at": now().isoformat()}
        return JSONResponse(body, status_code=200 if healthy else 503)

    return routes


def _checks(settings: Settings) -> dict[str, dict[str, Any]]:
    llm = f"{settings.llm.provider}:{settings.llm.model}"
    runner = {"ok": True, "detail": "skipped_non_production"}
    if settings.production:
        configured = bool(settings.stata_command)
        runner = {"ok": configured, "detail": "configured" if configured else "SS_STATA_CMD_not_set"}
    return {
        "jobs_dir": _writable(settings.jobs_dir),
        "queue_dir": _writable(settings.queue_dir),
        "llm": {"ok": True, "detail": llm},
        "template_library": _readable(settings.library_dir),
        "production_mode": {"ok": True, "detail": "production" if settings.production else "development"},
        "prod_llm": {"ok": True, "detail": settings.llm.provider if settings.production else "skipped_non_production"},
        "prod_runner": runner,
    }


def _writable(folder: Path) -> dict[str, Any]:
    ok = folder.is_dir() and os.access(folder, os.W_OK)
    return {"ok": ok, "detail": None if ok else "not a folder that can be written to"}


def _readable(folder: Path) -> dict[str, Any]:
    ok = folder.is_dir() and os.access(folder, os.R_OK)
    return {"ok": ok, "detail": None if ok else "not a folder that can be read"}
