"""Which file an artifact id names. Only what the job's index lists can be had, and never anything outside its folder."""

from pathlib import Path, PurePosixPath

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.store.jobs import JobStore

_log = jsonlog.logger(__name__)


def locate(store: JobStore, job_id: str, artifact_id: str) -> Path:
    """The file of an artifact. Raises SSError: 400 for a path that could lead out of the job, 404 for no artifact."""
    if not artifact_id or artifact_id[0] in "/~" or "\\" in artifact_id or ".." in PurePosixPath(artifact_id).parts:
        raise _unsafe(job_id)
    if artifact_id not in {entry.rel_path for entry in store.load(job_id).artifacts}:
        raise _not_found(job_id, artifact_id)
    folder = store.folder(job_id).resolve()
    path = (folder / artifact_id).resolve()
    if not path.is_relative_to(folder):
        raise _unsafe(job_id)
    if not path.is_file():
        raise _not_found(job_id, artifact_id)
    return path


def _unsafe(job_id: str) -> SSError:
    _log.warning("SS_ARTIFACT_PATH_UNSAFE", job_id=job_id)
    return SSError(400, "ARTIFACT_PATH_UNSAFE", "the artifact path is not safe", job_id=job_id)


def _not_found(job_id: str, artifact_id: str) -> SSError:
    return SSError(404, "ARTIFACT_NOT_FOUND", "there is no such artifact", job_id=job_id, rel_path=artifact_id)
