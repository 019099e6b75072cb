"""The queue on disk: `queued/<job>.json` waits, `claimed/<job>.json` is being worked on under a lease.

A claim whose lease ran out belonged to a worker that died, and is claimed again. Every change happens under one lock
and leaves, at any moment, at least one of the two files: a job can be seen twice, never be lost.
"""

import json
import time
import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.reference_ss.store import files
from rehearsal.reference_ss.store.models import now


@dataclass(frozen=True)
class Claim:
    """A worker's right to run a job. `claim_id` tells it from an earlier or later claim of the same job."""

    job_id: str
    claim_id: str


class Queue:
    """Job ids waiting for a worker, oldest first, under `root`. `lease_seconds` is how long a claim lasts unrenewed."""

    def __init__(self, root: Path, lease_seconds: float) -> None:
        self._root = root
        self._queued = root / "queued"
        self._claimed = root / "claimed"
        self._lease_seconds = lease_seconds

    def prepare(self) -> None:
        """Make the queue's folders. Raises OSError when they can't be used."""
        self._queued.mkdir(parents=True, exist_ok=True)
        self._claimed.mkdir(parents=True, exist_ok=True)

    def put(self, job_id: str) -> None:
        """Let a job wait for a worker; one that waits already keeps its place."""
        with self._locked():
            if not self._waiting(job_id).exists():
                files.write_json(self._waiting(job_id), {"job_id": job_id, "enqueued_at": now().isoformat()})

    def holds(self, job_id: str) -> bool:
        """Whether the job waits or is claimed."""
        with self._locked():
            return self._waiting(job_id).exists() or self._lease(job_id).exists()

    def claim(self, worker_id: str) -> Claim | None:
        """Take the oldest job that nobody works on. Out: None when there is none."""
        with self._locked():
            for job_id in self._expired() + self._by_age():
                if self._is_leased(job_id):
                    continue
                claim = Claim(job_id, uuid.uuid4().hex)
                self._write_lease(claim, worker_id)
                self._waiting(job_id).unlink(missing_ok=True)
                return claim
        return None

    def renew(self, claim: Claim, worker_id: str) -> bool:
        """Prolong the lease. Out: False when the claim has passed to somebody else."""
        with self._locked():
            if not self._is_ours(claim):
                return False
            self._write_lease(claim, worker_id)
            return True

    def is_held(self, claim: Claim) -> bool:
        """Whether the claim is still the one in force."""
        with self._locked():
            return self._is_ours(claim)

    def abandon(self, claim: Claim) -> None:
        """Let the lease end at once, so that another worker takes the job."""
        with self._locked():
            if self._is_ours(claim):
                files.write_json(self._lease(claim.job_id), {"job_id": claim.job_id, "lease_expires_at": 0})

    def release(self, claim: Claim) -> None:
        """The job is done with: take it out of the queue, unless the claim has passed to somebody else."""
        with self._locked():
            if self._is_ours(claim):
                self._lease(claim.job_id).unlink(missing_ok=True)
                files.sync_folder(self._claimed)

    def _locked(self) -> AbstractContextManager[None]:
        return files.locked(self._root / ".lock")

    def _waiting(self, job_id: str) -> Path:
        return self._queued / f"{job_id}.json"

    def _lease(self, job_id: str) -> Path:
        return self._claimed / f"{job_id}.json"

    def _by_age(self) -> list[str]:
        waiting = sorted(self._queued.glob("[!.]*.json"), key=lambda path: (path.stat().st_mtime_ns, path.name))
        return [path.stem for path in waiting]

    def _expired(self) -> list[str]:
        return [path.stem for path in sorted(self._claimed.glob("[!.]*.json")) if not self._is_leased(path.stem)]

    def _read_lease(self, job_id: str) -> dict[str, Any]:
        try:
            lease: dict[str, Any] = json.loads(self._lease(job_id).read_bytes())
        except FileNotFoundError:
            return {}
        return lease

    def _is_leased(self, job_id: str) -> bool:
        expires_at: float = self._read_lease(job_id).get("lease_expires_at", 0.0)
        return expires_at > time.time()

    def _is_ours(self, claim: Claim) -> bool:
        return self._read_lease(claim.job_id).get("claim_id") == claim.claim_id

    def _write_lease(self, claim: Claim, worker_id: str) -> None:
        lease = {
            "job_id": claim.job_id,
            "claim_id": claim.claim_id,
            "worker_id": worker_id,
            "lease_expires_at": time.time() + self._lease_seconds,
        }
        files.write_json(self._lease(claim.job_id), lease)
