"""The /v1 journey over HTTP. Each route says one sentence to the journey's rules and shows the answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, File, Form, Header, Path, Query, Request, UploadFile
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


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Parts = Annotated[Services, Depends(_services)]


def authorize(services: Parts, job_id: JobId, authorization: Annotated[str | None, Header()] = None) -> None:
    """Let only the bearer of the job's token in. Raises SSError: 401, 403, 404."""
    services.access.authorize(job_id, authorization)


redeem_router = APIRouter(prefix="/v1/task-codes", tags=["task codes"])
job_router = APIRouter(prefix="/v1/jobs/{job_id}", tags=["jobs"], dependencies=[Depends(authorize)])


@redeem_router.post("/redeem")
def redeem(services: Parts, request: RedeemRequest) -> dict[str, Any]:
    """Open the job of a task code."""
    return services.access.redeem(request.task_code, request.requirement)


@job_router.get("")
def job(services: Parts, job_id: JobId) -> dict[str, Any]:
    """The job: status, draft, latest run."""
    return views.job(services.store.load(job_id))


@job_router.post("/inputs/upload")
def upload(
    services: Parts, job_id: JobId, file: Annotated[list[UploadFile], File()], role: Annotated[list[str] | None, Form()] = None
) -> dict[str, Any]:
    """Take in the data set, a CSV."""
    if len(file) > 1:
        raise SSError(400, "INPUT_PRIMARY_DATASET_MULTIPLE", "one data set is taken, not several", job_id=job_id)
    if role and role != [PRIMARY]:
        raise SSError(400, "INPUT_ROLE_INVALID", f"the role can only be {PRIMARY}", job_id=job_id, roles=role)
    inputs = services.uploads.take(job_id, file[0].filename or "", file[0].file.read())
    return {"job_id": job_id, "manifest_rel_path": layout.INPUTS_MANIFEST, "fingerprint": inputs.fingerprint}


@job_router.get("/inputs/preview")
def inputs_preview(services: Parts, job_id: JobId, rows: Annotated[int, Query(ge=1, le=200)] = 20) -> dict[str, Any]:
    """Columns and first rows."""
    stored = services.store.load(job_id)
    return views.inputs_preview(stored, services.uploads.sample(stored, rows))


@job_router.get("/draft/preview", responses={202: {"description": "No data set was uploaded yet"}})
def draft_preview(services: Parts, job_id: JobId) -> JSONResponse:
    """The draft and the selected template; 202 before an upload."""
    if services.store.load(job_id).inputs is None:
        return JSONResponse(services.drafting.pending(), status_code=202)
    drafted = services.drafting.preview(job_id)
    return JSONResponse(views.draft(drafted, services.drafting.template_of(drafted)))


@job_router.post("/draft/patch")
def draft_patch(services: Parts, job_id: JobId, request: PatchRequest) -> dict[str, Any]:
    """Change fields of the draft."""
    patched, fields = services.drafting.patch(job_id, request.field_updates)
    return views.patched(patched, fields)


@job_router.post("/plan/freeze")
def plan_freeze(services: Parts, job_id: JobId, confirmation: Annotated[Confirmation | None, Body()] = None) -> dict[str, Any]:
    """Freeze the plan."""
    return {"job_id": job_id, "plan": services.planning.freeze(job_id, confirmation or Confirmation())}


@job_router.get("/plan")
def plan(services: Parts, job_id: JobId) -> dict[str, Any]:
    """The frozen plan."""
    return {"job_id": job_id, "plan": services.planning.read(job_id)}


@job_router.post("/run")
def run(services: Parts, job_id: JobId, output_formats: Annotated[list[str] | None, Query()] = None) -> dict[str, Any]:
    """Let the job run, or run again."""
    return views.scheduled(services.running.request(job_id, output_formats or []))


@job_router.get("/artifacts")
def artifacts(services: Parts, job_id: JobId) -> dict[str, Any]:
    """The index of artifacts."""
    return views.artifacts(services.store.load(job_id))


@job_router.get("/artifacts/{artifact_id:path}", response_class=FileResponse)
def artifact(services: Parts, job_id: JobId, artifact_id: str) -> FileResponse:
    """One artifact's bytes."""
    path = downloads.locate(services.store, job_id, artifact_id)
    return FileResponse(path, media_type="application/octet-stream", filename=path.name)
