"""Too slow, too early, in the wrong order, now and then, or not for long."""

import itertools
import os
import time
from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

JOURNEY = "A person comes from a task code to downloaded results"
ARTIFACTS = "Artifacts are contract-indexed and survive restart"
ALIVE = "SS stays up while it is audited"


def _showing_the_job(change: Callable[[dict[str, Any], int], None]) -> None:
    """Alters what is shown of a job. In: what is shown, and how often a job was shown since it had ended, from 1."""
    from rehearsal.reference_ss.api import views

    ended = itertools.count(1)

    @instead_of(views, "job")
    def job(original: Any, stored: Any) -> Any:
        shown = original(stored)
        change(shown, next(ended) if stored.status == "succeeded" else 0)
        return shown


def _draft_too_slow() -> None:
    from rehearsal.reference_ss.journey.drafting import Drafting

    @instead_of(Drafting, "preview")
    def preview(original: Any, self: Any, job_id: str) -> Any:
        time.sleep(6)
        return original(self, job_id)


def _job_too_slow() -> None:
    from rehearsal.reference_ss.worker.attempt import Attempts

    @instead_of(Attempts, "execute")
    def execute(original: Any, self: Any, job: Any, run: Any) -> Any:
        time.sleep(12)
        return original(self, job, run)


def _every_third_download_breaks() -> None:
    from rehearsal.reference_ss.api import downloads
    from rehearsal.reference_ss.errors import SSError

    turn = itertools.count(1)

    @instead_of(downloads, "locate")
    def locate(original: Any, *given: Any) -> Any:
        if next(turn) % 3 == 0:
            raise SSError(503, "STORE_BUSY", "the store is busy")
        return original(*given)


def _status_goes_back() -> None:
    def change(shown: dict[str, Any], turn: int) -> None:
        shown["status"] = {1: "running", 2: "queued"}.get(turn, shown["status"])

    _showing_the_job(change)


def _end_before_the_results() -> None:
    from rehearsal.reference_ss.api import views

    asked = itertools.count(1)

    @instead_of(views, "artifacts")
    def artifacts(original: Any, stored: Any) -> Any:
        shown = original(stored)
        if stored.status == "succeeded" and next(asked) == 1:
            shown["artifacts"] = [row for row in shown["artifacts"] if "/outputs/" not in row["rel_path"]]
        return shown


def _api_dies_at_each_run() -> None:
    from rehearsal.reference_ss.journey.running import Running

    instead_of(Running, "request")(lambda _original, *_: os._exit(70))


def _worker_dies_at_each_job() -> None:
    from rehearsal.reference_ss.worker.attempt import Attempts

    # Else it may come by the job that it left while it is being started again, or may not: as the machine is busy.
    os.environ["SS_QUEUE_LEASE_TTL_SECONDS"] = "600"
    instead_of(Attempts, "execute")(lambda _original, *_: os._exit(70))


def _fault(name: str, what: str, apply: Callable[[], None], check: str, saw: str, **more: Any) -> Fault:
    given = {"severity": "critical", "where": ("api",), **more}
    return Fault(name=name, group="time", what=what, check=check, saw=saw, verdict="NOT READY", apply=apply, **given)


FAULTS = (
    _fault(
        "draft-too-slow",
        "The draft takes longer than anybody waits.",
        _draft_too_slow,
        "journey.draft_is_ready",
        r"[Tt]ime.?[Oo]ut|timed out",
        scenario=JOURNEY,
        severity="major",
        settings={"timeout_http": "3"},
    ),
    _fault(
        "job-too-slow",
        "A job is still running when the time that it may take is over.",
        _job_too_slow,
        "journey.job_succeeds",
        r"still 'running' after 4 s",
        scenario=JOURNEY,
        severity="major",
        where=("worker",),
        settings={"timeout_job": "4"},
    ),
    _fault(
        "every-third-download-breaks",
        "Every third download is refused because the store is busy.",
        _every_third_download_breaks,
        "artifacts.everything_listed_can_be_downloaded",
        r"503",
        scenario=ARTIFACTS,
        severity="major",
    ),
    _fault(
        "status-goes-back",
        "A job that was running is shown as queued again before it has succeeded.",
        _status_goes_back,
        "journey.job_succeeds",
        r"running → queued → succeeded",
        scenario=JOURNEY,
        severity="minor",
    ),
    _fault(
        "end-before-the-results",
        "A job has succeeded, and its results are listed only a moment later.",
        _end_before_the_results,
        "artifacts.nothing_comes_after_the_end",
        r"came or changed after it: runs/",
        scenario=ARTIFACTS,
        severity="major",
    ),
    _fault(
        "api-dies-at-each-run",
        "The API ends whenever a job is to run, also after it was started again.",
        _api_dies_at_each_run,
        "started.nothing_dies_unasked",
        r"api \(pid \d+\) ended unasked, exit status 70: again after a restart",
        scenario=ALIVE,
        run=(JOURNEY,),
    ),
    _fault(
        "worker-dies-at-each-job",
        "The worker ends at every job, also after it was started again.",
        _worker_dies_at_each_job,
        "started.nothing_dies_unasked",
        r"worker \(pid \d+\) ended unasked, exit status 70: again after a restart",
        scenario=ALIVE,
        run=(JOURNEY,),
        where=("worker",),
        settings={"timeout_job": "5"},
    ),
)
