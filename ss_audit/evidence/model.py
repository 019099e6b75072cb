"""Evidence: recorded facts, as immutable models that checks read and that the event log stores.

An evidence entry gets its `id` when the archive records it; what an observer builds has an empty id. Observations
(`ss_audit.evidence.observation`) are made of evidence entries. Nothing here does I/O.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field


def now() -> datetime:
    """The moment of an observation, in UTC."""
    return datetime.now(UTC)


class Fact(BaseModel):
    """Base of every record: immutable, closed to unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Body(Fact):
    """A payload as it was seen.

    `size` and `sha256` (hex, or empty when a secret inside would make the digest guessable) are those of the original
    bytes; `text` is the redacted text when it is text and small enough; `file` is where our redacted copy lies,
    relative to the bundle's data folder, when it was stored as a file; `cut` says that it was not read or kept to its end;
    `masked` names the secrets that stood in it, `masked_at` says at which offsets of the original bytes, as far as the first
    hundred go. `not_searched` says what in it was packed and could not be searched for secrets, and why.
    """

    media_type: str = ""
    size: int = 0
    sha256: str = ""
    text: str | None = None
    file: str | None = None
    cut: bool = False
    masked: tuple[str, ...] = ()
    masked_at: tuple[int, ...] = ()
    not_searched: tuple[str, ...] = ()


class Evidence(Fact):
    """One entry of the event log. `title` is what a reader sees first: "POST plan freeze: 400"."""

    kind: ClassVar[str] = "evidence"

    id: str = ""
    at: datetime = Field(default_factory=now)
    title: str


E = TypeVar("E", bound=Evidence)


class Recorder(Protocol):
    """Writes an entry down. In: an entry without id. Out: the same entry, redacted, with its id."""

    def record(self, entry: E) -> E: ...


