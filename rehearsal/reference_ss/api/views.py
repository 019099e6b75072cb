"""What the API shows of a job: the shapes of SS's answers, and nothing else."""

from collections import Counter
from typing import Any

from rehearsal.reference_ss.journey import missing
from rehearsal.reference_ss.journey.binding import candidates
from rehearsal.reference_ss.journey.inputs import PRIMARY, require_inputs
from rehearsal.reference_ss.store.models import Artifact, Draft, Inputs, Job, Run
from rehearsal.reference_ss.templates import TemplateMeta

_FORMAT = "csv"


def job(stored: Job) -> dict[str, Any]:
    """GET job. `latest_run.error` is the structured error of a failed run, else null."""
    return {
        "job_id": stored.job_id,
        "trace_id": stored.trace_id,
        "status": stored.status,
        "selected_template_id": stored.selection.template_id if stored.selection else None,
        "timestamps": {
            "created_at": stored.created_at.isoformat(),
            "scheduled_at": stored.scheduled_at.isoformat() if stored.scheduled_at else None,
        },
        "draft": stored.draft.model_dump(mode="json") if stored.draft else None,
        "artifacts": {
            "total": len(stored.artifacts),
            "by_kind": dict(Counter(entry.kind for entry in stored.artifacts)),
        },
        "latest_run": _run(stored.latest_run) if stored.latest_run else None,
    }


def inputs_preview(stored: Job, sample_rows: list[dict[str, Any]]) -> dict[str, Any]:
    """GET inputs/preview."""
    inputs = require_inputs(stored)
    return {
        "job_id": stored.job_id,
        "row_count": inputs.row_count,
        "column_count": len(inputs.columns),
        "sheet_names": [],
        "selected_sheet": None,
        "header_row": None,
        "columns": [{"name": column.name, "inferred_type": column.inferred_type} for column in inputs.columns],
        "sample_rows": sample_rows,
        "datasets": [{**_source(inputs), "sheet_names": [], "selected_sheet": None, "header_row": None}],
    }


def draft(stored: Job, template: TemplateMeta) -> dict[str, Any]:
    """GET draft/preview, once there is a draft. In: the metadata of the selected template."""
    inputs, shown = require_inputs(stored), _require_draft(stored)
    columns, whose = inputs.columns, {"dataset_key": inputs.dataset_key, "role": PRIMARY}
    return {
        "job_id": stored.job_id,
        "draft_text": shown.draft_text,
        "draft_id": shown.draft_id,
        "decision": "require_confirm",
        "status": "ready",
        "selected_template_id": template.id,
        **_variables(shown),
        "analysis_hints": shown.analysis_hints,
        "column_candidates": [column.name for column in columns],
        "column_candidates_v2": [{**whose, "name": column.name} for column in columns],
        "column_name_normalizations": [
            {**whose, "original_name": column.original_name, "normalized_name": column.name}
            for column in columns
            if column.original_name != column.name
        ],
        "required_variables": [
            {
                "field": parameter.name,
                "description": parameter.description,
                "candidates": candidates(parameter.name, columns),
            }
            for parameter in template.parameters
            if parameter.required
        ],
        "stage1_questions": missing.questions(),
        "open_unknowns": [],
        "variable_types": [{"name": column.name, "inferred_type": column.inferred_type} for column in columns],
        "data_sources": [_source(inputs)],
        "default_overrides": shown.default_overrides,
    }


def patched(stored: Job, fields: list[str]) -> dict[str, Any]:
    """POST draft/patch."""
    return {
        "status": "patched",
        "patched_fields": fields,
        "remaining_unknowns_count": 0,
        "open_unknowns": [],
        "draft_preview": _variables(_require_draft(stored)),
    }


def scheduled(stored: Job) -> dict[str, Any]:
    """POST run."""
    at = stored.scheduled_at.isoformat() if stored.scheduled_at else None
    return {"job_id": stored.job_id, "status": stored.status, "scheduled_at": at}


def artifacts(stored: Job) -> dict[str, Any]:
    """GET artifacts: the index."""
    return {"job_id": stored.job_id, "artifacts": [_artifact(entry) for entry in stored.artifacts]}


def _artifact(entry: Artifact) -> dict[str, Any]:
    return entry.model_dump(mode="json")


def _run(run: Run) -> dict[str, Any]:
    return run.model_dump(mode="json")


def _variables(shown: Draft) -> dict[str, Any]:
    return shown.model_dump(include={"outcome_var", "treatment_var", "controls", "group_var"})


def _require_draft(stored: Job) -> Draft:
    if stored.draft is None:
        raise AssertionError("shown only when there is a draft")
    return stored.draft


def _source(inputs: Inputs) -> dict[str, Any]:
    return {
        "dataset_key": inputs.dataset_key,
        "role": PRIMARY,
        "original_name": inputs.original_name,
        "format": _FORMAT,
    }
