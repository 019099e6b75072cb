"""The /v1 journey over HTTP. Each route says one sentence to the journey's rules and shows the answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, File, Form, Header, Path, Query, UploadFile
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel

from rehearsal.reference_ss.api import downloads, views
from rehearsal.reference_ss.api.services import Services
from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.journey.inputs import PRIMARY
from rehearsal.reference_ss.journey.planning import Confirmation
from rehearsal.reference_ss.store import layout

JobId = Annotated[str, Path()]


class RedeemRequest(BaseModel):
    """Body of redeem."""

    task_code: str
    requirement: str


class PatchRequest(BaseModel):
    """Body of draft/patch."""

    field_updates: dict[str, Any]


def router(services: Services) -> APIRouter:
    """Routes under /v1; all but redeem need the job's bearer token."""
    routes = APIRouter(prefix="/v1")
    routes.include_router(_open_routes(services))
    routes.include_router(_job_routes(services))
    return routes


def _open_routes(services: Services) -> APIRouter:
    routes = APIRouter(tags=["task codes"])

    @routes.post("/task-codes/redeem")
    def redeem(request: RedeemRequest) -> dict[str, Any]:
        return services.access.redeem(request.task_code, request.requirement)

    return routes


def _job_routes(services: Services) -> APIRouter:
    def authorize(job_id: JobId, authorization: Annotated[str | None, Header()] = None) -> None:
        services.access.authorize(job_id, authorization)

    routes = APIRouter(prefix="/jobs/{job_id}", tags=["jobs"], dependencies=[Depends(authorize)])

    @routes.get("")
    def job(job_id: JobId) -> dict[str, Any]:
        return views.job(services.store.load(job_id))

    @routes.post("/inputs/upload")
    def upload(
        job_id: JobId, file: Annotated[list[UploadFile], File()], role: Annotated[list[str] | None, Form()] = None
    ) -> dict[str, Any]:
        if len(file) > 1:
            raise SSError(400, "INPUT_PRIMARY_DATASET_MULTIPLE", "one data set is taken, not several", job_id=job_id)
        if role and role != [PRIMARY]:
            raise SSError(400, "INPUT_ROLE_INVALID", f"the role can only be {PRIMARY}", job_id=job_id, roles=role)
        inputs = services.uploads.take(job_id, file[0].filename or "", file[0].file.read())
        return {"job_id": job_id, "manifest_rel_path": layout.INPUTS_MANIFEST, "fingerprint": inputs.fingerprint}

    @routes.get("/inputs/preview")
    def inputs_preview(job_id: JobId, rows: Annotated[int, Query(ge=1, le=200)] = 20) -> dict[str, Any]:
        stored = services.store.load(job_id)
        return views.inputs_preview(stored, services.uploads.sample(stored, rows))

    @routes.get("/draft/preview", responses={202: {"description": "No data set was uploaded yet"}})
    def draft_preview(job_id: JobId) -> JSONResponse:
        if services.store.load(job_id).inputs is None:
            return JSONResponse(services.drafting.pending(), status_code=202)
        drafted = services.drafting.preview(job_id)
        return JSONResponse(views.draft(drafted, services.drafting.template_of(drafted)))

    @routes.post("/draft/patch")
    def draft_patch(job_id: JobId, request: PatchRequest) -> dict[str, Any]:
        patched, fields = services.drafting.patch(job_id, request.field_updates)
        return views.patched(patched, fields)

    @routes.post("/plan/freeze")
    def plan_freeze(job_id: JobId, confirmation: Annotated[Confirmation | None, Body()] = None) -> dict[str, Any]:
        return {"job_id": job_id, "plan": services.planning.freeze(job_id, confirmation or Confirmation())}

    @routes.get("/plan")
    def plan(job_id: JobId) -> dict[str, Any]:
        return {"job_id": job_id, "plan": services.planning.read(job_id)}

    @routes.post("/run")
    def run(job_id: JobId, output_formats: Annotated[list[str] | None, Query()] = None) -> dict[str, Any]:
        return views.scheduled(services.running.request(job_id, output_formats or []))

    @routes.get("/artifacts")
    def artifacts(job_id: JobId) -> dict[str, Any]:
        return views.artifacts(services.store.load(job_id))

    @routes.get("/artifacts/{artifact_id:path}", response_class=FileResponse)
    def artifact(job_id: JobId, artifact_id: str) -> FileResponse:
        path = downloads.locate(services.store, job_id, artifact_id)
        return FileResponse(path, media_type="application/octet-stream", filename=path.name)

    return routes