class Exchange(Evidence):
    """One HTTP exchange, both directions. `status` is None when no answer came; then `failure` says what happened."""

    kind: ClassVar[str] = "http_exchange"

    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...] = ()
    request_body: Body = Body()
    status: int | None = None
    response_headers: tuple[tuple[str, str], ...] = ()
    response_body: Body = Body()
    failure: str | None = None
    elapsed_ms: float = 0.0

    @property
    def is_success(self) -> bool:
        """2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_client_error(self) -> bool:
        """4xx."""
        return self.status is not None and 400 <= self.status < 500


class StoredArtifact(Evidence):
    """A file that SS offered for download, as its bytes arrived. `exchange` is the id of the download's exchange.

    `rel_path` is the path by which the index lets people know it, `asked_as` the id by which SS was asked for it, empty where
    that is the path.
    """

    kind: ClassVar[str] = "artifact"

    job_id: str
    rel_path: str
    asked_as: str = ""
    declared_kind: str = ""
    exchange: str = ""
    body: Body = Body()

    @property
    def key(self) -> str:
        """What tells it from every other artifact of its job."""
        return self.asked_as or self.rel_path


class LogWindow(Evidence):
    """The lines that one process of SS wrote to its log while something was observed."""

    kind: ClassVar[str] = "log_window"

    process: Literal["api", "worker"]
    lines: tuple[str, ...] = ()


class ProcessSeen(Evidence):
    """One process of the stack at one moment. `started_at` is seconds since the epoch by the operating system.

    `phase` is when it was looked at ("start", "before restart", "after restart", "end"); `env` holds what we set,
    secrets masked; `alive` is False for a process that was expected and is gone, `exit_status` then says how it went.
    `where` is the container, pod or host whose process it is, empty on this machine; there `pid` 0 means: not told.
    """

    kind: ClassVar[str] = "process"

    role: str
    phase: str
    pid: int
    command: tuple[str, ...] = ()
    cwd: str = ""
    started_at: float | None = None
    alive: bool = True
    exit_status: int | None = None
    env: dict[str, str] = {}
    where: str = ""


class LlmCall(Evidence):
    """One call of SS's to its LLM provider, as the relay saw it. Digests are sha256 hex of UTF-8 text.

    `prompt` is the content of all messages, `answer` that of the first choice: with one message their digests are what SS's
    own metadata calls prompt and response fingerprint. `model_echoed` is what the *provider* said it was.
    """

    kind: ClassVar[str] = "llm_call"

    upstream: str
    upstream_host: str
    upstream_address: str | None = None
    tls_version: str | None = None
    tls_verified: bool | None = None
    certificate: dict[str, Any] | None = None
    started_at: datetime
    ended_at: datetime | None = None
    status: int | None = None
    failure: str | None = None
    failure_is_ours: bool = False
    streamed: bool = False
    model_asked: str | None = None
    model_echoed: str | None = None
    system_fingerprint: str | None = None
    stand_in: str | None = None
    response_id: str | None = None
    usage: dict[str, Any] | None = None
    prompt: str | None = None
    answer: str | None = None
    prompt_sha256: str | None = None
    answer_sha256: str | None = None
    request_body: Body = Body()
    response_body: Body = Body()


class TreeNode(Fact):
    """One process in a tree: `executable` is the resolved path that the operating system names.

    `wrote_log` says that it was seen with the run's log open for writing, which only Linux tells.
    """

    pid: int
    parent: int
    executable: str = ""
    command: tuple[str, ...] = ()
    cpu_seconds: float = 0.0
    wrote_log: bool = False


class StataProcess(Evidence):
    """One run of the Stata command, as the shim in front of it saw it. Digests are sha256 hex.

    The leaf is the program that did the work. `leaf_entry_points` are the interpreters ("Python") of which its file is a
    launcher, `leaf_same_as` the interpreter on that machine of which it is a copy. `files_written` are files below the
    working folder that were written while it ran, by their path from there, with their digests when Stata had just ended.
    `leaf_libraries` are the interpreters' libraries that the leaf had loaded. `ancestors` are the processes from whom the
    command was started when it began, the nearest first; empty where that was not told.
    """

    kind: ClassVar[str] = "stata_process"

    shim_pid: int
    command: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    cwd: str
    started_at: datetime
    ended_at: datetime | None = None
    exit_status: int | None = None
    cpu_seconds: float | None = None
    tree: tuple[TreeNode, ...] = ()
    leaf_pid: int | None = None
    leaf_executable: str | None = None
    leaf_sha256: str | None = None
    leaf_size: int | None = None
    leaf_entry_points: tuple[str, ...] = ()
    leaf_same_as: str | None = None
    do_file: str | None = None
    do_file_sha256: str | None = None
    log_file: str | None = None
    log_sha256: str | None = None
    log_size: int | None = None
    files_written: dict[str, str] = {}
    leaf_libraries: tuple[str, ...] = ()
    ancestors: tuple[int, ...] = ()


class FileSeen(Evidence):
    """A file that we read on the operator's side: a source file, a template, a task card, the uploaded CSV."""

    kind: ClassVar[str] = "file"

    path: str
    body: Body = Body()


class OperatorCommand(Evidence):
    """One run of a command that the operator gave as a means. `setting` names it; `command` is what was run.

    `exit_status` is None when it could not be started or was ended after its time; then `failure` says so. `never_ran`: the
    program could not be started, which is the operator's to mend; anything else may be its host's fault.
    """

    kind: ClassVar[str] = "operator_command"

    setting: str
    command: str
    started_at: datetime
    elapsed_seconds: float = 0.0
    exit_status: int | None = None
    failure: str | None = None
    never_ran: bool = False
    output: Body = Body()
    errors: Body = Body()


class Statement(Evidence):
    """Something the audit itself did or worked out, with its details: settings in force, a canary set, a route table."""

    kind: ClassVar[str] = "statement"

    detail: dict[str, Any] = {}
