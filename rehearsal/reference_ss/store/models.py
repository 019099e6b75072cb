"""What a job is on disk (`job.json`)."""

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel

JobStatus = Literal["created", "draft_ready", "queued", "running", "succeeded", "failed"]
RunStatus = Literal["running", "succeeded", "failed"]


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


class Artifact(BaseModel):
    """One entry of a job's artifact index. `meta` holds size (bytes) and sha256 (hex) of the file."""

    kind: str
    rel_path: str
    created_at: datetime
    meta: dict[str, Any]


class Column(BaseModel):
    """A column of the data set under the name that Stata will give it. `distinct` counts its non-empty values."""

    name: str
    original_name: str
    inferred_type: Literal["integer", "number", "string"]
    distinct: int

    @property
    def is_numeric(self) -> bool:
        return self.inferred_type != "string"


class Inputs(BaseModel):
    """The uploaded data set. `fingerprint` is sha256:<hex> of its bytes."""

    dataset_key: str
    original_name: str
    rel_path: str
    fingerprint: str
    row_count: int
    columns: list[Column]


class Draft(BaseModel):
    """The LLM's reading of the requirement, with the user's patches."""

    draft_id: str
    draft_text: str
    outcome_var: str | None = None
    treatment_var: str | None = None
    controls: list[str] = []
    group_var: str | None = None
    analysis_hints: list[str] = []
    default_overrides: dict[str, Any] = {}
    llm_call_id: str


class Selection(BaseModel):
    """The template that the LLM chose, out of which ones, and why."""

    template_id: str
    reason: str
    confidence: float
    candidate_template_ids: list[str]
    llm_call_id: str
    evidence_rel_path: str


class RunFailure(BaseModel):
    """Why a run failed. `exit_code` is null when Stata did not end by itself."""

    error_code: str
    message: str
    details: dict[str, Any] = {}
    exit_code: int | None = None
    timed_out: bool = False


class Run(BaseModel):
    """One attempt to execute the plan."""

    run_id: str
    attempt: int
    status: RunStatus
    started_at: datetime
    ended_at: datetime | None = None
    artifacts_count: int = 0
    error: RunFailure | None = None


class Job(BaseModel):
    """Everything about a job but the bytes of its artifacts."""

    job_id: str
    trace_id: str
    status: JobStatus = "created"
    requirement: str
    created_at: datetime
    scheduled_at: datetime | None = None
    token_expires_at: datetime
    inputs: Inputs | None = None
    draft: Draft | None = None
    selection: Selection | None = None
    plan: dict[str, Any] | None = None
    confirmation: dict[str, Any] | None = None
    runs: list[Run] = []
    artifacts: list[Artifact] = []

    @property
    def latest_run(self) -> Run | None:
        return self.runs[-1] if self.runs else None
