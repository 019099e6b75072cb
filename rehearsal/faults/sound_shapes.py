"""Sound systems that show things in another shape than the reference SS does, or don't show them."""

import hashlib
from typing import Any

from rehearsal.faults.model import Variant
from rehearsal.faults.patching import instead_of
from rehearsal.faults.rewriting import answering


def _unpublished() -> None:
    from rehearsal.reference_ss.api import app

    instead_of(app, "FastAPI")(lambda original, **named: original(**{**named, "openapi_url": None}))


def _draft_inside() -> None:
    from rehearsal.reference_ss.api import views

    names = {"outcome_var": "outcome_column", "treatment_var": "treatment_column", "controls": "control_columns"}

    @instead_of(views, "draft")
    def draft(original: Any, *given: Any) -> Any:
        shown = original(*given)
        inside = {names.get(name, name): value for name, value in shown.items() if name not in ("job_id", "draft_text")}
        return {"job_id": shown["job_id"], "draft_preview": inside}


def _opaque_ids() -> None:
    from rehearsal.reference_ss.api import downloads, views

    def opaque(rel_path: str) -> str:
        return f"art_{hashlib.sha256(rel_path.encode()).hexdigest()[:20]}"

    @instead_of(views, "artifacts")
    def artifacts(original: Any, stored: Any) -> Any:
        shown = original(stored)
        for row in shown["artifacts"]:
            path = row.pop("rel_path")
            row["folder"], _, row["filename"] = path.rpartition("/")
            row["artifact_id"] = opaque(path)
        return shown

    @instead_of(downloads, "locate")
    def locate(original: Any, store: Any, job_id: str, artifact_id: str) -> Any:
        paths = {opaque(entry.rel_path): entry.rel_path for entry in store.load(job_id).artifacts}
        return original(store, job_id, paths.get(artifact_id, "nothing-of-this-id"))


def _flat_plan() -> None:
    frozen: set[str] = set()

    def flat(status: int, value: Any) -> tuple[int, Any]:
        if "plan" not in value:
            return status, value
        beside = {"job_status": "succeeded"} if value["job_id"] in frozen else {"job_status": "ready", "is_idempotent": False}
        frozen.add(value["job_id"])
        return status, {"job_id": value["job_id"], **beside, **value["plan"]}

    answering(flat)


VARIANTS = (
    Variant("sound-unpublished", "The API publishes no OpenAPI document.", where=("api",), apply=_unpublished),
    Variant(
        "sound-draft-inside",
        "The draft lies in `draft_preview`, and says `outcome_column` for its outcome.",
        where=("api",),
        apply=_draft_inside,
    ),
    Variant(
        "sound-opaque-ids",
        "Artifacts are downloaded by an id that tells nothing; file name and folder stand beside it.",
        where=("api",),
        apply=_opaque_ids,
    ),
    Variant(
        "sound-flat-plan",
        "The plan lies flat in the answer, beside the job's status and whether it was frozen before.",
        where=("api",),
        apply=_flat_plan,
    ),
)
