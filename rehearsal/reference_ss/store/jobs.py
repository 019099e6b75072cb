"""The job store: one folder a job, `job.json` in it, replaced whole under a lock that API and worker share."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.store import files
from rehearsal.reference_ss.store.models import Artifact, Job, now

_SAFE_JOB_ID = re.compile(r"[A-Za-z0-9_-]{1,80}")
_JOB_FILE = "job.json"
_LOCK_FILE = ".lock"
_OWNER_ONLY = 0o600


class JobStore:
    """Jobs by id, under `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def prepare(self) -> None:
        """Make the store's folder. Raises OSError when it can't be used."""
        self._root.mkdir(parents=True, exist_ok=True)

    def folder(self, job_id: str) -> Path:
        """Where a job's files lie. Raises SSError (400) for an id that could leave the store."""
        if not _SAFE_JOB_ID.fullmatch(job_id):
            raise SSError(400, "JOB_ID_UNSAFE", "job id is not valid")
        return self._root / job_id

    def create(self, job: Job) -> bool:
        """Store a new job. Out: False, and nothing changed, when the id is taken."""
        folder = self.folder(job.job_id)
        folder.mkdir(parents=True, exist_ok=True)
        with files.locked(folder / _LOCK_FILE):
            if (folder / _JOB_FILE).exists():
                return False
            self._write(job)
        files.sync_folder(self._root)
        return True

    def load(self, job_id: str) -> Job:
        """The job as it is now. Raises SSError: 404 unknown, 500 unreadable."""
        path = self.folder(job_id) / _JOB_FILE
        try:
            return Job.model_validate_json(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            raise SSError(404, "JOB_NOT_FOUND", f"job not found: {job_id}", job_id=job_id) from None
        except (ValidationError, OSError) as error:
            raise SSError(500, "JOB_DATA_CORRUPTED", f"job data cannot be read: {job_id}", job_id=job_id) from error

    @contextmanager
    def edit(self, job_id: str) -> Iterator[Job]:
        """The job, for changes; stored when the block ends, left as it was when the block raises."""
        self.load(job_id)
        with files.locked(self.folder(job_id) / _LOCK_FILE):
            job = self.load(job_id)
            yield job
            self._write(job)

    def ids(self) -> list[str]:
        """Every job's id."""
        return sorted(path.parent.name for path in self._root.glob(f"*/{_JOB_FILE}"))

    def describe(self, job_id: str, entries: Iterable[tuple[str, str]]) -> list[Artifact]:
        """Index entries for files that lie in the job's folder. In: pairs of kind and path relative to that folder."""
        folder = self.folder(job_id)
        return [_entry(folder, kind, rel_path) for kind, rel_path in entries]

    def _write(self, job: Job) -> None:
        text = job.model_dump_json(indent=2)
        files.write_text(self.folder(job.job_id) / _JOB_FILE, text, mode=_OWNER_ONLY)


def add_to_index(job: Job, artifacts: Iterable[Artifact]) -> None:
    """Put entries into the job's index; an entry for the same path replaces the older one."""
    entries = {entry.rel_path: entry for entry in job.artifacts}
    entries.update({entry.rel_path: entry for entry in artifacts})
    job.artifacts = list(entries.values())


def _entry(folder: Path, kind: str, rel_path: str) -> Artifact:
    path = folder / rel_path
    meta = {"size": path.stat().st_size, "sha256": files.sha256_of(path)}
    return Artifact(kind=kind, rel_path=rel_path, created_at=now(), meta=meta)
