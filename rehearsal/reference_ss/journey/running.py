"""Handing a job to the worker: first run, repeated request, retry after a failure, recovery after a crash."""

from collections.abc import Sequence

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.journey.planning import Confirmation, Planning
from rehearsal.reference_ss.store.jobs import JobStore
from rehearsal.reference_ss.store.models import Job, now
from rehearsal.reference_ss.store.queue import Queue

_OUTPUT_FORMATS = ("csv", "log", "do")

_log = jsonlog.logger(__name__)


class Running:
    """Queues jobs of `store`."""

    def __init__(self, store: JobStore, queue: Queue, planning: Planning) -> None:
        self._store = store
        self._queue = queue
        self._planning = planning

    def request(self, job_id: str, output_formats: Sequence[str]) -> Job:
        """Let the job run; a failed one runs again on the same plan, one under way or done stays as it is.

        A plan that is not frozen is frozen first. Raises SSError: 409 before a draft, and what a freeze raises.
        """
        unknown = sorted(set(output_formats) - set(_OUTPUT_FORMATS))
        if unknown:
            message = "these output formats are not offered"
            raise SSError(400, "OUTPUT_FORMATS_INVALID", message, formats=unknown, supported=list(_OUTPUT_FORMATS))
        status = self._store.load(job_id).status
        if status == "created":
            message = "a job without a draft can't run: created -> queued"
            raise SSError(409, "JOB_ILLEGAL_TRANSITION", message, job_id=job_id, status=status, requested="queued")
        if status == "draft_ready":
            self._planning.freeze(job_id, Confirmation())
        job = self._queued(job_id)
        if job.status == "queued":
            self._queue.put(job_id)
            _log.info("SS_JOB_ENQUEUED", job_id=job_id)
        return job

    def _queued(self, job_id: str) -> Job:
        with self._store.edit(job_id) as job:
            if job.status in ("queued", "running", "succeeded"):
                _log.info("SS_JOB_RUN_IDEMPOTENT", job_id=job_id, status=job.status)
                return job
            event = "SS_JOB_RUN_RETRY_QUEUED" if job.status == "failed" else "SS_JOB_RUN_QUEUED"
            job.status = "queued"
            job.scheduled_at = now()
        _log.info(event, job_id=job_id)
        return job


def recover(store: JobStore, queue: Queue) -> None:
    """Put back into the queue what a crash left waiting outside of it."""
    for job_id in store.ids():
        try:
            status = store.load(job_id).status
        except SSError as error:
            _log.error("SS_JOB_UNREADABLE", job_id=job_id, error_code=error.error_code)
            continue
        if status in ("queued", "running") and not queue.holds(job_id):
            queue.put(job_id)
            _log.warning("SS_JOB_RECOVERED", job_id=job_id, status=status)
