"""SS over HTTP. Every call is recorded by the transport and comes back as its `Exchange`; nothing raises on an answer."""

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import httpx

from ss_audit.evidence.archive import Archive, safe_name
from ss_audit.evidence.model import Exchange, StoredArtifact
from ss_audit.ss import facts
from ss_audit.ss.transport import EXCHANGE, KEEP_AS, TITLE, ExchangeFailed, RecordingTransport


class Access:
    """One job and the token that opens it. The token stays in memory; it is masked wherever it would be written."""

    def __init__(self, job_id: str, token: str) -> None:
        self.job_id = job_id
        self.token = token

    @property
    def header(self) -> dict[str, str]:
        """The header that opens the job."""
        return {"Authorization": f"Bearer {self.token}"}


class SSClient:
    """Calls one SS. `area` names the folder below which downloads of this client are kept."""

    def __init__(self, base_url: str, archive: Archive, timeout: float, area: str = "main") -> None:
        self.base_url = base_url
        self.archive = archive
        self.area = area
        self._tokens: dict[str, str] = {}
        inner = httpx.HTTPTransport(trust_env=False)
        transport = RecordingTransport(inner, archive, self._learn, archive.evidence_limit)
        self._http = httpx.Client(
            base_url=base_url, transport=transport, timeout=timeout, follow_redirects=False, trust_env=False
        )

    def send(
        self,
        what: str,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        params: Mapping[str, str] | None = None,
        keep_as: str | None = None,
    ) -> Exchange:
        """One request. `what` is what a reader calls it. Out: the exchange, answered or not."""
        request = self._http.build_request(
            method,
            path,
            headers=dict(headers or {}),
            json=body,
            files=dict(files) if files else None,
            params=dict(params) if params else None,
            extensions={TITLE: what, KEEP_AS: keep_as, "timeout": self._http.timeout.as_dict()},
        )
        try:
            exchange = self._http.send(request).extensions[EXCHANGE]
        except ExchangeFailed as failed:
            exchange = failed.exchange
        assert isinstance(exchange, Exchange)
        return exchange

    def redeem(self, task_code: str, requirement: str) -> tuple[Exchange, Access | None]:
        """Redeems a task code. Out: the exchange, and the access when the answer names a job and a token."""
        self.archive.redactor.learn(task_code, "task code")
        exchange = self.send(
            "redeem task code", "POST", "/v1/task-codes/redeem", body={"task_code": task_code, "requirement": requirement}
        )
        job = facts.text_of(facts.job_id(facts.answered(exchange)))
        token = self._tokens.get(job or "")
        return exchange, Access(job, token) if exchange.is_success and job and token else None

    def job(self, access: Access) -> Exchange:
        """The job's status."""
        return self.send("job", "GET", f"/v1/jobs/{access.job_id}", headers=access.header)

    def upload(self, access: Access, name: str, content: bytes) -> Exchange:
        """Uploads the primary data set as CSV."""
        path = f"/v1/jobs/{access.job_id}/inputs/upload"
        return self.send("upload inputs", "POST", path, headers=access.header, files={"file": (name, content, "text/csv")})

    def inputs_preview(self, access: Access) -> Exchange:
        """What SS understood of the data."""
        return self.send("inputs preview", "GET", f"/v1/jobs/{access.job_id}/inputs/preview", headers=access.header)

    def draft_preview(self, access: Access) -> Exchange:
        """Asks for the draft; SS calls its LLM in the meantime."""
        return self.send("draft preview", "GET", f"/v1/jobs/{access.job_id}/draft/preview", headers=access.header)

    def draft_patch(self, access: Access, updates: Mapping[str, Any]) -> Exchange:
        """Corrects the draft."""
        path = f"/v1/jobs/{access.job_id}/draft/patch"
        return self.send("draft patch", "POST", path, headers=access.header, body={"field_updates": dict(updates)})

    def freeze(self, access: Access, answers: Mapping[str, Any], corrections: Mapping[str, str]) -> Exchange:
        """Freezes the plan with the answers that a person gave."""
        body = {"answers": dict(answers), "variable_corrections": dict(corrections)}
        return self.send("plan freeze", "POST", f"/v1/jobs/{access.job_id}/plan/freeze", headers=access.header, body=body)

    def plan(self, access: Access) -> Exchange:
        """The plan as SS keeps it."""
        return self.send("plan", "GET", f"/v1/jobs/{access.job_id}/plan", headers=access.header)

    def run(self, access: Access) -> Exchange:
        """Queues the job, or queues it again after a failure."""
        return self.send("run", "POST", f"/v1/jobs/{access.job_id}/run", headers=access.header, body={})

    def artifacts(self, access: Access) -> Exchange:
        """The artifact index."""
        return self.send("artifact index", "GET", f"/v1/jobs/{access.job_id}/artifacts", headers=access.header)

    def download(self, access: Access, row: Mapping[str, Any], label: str = "") -> tuple[Exchange, StoredArtifact | None]:
        """Downloads what an index row names and keeps its bytes. Out: the exchange, and the artifact when it came."""
        rel_path = facts.artifact_path(dict(row)) or ""
        path = f"/v1/jobs/{access.job_id}/artifacts/{quote(rel_path, safe='/')}"
        kept = "/".join(["artifacts", self.area, access.job_id, *([label] if label else []), *map(safe_name, _parts(rel_path))])
        exchange = self.send(f"artifact {_parts(rel_path)[-1]}", "GET", path, headers=access.header, keep_as=kept)
        if not exchange.is_success:
            return exchange, None
        artifact = StoredArtifact(
            title=f"{_parts(rel_path)[-1]}{f', {label}' if label else ''}",
            job_id=access.job_id,
            rel_path=rel_path,
            declared_kind=facts.artifact_kind(dict(row)),
            exchange=exchange.id,
            body=exchange.response_body,
        )
        return exchange, self.archive.record(artifact)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def _learn(self, request: httpx.Request, content: bytes) -> None:
        """Learns a job's token from a redeem answer before that answer is written down."""
        if not request.url.path.endswith("/redeem"):
            return
        try:
            answer = json.loads(content)
        except ValueError:
            return
        token, job = facts.bearer_token(answer), facts.job_id(answer)
        if token is not None and job is not None:
            self.archive.redactor.learn(str(token.value), "token")
            self._tokens[str(job.value)] = str(token.value)


def _parts(rel_path: str) -> tuple[str, ...]:
    return PurePosixPath(rel_path).parts or ("unnamed",)
