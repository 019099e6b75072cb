"""Sound systems that answer in another way over HTTP than the reference SS does."""

import re
import uuid
from typing import Any

from rehearsal.faults.model import Variant
from rehearsal.faults.patching import instead_of
from rehearsal.faults.rewriting import answering

NAMED_BY_OTHERS = ("sample_rows", "bound_values", "template_params", "by_kind", "default_overrides")


def _camel_case() -> None:
    def camel(name: str) -> str:
        return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda found: found[1].upper(), name)

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {camel(k): v if k in NAMED_BY_OTHERS else renamed(v) for k, v in value.items()}

    answering(lambda status, value: (status, renamed(value)))


def _other_names() -> None:
    names = {
        "job_id": "id", "token": "access_token", "status": "state", "artifacts": "files", "rel_path": "path", "kind": "type",
        "error_code": "code", "template_id": "template", "missing_required": "missing", "dependencies": "required_packages",
        "outputs_contract": "expected_outputs", "archive_dir_rel_path": "storage_location", "selection": "why_this_template",
        "reason": "rationale", "bound_values": "bindings", "missing_fields": "missing_inputs",
    }  # fmt: skip

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {names.get(k, k): renamed(v) for k, v in value.items() if k != "template_params"}

    answering(lambda status, value: (status, renamed(value)))


def _envelope() -> None:
    def wrapped(status: int, value: Any) -> tuple[int, Any]:
        meta = {"request_id": uuid.uuid4().hex, "api": "reference"}
        if status < 400:
            return status, {"ok": True, "data": value, "meta": meta}
        code, message = value.pop("error_code"), value.pop("message")
        return status, {"ok": False, "error": {"code": code, "message": message, "context": value}, "meta": meta}

    answering(wrapped)


def _problem_details() -> None:
    def problem(status: int, value: Any) -> tuple[int, Any]:
        if status < 400:
            return status, value
        code, message = value.pop("error_code"), value.pop("message")
        kind = f"urn:ss:problem:{code.lower().replace('_', '-')}"
        return status, {"type": kind, "title": message, "status": status, "detail": message, **value}

    answering(problem)


def _refusals_are_401() -> None:
    answering(lambda status, value: (401 if status == 403 else status, value))


def _refusals_are_404() -> None:
    def hidden(status: int, value: Any) -> tuple[int, Any]:
        if status in (401, 403):
            return 404, {"error_code": "JOB_NOT_FOUND", "message": "there is no such job"}
        return status, value

    answering(hidden)


def _other_status_words() -> None:
    words = {"queued": "PENDING", "running": "IN_PROGRESS", "succeeded": "COMPLETED", "failed": "ERROR"}

    def said(value: Any) -> Any:
        if isinstance(value, list):
            return [said(item) for item in value]
        if not isinstance(value, dict):
            return value
        return {k: words.get(v, v) if k == "status" and isinstance(v, str) else said(v) for k, v in value.items()}

    answering(lambda status, value: (status, said(value)))


def _extra_routes_and_fields() -> None:
    from rehearsal.reference_ss.api import serve

    def more(status: int, value: Any) -> tuple[int, Any]:
        return status, {"api_version": "1.9", "links": {"self": "/v1/jobs"}, **value, "warnings": [], "x": None}

    answering(more)

    @instead_of(serve, "build_app")
    def build_app(original: Any, *given: Any) -> Any:
        app = original(*given)
        app.get("/version")(lambda: {"version": "1.9"})
        app.get("/metrics", include_in_schema=False)(lambda: "ss_jobs_total 1")
        app.get("/v2/templates")(lambda: {"templates": []})
        return app


def _unversioned_health() -> None:
    from fastapi import APIRouter

    from rehearsal.reference_ss.api import health

    router = APIRouter()
    router.get("/healthz")(health.live)
    router.get("/readyz")(health.ready)
    health.router = router


def _index_by_path() -> None:
    from rehearsal.reference_ss.api import views

    @instead_of(views, "artifacts")
    def artifacts(original: Any, stored: Any) -> Any:
        rows = original(stored)["artifacts"]
        return {"artifacts": {row["rel_path"]: {"type": row["kind"], **row["meta"]} for row in rows}}


def _index_after_the_freeze() -> None:
    from rehearsal.reference_ss.api import views
    from rehearsal.reference_ss.errors import SSError

    @instead_of(views, "artifacts")
    def artifacts(original: Any, stored: Any) -> Any:
        if stored.latest_run is None and stored.plan is None:
            raise SSError(409, "ARTIFACTS_NOT_READY", "the job has not run yet", job_id=stored.job_id)
        return original(stored)


def _draft_takes_its_time() -> None:
    from rehearsal.reference_ss.api import serve

    asked: set[str] = set()

    @instead_of(serve, "build_app")
    def build_app(original: Any, services: Any, *given: Any) -> Any:
        app = original(services, *given)
        app.add_middleware(_NotYet, asked=asked, access=services.access)
        return app


class _NotYet:
    """ASGI middleware: the first request for each draft by who may see it is answered with 202."""

    def __init__(self, app: Any, asked: set[str], access: Any) -> None:
        self._app, self._asked, self._access = app, asked, access

    def _may_see(self, path: str, headers: Any) -> bool:
        shown = dict(headers).get(b"authorization")
        try:
            self._access.authorize(path.split("/")[3], shown and shown.decode())
        except Exception:
            return False
        return True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        from starlette.responses import JSONResponse

        path = scope.get("path", "")
        if path.endswith("/draft/preview") and path not in self._asked and self._may_see(path, scope["headers"]):
            self._asked.add(path)
            pending = JSONResponse({"status": "pending", "retry_after_seconds": 0.2}, status_code=202)
            await pending(scope, receive, send)
            return
        await self._app(scope, receive, send)


VARIANTS = (
    Variant("sound-camel-case", "Every field has a name in camel case.", where=("api",), apply=_camel_case),
    Variant(
        "sound-other-names",
        "Fields have other usual names: state, access_token, files, path.",
        where=("api",),
        apply=_other_names,
    ),
    Variant("sound-envelope", "Every answer lies in an envelope with an id of its own.", where=("api",), apply=_envelope),
    Variant("sound-problem-details", "Errors are problem details (RFC 9457).", where=("api",), apply=_problem_details),
    Variant("sound-401-for-403", "Whoever may not is answered with 401.", where=("api",), apply=_refusals_are_401),
    Variant("sound-404-for-403", "Jobs of others are as if they were not there.", where=("api",), apply=_refusals_are_404),
    Variant("sound-status-words", "A job's status has other words, in capitals.", where=("api",), apply=_other_status_words),
    Variant(
        "sound-extra-routes",
        "There are more routes, and more fields in each answer.",
        where=("api",),
        apply=_extra_routes_and_fields,
    ),
    Variant("sound-other-health", "Health is asked at /healthz and /readyz.", where=("api",), apply=_unversioned_health),
    Variant(
        "sound-index-by-path",
        "The index of artifacts is an object with the paths as its keys.",
        where=("api",),
        apply=_index_by_path,
    ),
    Variant(
        "sound-index-after-the-freeze",
        "Before a plan is frozen the index of artifacts is answered with 409.",
        where=("api",),
        apply=_index_after_the_freeze,
    ),
    Variant("sound-draft-pending", "The first answer for each draft is: not yet.", where=("api",), apply=_draft_takes_its_time),
)
