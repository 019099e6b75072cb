"""Task codes, job ids and tokens. Nothing of them is stored: all follow from one secret of the installation."""

import hashlib
import hmac
import re
import secrets
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from rehearsal.reference_ss import jsonlog
from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.store import files
from rehearsal.reference_ss.store.jobs import JobStore
from rehearsal.reference_ss.store.models import Job, now

_TOKEN = re.compile(r"ssv1\.(?P<job_id>[A-Za-z0-9_-]+)\.(?P<secret>[0-9a-f]{32})")
_TOKEN_LIFETIME = timedelta(days=7)
_OWNER_ONLY = 0o600

_log = jsonlog.logger(__name__)


class Access:
    """Who may do what with which job."""

    def __init__(self, store: JobStore, secret_file: Path) -> None:
        self._store = store
        self._secret = _installation_secret(secret_file)

    def redeem(self, task_code: str, requirement: str) -> dict[str, Any]:
        """Open the job of a task code; the same code opens the same job again, with a new expiry.

        Out: job_id, token, expires_at (ISO 8601), is_idempotent. Raises SSError (400) for a blank code.
        """
        code = task_code.strip()
        if not code:
            raise SSError(400, "TASK_CODE_INVALID", "task code is blank")
        job_id = self._job_id(code)
        expires_at = now() + _TOKEN_LIFETIME
        job = Job(
            job_id=job_id,
            trace_id=uuid.uuid4().hex,
            requirement=requirement.strip(),
            created_at=now(),
            token_expires_at=expires_at,
        )
        created = self._store.create(job)
        if not created:
            with self._store.edit(job_id) as known:
                known.token_expires_at = expires_at
        _log.info("SS_TASK_CODE_REDEEMED", job_id=job_id, is_idempotent=not created)
        return {
            "job_id": job_id,
            "token": self._token_of(job_id),
            "expires_at": expires_at.isoformat(),
            "is_idempotent": not created,
        }

    def authorize(self, job_id: str, authorization: str | None) -> None:
        """Let the bearer of a job's token pass. In: the Authorization header, or None. Raises SSError: 401, 403, 404."""
        job = self._store.load(job_id)
        token = _TOKEN.fullmatch(_bearer(authorization))
        if token is None:
            raise SSError(403, "AUTH_TOKEN_INVALID", "token is not valid")
        named, secret = token["job_id"], token["secret"]
        if not hmac.compare_digest(secret, self._token_secret(named)):
            raise SSError(403, "AUTH_TOKEN_INVALID", "token is not valid")
        if named != job_id:
            raise SSError(403, "AUTH_TOKEN_FORBIDDEN", "token does not authorize this job", job_id=job_id)
        if now() >= job.token_expires_at:
            raise SSError(403, "AUTH_TOKEN_INVALID", "token has expired")

    def _job_id(self, code: str) -> str:
        return f"job_tc_{self._derive('job', code)[:16]}"

    def _token_of(self, job_id: str) -> str:
        return f"ssv1.{job_id}.{self._token_secret(job_id)}"

    def _token_secret(self, job_id: str) -> str:
        return self._derive("token", job_id)[:32]

    def _derive(self, purpose: str, value: str) -> str:
        return hmac.new(self._secret, f"{purpose}:{value}".encode(), hashlib.sha256).hexdigest()


def _bearer(authorization: str | None) -> str:
    if authorization is None:
        raise SSError(401, "AUTH_BEARER_TOKEN_MISSING", "missing Authorization: Bearer <token>")
    if not authorization.strip():
        raise SSError(401, "AUTH_BEARER_TOKEN_INVALID", "invalid Authorization header (empty)")
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise SSError(401, "AUTH_BEARER_TOKEN_INVALID", "invalid Authorization header (not_bearer)")
    return token.strip()


def _installation_secret(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.locked(path.with_suffix(".lock")):
        if not path.exists():
            files.write_text(path, secrets.token_hex(32), mode=_OWNER_ONLY)
        return path.read_bytes()
