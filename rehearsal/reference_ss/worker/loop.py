"""The worker process: claims queued jobs one after the other until it is told to end."""

import os
import signal
from types import FrameType

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.journey.running import recover
from rehearsal.reference_ss.settings import Settings, SettingsError
from rehearsal.reference_ss.store.jobs import JobStore
from rehearsal.reference_ss.store.queue import Claim, Queue
from rehearsal.reference_ss.templates import TemplateLibrary
from rehearsal.reference_ss.worker.attempt import Attempts
from rehearsal.reference_ss.worker.job_runs import JobRuns
from rehearsal.reference_ss.worker.lease import renewed
from rehearsal.reference_ss.worker.shutdown import Interrupted, Shutdown
from rehearsal.reference_ss.worker.stata import StataRunner

_log = jsonlog.logger(__name__)


def run(settings: Settings) -> int:
    """Work until SIGTERM or SIGINT; a job under way is finished within the grace.

    Out: exit status. Raises SettingsError when the template library can't be read.
    """
    shutdown = Shutdown(settings.shutdown_grace_seconds)

    def request(_signal: int, _frame: FrameType | None) -> None:
        shutdown.request()

    signal.signal(signal.SIGTERM, request)
    signal.signal(signal.SIGINT, request)
    store, queue = JobStore(settings.jobs_dir), Queue(settings.queue_dir, settings.lease_seconds)
    store.prepare()
    queue.prepare()
    recover(store, queue)
    library = TemplateLibrary(settings.library_dir)
    runner = StataRunner(settings.stata_command, shutdown)
    _announce(settings, library, runner)
    runs = JobRuns(store, queue, Attempts(store, library, runner), settings.max_attempts)
    while not shutdown.requested:
        claim = queue.claim(settings.worker_id)
        if claim is None:
            shutdown.wait(settings.idle_sleep_seconds)
        else:
            _work(claim, runs, queue, settings)
    _log.info("SS_WORKER_SHUTDOWN_COMPLETE", worker_id=settings.worker_id, pid=os.getpid())
    return 0


def _work(claim: Claim, runs: JobRuns, queue: Queue, settings: Settings) -> None:
    _log.info("SS_QUEUE_CLAIMED", job_id=claim.job_id, claim_id=claim.claim_id, worker_id=settings.worker_id)
    try:
        with renewed(queue, claim, settings.worker_id, settings.lease_seconds):
            runs.work_off(claim)
    except Interrupted:
        queue.abandon(claim)
        _log.warning("SS_WORKER_JOB_ABANDONED", job_id=claim.job_id)
    except Exception:
        # One job that can't be worked on must not take the worker, and with it every other job, along.
        _log.exception("SS_WORKER_JOB_CRASHED", job_id=claim.job_id)
        runs.give_up(claim)
    else:
        queue.release(claim)


def _announce(settings: Settings, library: TemplateLibrary, runner: StataRunner) -> None:
    _log.info(
        "SS_WORKER_RUNNER_SELECTED",
        worker_id=settings.worker_id,
        runner=runner.name,
        stata_cmd=list(settings.stata_command),
    )
    try:
        families, templates = len(library.families()), len(library.usable())
    except SSError as error:
        raise SettingsError(error.error_code, error.message, library_dir=str(library.root)) from error
    _log.info("SS_DO_TEMPLATE_LIBRARY_WIRED", library_dir=str(library.root), families=families, templates=templates)
    _log.info("SS_WORKER_STARTUP", worker_id=settings.worker_id, pid=os.getpid())
