"""A claimed job: its runs are opened and closed here, and its status moves on."""

import uuid

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.store.jobs import JobStore, add_to_index
from rehearsal.reference_ss.store.models import Artifact, Job, Run, RunFailure, now
from rehearsal.reference_ss.store.queue import Claim, Queue
from rehearsal.reference_ss.worker.attempt import AttemptResult, Attempts
from rehearsal.reference_ss.worker.evidence import RunEvidence

_WORKER_LOST = "WORKER_LOST"

_log = jsonlog.logger(__name__)


class JobRuns:
    """Works off claims. `max_attempts` is how many workers in a row a job may lose before it fails."""

    def __init__(self, store: JobStore, queue: Queue, attempts: Attempts, max_attempts: int) -> None:
        self._store = store
        self._queue = queue
        self._attempts = attempts
        self._max_attempts = max_attempts

    def work_off(self, claim: Claim) -> None:
        """Run the job, and show how it ended: artifacts, run and status become visible in one step.

        A job that is not waiting is left alone. Raises Interrupted when the worker has to go first.
        """
        opened = self._open(claim.job_id)
        if opened is None:
            return
        job, run = opened
        _log.info("SS_WORKER_ATTEMPT_START", job_id=job.job_id, run_id=run.run_id, attempt=run.attempt)
        result = self._attempts.execute(job, run)
        _log.info("SS_WORKER_ATTEMPT_DONE", job_id=job.job_id, run_id=run.run_id, ok=result.failure is None)
        with self._store.edit(job.job_id) as stored:
            if not self._queue.is_held(claim):
                _log.warning("SS_WORKER_CLAIM_LOST", job_id=job.job_id, run_id=run.run_id)
                return
            _close(stored, run.run_id, result)
        _log.info("SS_WORKER_JOB_DONE", job_id=job.job_id, run_id=run.run_id, status=stored.status)

    def give_up(self, claim: Claim) -> None:
        """Fail a job that this worker can't work on, and take it out of the queue."""
        failure = RunFailure(error_code="WORKER_INTERNAL_ERROR", message="unexpected error; the worker's log says more")
        try:
            with self._store.edit(claim.job_id) as job:
                if self._queue.is_held(claim) and job.status in ("queued", "running"):
                    self._close_lost(job, failure)
                    job.status = "failed"
        except Exception:
            _log.exception("SS_WORKER_JOB_UNREADABLE", job_id=claim.job_id)
        self._queue.release(claim)

    def _open(self, job_id: str) -> tuple[Job, Run] | None:
        with self._store.edit(job_id) as job:
            if job.status not in ("queued", "running"):
                _log.warning("SS_WORKER_JOB_NOT_READY", job_id=job_id, status=job.status)
                return None
            self._close_lost(job, RunFailure(error_code=_WORKER_LOST, message="the worker died during this run"))
            if _lost_since_scheduled(job) >= self._max_attempts:
                job.status = "failed"
                _log.error("SS_WORKER_JOB_DONE", job_id=job_id, status=job.status, error_code=_WORKER_LOST)
                return None
            run = Run(run_id=uuid.uuid4().hex, attempt=len(job.runs) + 1, status="running", started_at=now())
            job.runs.append(run)
            job.status = "running"
        return job, run

    def _close_lost(self, job: Job, failure: RunFailure) -> None:
        for run in job.runs:
            if run.status == "running":
                _log.warning("SS_WORKER_ATTEMPT_LOST", job_id=job.job_id, run_id=run.run_id, attempt=run.attempt)
                _close(job, run.run_id, AttemptResult(failure, self._evidence_of_lost(job, run, failure)))

    def _evidence_of_lost(self, job: Job, run: Run, failure: RunFailure) -> list[Artifact]:
        evidence = RunEvidence(self._store.folder(job.job_id), job.job_id, run.run_id, self._attempts.runner_name)
        evidence.keep_run(None, failure)
        return self._store.describe(job.job_id, evidence.entries)


def _close(job: Job, run_id: str, result: AttemptResult) -> None:
    run = next(run for run in job.runs if run.run_id == run_id)
    run.status = "succeeded" if result.failure is None else "failed"
    run.error = result.failure
    run.ended_at = now()
    run.artifacts_count = len(result.artifacts)
    add_to_index(job, result.artifacts)
    job.status = run.status


def _lost_since_scheduled(job: Job) -> int:
    return sum(
        run.error is not None
        and run.error.error_code == _WORKER_LOST
        and (job.scheduled_at is None or run.started_at >= job.scheduled_at)
        for run in job.runs
    )
