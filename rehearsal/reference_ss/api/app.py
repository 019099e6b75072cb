"""The FastAPI application: routes, and every error as SS's structured body."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.api import health, journey_routes
from rehearsal.reference_ss.api.openapi import describe_errors
from rehearsal.reference_ss.api.request_log import RequestLog
from rehearsal.reference_ss.api.services import Services
from rehearsal.reference_ss.errors import SSError

_BY_STATUS = {
    404: ("API_NOT_FOUND", "route not found"),
    405: ("API_METHOD_NOT_ALLOWED", "method not allowed"),
}

_log = jsonlog.logger(__name__)


def build_app(services: Services, lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]]) -> FastAPI:
    """The application over `services`."""
    app = FastAPI(title="Reference SS", version="1", docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=lifespan)
    app.state.services = services
    app.include_router(journey_routes.redeem_router)
    app.include_router(journey_routes.job_router)
    app.include_router(health.router)
    app.add_middleware(RequestLog)
    app.add_exception_handler(SSError, _structured)
    app.add_exception_handler(HTTPException, _by_status)
    app.add_exception_handler(RequestValidationError, _invalid_input)
    app.add_exception_handler(Exception, _unexpected)
    describe_errors(app)
    return app


async def _structured(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SSError)
    return _answer(error)


async def _by_status(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    fallback = ("INPUT_VALIDATION_FAILED" if error.status_code < 500 else "SERVICE_INTERNAL_ERROR", str(error.detail))
    return _answer(SSError(error.status_code, *_BY_STATUS.get(error.status_code, fallback)))


async def _invalid_input(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems: list[dict[str, Any]] = [
        {"field": ".".join(map(str, problem["loc"])), "problem": problem["msg"]} for problem in error.errors()
    ]
    return _answer(SSError(400, "INPUT_VALIDATION_FAILED", "input is invalid", problems=problems))


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    return _answer(SSError(500, "SERVICE_INTERNAL_ERROR", "unexpected error; the API's log says more"))


def _answer(error: SSError) -> JSONResponse:
    _log.warning(
        "SS_API_ERROR_RESPONSE",
        job_id=error.details.get("job_id"),
        error_code=error.error_code,
        status_code=error.status,
        message=error.message,
    )
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return JSONResponse(error.body(), status_code=error.status, headers=headers)
