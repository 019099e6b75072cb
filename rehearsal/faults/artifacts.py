"""Results that are not listed, not to be had, not what the list says, or not there any more after a restart."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

SCENARIO = "Artifacts are contract-indexed and survive restart"


def _serving(change: Callable[[bytes], bytes], of: str) -> None:
    """Alters the bytes of downloads whose path ends like this."""
    from rehearsal.reference_ss.api import downloads

    @instead_of(downloads, "locate")
    def locate(original: Any, store: Any, job_id: str, artifact_id: str) -> Any:
        path = original(store, job_id, artifact_id)
        if not artifact_id.endswith(of):
            return path
        altered = Path(tempfile.mkdtemp(dir=store.folder(job_id))) / path.name
        altered.write_bytes(change(path.read_bytes()))
        return altered


def _after_a_restart(change: Callable[[Any, Any], None]) -> None:
    """Does something to each job that an API finds when it starts. In: the job, open for changes, and its folder."""
    from rehearsal.reference_ss.api import services

    @instead_of(services, "recover")
    def recover(original: Any, store: Any, queue: Any) -> None:
        original(store, queue)
        for job_id in store.ids():
            with store.edit(job_id) as job:
                change(job, store.folder(job_id))


def _starts_only_once(module: Any) -> None:
    """A lock that is left behind keeps the process from being started a second time."""
    from rehearsal.reference_ss.settings import SettingsError

    @instead_of(module, "run")
    def run(original: Any, settings: Any, **more: Any) -> Any:
        lock = settings.queue_dir / f"{module.__name__}.pid"
        if lock.exists():
            raise SettingsError("ALREADY_RUNNING", f"{lock.name} is there: another process runs")
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
        return original(settings, **more)


def _declared_and_not_indexed() -> None:
    from rehearsal.reference_ss.worker.evidence import RunEvidence

    @instead_of(RunEvidence, "keep_outputs")
    def keep_outputs(original: Any, self: Any, declared: Any, work: Any) -> Any:
        return original(self, declared[1:], work)


def _indexed_and_gone() -> None:
    from rehearsal.reference_ss.worker.job_runs import JobRuns

    @instead_of(JobRuns, "work_off")
    def work_off(original: Any, self: Any, claim: Any) -> None:
        original(self, claim)
        for file in self._store.folder(claim.job_id).glob("runs/*/artifacts/outputs/*.csv"):
            file.unlink()


def _other_bytes() -> None:
    _serving(lambda content: content.replace(b"1", b"2", 1), of=".csv")


def _truncated() -> None:
    _serving(lambda content: content[: len(content) // 2], of="stata.log")


def _web_page() -> None:
    _serving(lambda _: b"<!doctype html><title>Sign in</title>", of="run.meta.json")


def _another_jobs_metadata() -> None:
    from rehearsal.reference_ss.worker.evidence import RunEvidence

    @instead_of(RunEvidence, "keep_run")
    def keep_run(original: Any, self: Any, run: Any, failure: Any) -> None:
        own, self._job_id = self._job_id, "job_tc_0000000000000000"
        original(self, run, failure)
        self._job_id = own


def _another_jobs_file() -> None:
    from rehearsal.reference_ss.api import downloads

    @instead_of(downloads, "locate")
    def locate(original: Any, store: Any, job_id: str, artifact_id: str) -> Any:
        others = [store.folder(other) / artifact_id for other in store.ids() if other != job_id]
        return next((path for path in others if path.is_file()), original(store, job_id, artifact_id))


def _empty_outputs() -> None:
    from rehearsal.reference_ss.worker.evidence import RunEvidence

    @instead_of(RunEvidence, "keep_outputs")
    def keep_outputs(original: Any, self: Any, declared: Any, work: Any) -> Any:
        for output in declared:
            (work / output["file"]).write_bytes(b"")
        return original(self, declared, work)


def _index_lost() -> None:
    _after_a_restart(lambda job, _: setattr(job, "artifacts", []))


def _status_lost() -> None:
    _after_a_restart(lambda job, _: setattr(job, "status", "draft_ready"))


def _one_byte_changed() -> None:
    def flip(_job: Any, folder: Path) -> None:
        for file in folder.glob("runs/*/artifacts/outputs/*.csv"):
            content = bytearray(file.read_bytes())
            content[-2] ^= 1
            file.write_bytes(content)

    _after_a_restart(flip)


def _files_lost() -> None:
    def remove(_job: Any, folder: Path) -> None:
        for file in folder.glob("runs/*/artifacts/stata.log"):
            file.unlink()

    _after_a_restart(remove)


def _tokens_lost() -> None:
    import secrets

    from rehearsal.reference_ss.journey import access

    instead_of(access, "_installation_secret")(lambda _original, _path: secrets.token_bytes(32))


def _api_starts_only_once() -> None:
    from rehearsal.reference_ss.api import serve

    _starts_only_once(serve)


def _worker_starts_only_once() -> None:
    from rehearsal.reference_ss.worker import loop

    _starts_only_once(loop)


def _fault(name: str, what: str, apply: Callable[[], None], check: str, saw: str, **more: Any) -> Fault:
    given = {"severity": "critical", "where": ("api",), **more}
    return Fault(
        name=name, group="artifacts", what=what, scenario=SCENARIO, check=f"artifacts.{check}", saw=saw,
        verdict="NOT READY", apply=apply, **given,
    )  # fmt: skip


FAULTS = (
    _fault(
        "declared-and-not-indexed",
        "An output that the plan promises is neither kept nor missed.",
        _declared_and_not_indexed,
        "every_declared_output_is_listed",
        r"not in the index: table_R02_coefficients\.csv",
        where=("worker",),
    ),
    _fault(
        "indexed-and-gone",
        "The index lists tables whose files are not there.",
        _indexed_and_gone,
        "everything_listed_can_be_downloaded",
        r"table_R02_\w+\.csv.*404",
        where=("worker",),
    ),
    _fault(
        "other-bytes-than-announced",
        "A download has other bytes than those whose digest the index states, and as many.",
        _other_bytes,
        "bytes_match_the_index",
        r"table_R02_\w+\.csv: digest \w+… announced, other bytes came",
    ),
    _fault(
        "truncated-download",
        "A download ends in the middle of the file.",
        _truncated,
        "bytes_match_the_index",
        r"stata\.log: .*bytes announced",
    ),
    _fault(
        "web-page-for-a-file",
        "A download is a page to sign in on, with status 200.",
        _web_page,
        "bytes_match_the_index",
        r"run\.meta\.json: .*a web page came",
        severity="major",
    ),
    _fault(
        "another-jobs-metadata",
        "The metadata that is kept for a run is that of another job.",
        _another_jobs_metadata,
        "bytes_match_the_index",
        r"run\.meta\.json: of the job job_tc_0+",
        where=("worker",),
    ),
    _fault(
        "another-jobs-file",
        "A download is the file of the same name of another person's job.",
        _another_jobs_file,
        "bytes_match_the_index",
        r"inputs/manifest\.json: .*of the job job_tc_\w+",
        run=("Redeem returns a usable job token",),
    ),
    _fault(
        "empty-outputs",
        "The outputs that the plan promises are there, and empty.",
        _empty_outputs,
        "bytes_match_the_index",
        r"table_R02_\w+\.csv: declared, and empty",
        where=("worker",),
    ),
    _fault(
        "index-lost-at-restart",
        "After a restart the job lists no artifact any more.",
        _index_lost,
        "index_survives",
        r"0 artifacts after, \d+ before",
    ),
    _fault(
        "status-lost-at-restart",
        "After a restart a job that had succeeded is a draft again.",
        _status_lost,
        "status_survives",
        r"status draft_ready",
    ),
    _fault(
        "token-lost-at-restart",
        "After a restart nobody's token is valid any more.",
        _tokens_lost,
        "status_survives",
        r"403",
    ),
    _fault(
        "one-byte-changed-at-restart",
        "After a restart one byte of each table is another.",
        _one_byte_changed,
        "every_byte_survives",
        r"changed or gone: runs/\w+/artifacts/outputs/table_R02",
    ),
    _fault(
        "file-lost-at-restart",
        "After a restart the Stata log is listed and can't be had any more.",
        _files_lost,
        "every_byte_survives",
        r"changed or gone: runs/\w+/artifacts/stata\.log",
    ),
    _fault(
        "api-starts-only-once",
        "The API leaves a lock behind that keeps it from being started again.",
        _api_starts_only_once,
        "api_and_worker_really_restarted",
        r"ALREADY_RUNNING",
    ),
    _fault(
        "worker-starts-only-once",
        "The worker leaves a lock behind that keeps it from being started again.",
        _worker_starts_only_once,
        "api_and_worker_really_restarted",
        r"ALREADY_RUNNING",
        where=("worker",),
    ),
)
