"""Liveness and readiness, outside of the OpenAPI document."""

import os
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from rehearsal.reference_ss.api.services import Services
from rehearsal.reference_ss.settings import Settings
from rehearsal.reference_ss.store.models import now

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
def live() -> dict[str, Any]:
    """200 as long as the process serves."""
    return {"status": "ok", "checked_at": now().isoformat()}


@router.get("/ready")
def ready(request: Request) -> JSONResponse:
    """200, or 503 with the checks that fail."""
    services: Services = request.app.state.services
    checks = _checks(services.settings)
    healthy = all(check["ok"] for check in checks.values())
    body = {"status": "ok" if healthy else "unhealthy", "checks": checks, "checked_at": now().isoformat()}
    return JSONResponse(body, status_code=200 if healthy else 503)


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
