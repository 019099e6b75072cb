"""SS over HTTP. Every call is recorded by the transport and comes back as its `Exchange`; nothing raises on an answer."""

import json
import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import httpx

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import Exchange, Statement, StoredArtifact
from ss_audit.evidence.plain_text import storable
from ss_audit.evidence.safe_names import safe_name
from ss_audit.ss import facts
from ss_audit.ss.decoding import ACCEPTED
from ss_audit.ss.transport import EXCHANGE, KEEP_AS, TITLE, ExchangeFailed, RecordingTransport
from ss_audit.ss.waiting import Patience
from ss_audit.ss.wire import Wire
from ss_audit.stack.interface import Connection

LONGEST_NAME = 120
MOST_TOKENS = 20
"""Of one answer: each that is known is looked for in nine forms in everything that is written from then on."""
TOKEN = re.compile(r'(?i)"[a-z_]{0,20}token"\s*:\s*"([^"\\]{6,4096})"')


class Access:
    """One job and the token that opens it. The token stays in memory; it is masked wherever it would be written."""

    def __init__(self, job_id: str, token: str) -> None:
        self.job_id = job_id
        self.token = token

    @property
    def header(self) -> dict[str, str]:
        """The header that opens the job."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def path(self) -> str:
        """The path of the job, whatever SS calls it."""
        return f"/v1/jobs/{_quoted(self.job_id)}"


class SSClient:
    """Calls one SS. `area` names the folder below which downloads of this client are kept.

    What only reads a job waits where SS says "not now" and when to come again; `send` and what changes something never do.
    """

    def __init__(
        self, base_url: str, archive: Archive, timeout: float, area: str = "main", connection: Connection | None = None
    ) -> None:
        self.base_url = base_url
        self.archive = archive
        self.area = area
        self.patience = Patience(timeout)
        self._redeemed: Access | None = None
        way = connection or Connection()
        wire = Wire(base_url, timeout, way.tls, way.proxy)
        self._transport = RecordingTransport(wire, archive, self._learn, archive.evidence_limit)
        headers = [("Accept-Encoding", ACCEPTED), *way.headers]
        self._http = httpx.Client(base_url=base_url, transport=self._transport, trust_env=False, headers=headers)

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
        try:
            request = self._http.build_request(
                method,
                path,
                headers=dict(headers or {}),
                json=body,
                files=dict(files) if files else None,
                params=dict(params) if params else None,
                extensions={TITLE: what, KEEP_AS: keep_as},
            )
        except httpx.InvalidURL as error:  # what SS named can't be asked for
            failure = f"InvalidURL: {error}"
            return self.archive.record(Exchange(title=f"{method} {what}: no answer", method=method, url=path, failure=failure))
        # Not by the client: it would keep SS's cookies, and read the target of a redirect that nobody follows.
        try:
            exchange = self._transport.handle_request(request).extensions[EXCHANGE]
        except ExchangeFailed as failed:
            exchange = failed.exchange
        assert isinstance(exchange, Exchange)
        return exchange

    def redeem(self, task_code: str, requirement: str) -> tuple[Exchange, Access | None]:
        """Redeems a task code. Out: the exchange, and the access when the answer names a job and a token."""
        self.archive.redactor.learn(task_code, "task code")
        self._redeemed = None
        exchange = self.send(
            "redeem task code", "POST", "/v1/task-codes/redeem", body={"task_code": task_code, "requirement": requirement}
        )
        return exchange, self._redeemed if exchange.is_success else None

    def job(self, access: Access) -> Exchange:
        """The job's status."""
        return self._read("job", access.path, access)

    def upload(self, access: Access, name: str, content: bytes) -> Exchange:
        """Uploads the primary data set as CSV."""
        path = f"{access.path}/inputs/upload"
        return self.send("upload inputs", "POST", path, headers=access.header, files={"file": (name, content, "text/csv")})

    def inputs_preview(self, access: Access) -> Exchange:
        """What SS understood of the data."""
        return self._read("inputs preview", f"{access.path}/inputs/preview", access)

    def draft_preview(self, access: Access) -> Exchange:
        """Asks for the draft; SS calls its LLM in the meantime."""
        return self._read("draft preview", f"{access.path}/draft/preview", access)

    def draft_patch(self, access: Access, updates: Mapping[str, Any]) -> Exchange:
        """Corrects the draft."""
        path = f"{access.path}/draft/patch"
        return self.send("draft patch", "POST", path, headers=access.header, body={"field_updates": dict(updates)})

    def freeze(self, access: Access, answers: Mapping[str, Any], corrections: Mapping[str, str]) -> Exchange:
        """Freezes the plan with the answers that a person gave."""
        body = {"answers": dict(answers), "variable_corrections": dict(corrections)}
        return self.send("plan freeze", "POST", f"{access.path}/plan/freeze", headers=access.header, body=body)

    def plan(self, access: Access) -> Exchange:
        """The plan as SS keeps it."""
        return self._read("plan", f"{access.path}/plan", access)

    def run(self, access: Access) -> Exchange:
        """Queues the job, or queues it again after a failure."""
        return self.send("run", "POST", f"{access.path}/run", headers=access.header, body={})

    def artifacts(self, access: Access) -> Exchange:
        """The artifact index."""
        return self._read("artifact index", f"{access.path}/artifacts", access)

    def download(self, access: Access, row: Mapping[str, Any], label: str = "") -> tuple[Exchange, StoredArtifact | None]:
        """Downloads what an index row names and keeps its bytes. Out: the exchange, and the artifact when it came."""
        rel_path = facts.artifact_path(dict(row)) or ""
        asked_as = facts.artifact_id(dict(row)) or rel_path
        named = self.archive.redactor.revealed(asked_as)  # SS must be asked for the very name, be a secret in it or not
        path = f"{access.path}/artifacts/{'/'.join(map(_quoted, named.split('/')))}"
        name = (PurePosixPath(rel_path).name or "without a name")[-LONGEST_NAME:]
        place = ["artifacts", self.area, safe_name(access.job_id), *([label] if label else []), rel_path]
        exchange = self._read(f"artifact {name}", path, access, keep_as="/".join(place))
        if not exchange.is_success:
            return exchange, None
        unseen = "; ".join(exchange.response_body.not_searched)
        artifact = StoredArtifact(
            title=f"{name}{f', {label}' if label else ''}{f', not searched for secrets: {unseen}' if unseen else ''}",
            job_id=access.job_id,
            rel_path=rel_path,
            asked_as=asked_as,
            declared_kind=facts.artifact_kind(dict(row)),
            exchange=exchange.id,
            body=exchange.response_body,
        )
        return exchange, self.archive.record(artifact)

    def _read(self, what: str, path: str, access: Access, keep_as: str | None = None) -> Exchange:
        return self.patience.ask(lambda: self.send(what, "GET", path, headers=access.header, keep_as=keep_as))

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def _learn(self, request: httpx.Request, content: bytes) -> None:
        """Learns a job's token from a redeem answer before that answer is written down, also from a broken or a huge one."""
        if not request.url.path.endswith("/redeem"):
            return
        text = content.decode("utf-8", "replace")
        found = dict.fromkeys(TOKEN.findall(text))
        told = list(found)[:MOST_TOKENS]
        try:
            answer = json.loads(text)
        except (ValueError, RecursionError):
            answer = None
        token, job = facts.bearer_token(answer), facts.job_id(answer)
        if token is not None and job is not None:
            told.append(str(token.value))
            self._redeemed = Access(storable(str(job.value)), storable(str(token.value)))
        self.archive.redactor.learn_told(told, "token")
        if len(found) > MOST_TOKENS:
            kept = f"{MOST_TOKENS} are masked wherever they stand, the rest where they look like one"
            self.archive.record(Statement(title=f"{len(found)} tokens in one answer: {kept}"))


def _quoted(part: str) -> str:
    """A part of a path as SS named it: nothing in it leads to another part, `..` included."""
    quoted = quote(part, safe="", errors="surrogatepass")
    return quoted.replace(".", "%2E") if quoted in (".", "..") else quoted
