"""Walking the `/v1` path of one job as a person would, and writing down how far it came.

The walk never raises on what SS answers: it ends with a `Halt` that says where and why. It judges nothing.
"""

from collections.abc import Callable, Iterable
from typing import Any

from ss_audit.evidence.model import Exchange, FileSeen, StoredArtifact
from ss_audit.evidence.seen import STAGES, Halt, Question, Stage
from ss_audit.ss import answers, facts
from ss_audit.ss.client import Access, SSClient
from ss_audit.ss.dataset import Dataset
from ss_audit.ss.waiting import ask_until, is_not_now

PAUSE_OF_A_DRAFT = 1.0
MOST_DOWNLOADS, IN_VAIN = 1000, 3


class _Halted(Exception):
    def __init__(self, stage: Stage, why: str, exchange: Exchange) -> None:
        super().__init__(why)
        self.halt = Halt(stage=stage, why=why, evidence=exchange.id)


class Walk:
    """One job on its way. `seen` collects the fields of a `Journey`; `access` opens the job once it is redeemed.

    `waiting` is told what is being waited for. `timeout_job` bounds the wait for a terminal status, in seconds; `gone` says
    whether a process of SS has ended, and nobody is left to bring it about.
    """

    def __init__(
        self,
        client: SSClient,
        question: Question,
        data: Dataset,
        timeout_job: float,
        label: str,
        waiting: Callable[[str], None],
        gone: Callable[[], bool],
    ) -> None:
        self.client = client
        self.question = question
        self.data = data
        self.label = label
        self.access: Access | None = None
        self._timeout_job = timeout_job
        self._waiting = waiting
        self._gone = gone
        uploaded = client.archive.body(data.csv.encode(), "text/csv", keep_as=f"inputs/{data.name}")
        self.seen: dict[str, Any] = {
            "label": label,
            "question": question,
            "dataset": client.archive.record(FileSeen(title=f"uploaded data set {data.name}", path=data.name, body=uploaded)),
        }

    def go(self, task_code: str, until: Stage = "download") -> "Walk":
        """Walks until the stage is done or a stage fails; then `seen` is complete."""
        self.seen["asked_to"] = until
        self.client.patience.taken()  # those of somebody else's questions
        steps: dict[Stage, Callable[[], None]] = {
            "redeem": lambda: self._redeem(task_code),
            "upload": self._upload,
            "preview": self._preview,
            "draft": self.draft,
            "freeze": self.freeze,
            "run": self.run,
            "finish": self.finish,
            "index": self.list_artifacts,
            "download": self.download_all,
        }
        try:
            for stage in STAGES[: STAGES.index(until) + 1]:
                self._waiting(f"{self.label}: {stage}")
                steps[stage]()
        except _Halted as halted:
            self.seen["halt"] = halted.halt
            self._keep_what_failed(halted.halt.stage)
        self._was_put_off(self.client.patience.taken())
        return self

    @property
    def job(self) -> Access:
        """The access to the job; only after a redeem that worked."""
        if self.access is None:
            raise RuntimeError("the job was not redeemed: this is a bug in the audit")
        return self.access

    def _redeem(self, task_code: str) -> None:
        exchange, self.access = self.client.redeem(task_code, self.question.text)
        self.seen["redeem"] = exchange
        if self.access is None:
            raise _Halted("redeem", f"{_said(exchange)}; no job id with a token in the answer", exchange)
        self.seen["job_id"] = self.access.job_id
        self.seen["created"] = self.client.job(self.job)

    def _upload(self) -> None:
        self.seen["upload"] = self.client.upload(self.job, self.data.name, self.data.csv.encode())
        _must_succeed("upload", self.seen["upload"])

    def _preview(self) -> None:
        """A preview that fails does not keep a person from going on; its own check judges it."""
        *not_yet, self.seen["preview"] = self._until_there(self.client.inputs_preview)
        self._was_put_off(not_yet)

    def draft(self) -> None:
        """Asks for the draft until it is there; SS may answer "not yet"."""
        self.seen["drafts"] = drafts = self._until_there(self.client.draft_preview)
        _must_succeed("draft", drafts[-1])
        if drafts[-1].status == 202:
            when = "when a process of SS had ended" if self._gone() else f"after {self._timeout_job:g} s"
            raise _Halted("draft", f"no draft in the answer {when} and {len(drafts)} requests", drafts[-1])
        if not isinstance(facts.answered(drafts[-1]), dict):
            raise _Halted("draft", f"no draft in the answer: {_said(drafts[-1])}", drafts[-1])

    def _until_there(self, ask: Callable[[Access], Exchange]) -> tuple[Exchange, ...]:
        """The answers until one does not say "not yet" (202) any more, `timeout_job` at most."""
        return ask_until(lambda: ask(self.job), lambda e: e.status != 202, self._timeout_job, self._gone, PAUSE_OF_A_DRAFT)

    def _was_put_off(self, answers: Iterable[Exchange]) -> None:
        """Keeps answers that only said when to come again."""
        self.seen["put_off"] = (*self.seen.get("put_off", ()), *answers)

    def freeze(self) -> None:
        """Freezes with the answers that the draft asks for, and once more with what a refusal says is missing."""
        draft = facts.answered(self.seen["drafts"][-1])
        given = answers.Supply(answers=answers.answers_to(draft, self.question))
        self.seen["freezes"] = (self.client.freeze(self.job, given.answers, given.corrections),)
        if self.seen["freezes"][0].is_client_error:
            more = answers.supply(facts.answered(self.seen["freezes"][0]), draft, self.question)
            if more.patches:
                self.client.draft_patch(self.job, more.patches)
            if more.patches or more.corrections or more.answers != given.answers:
                self.seen["freezes"] += (self.client.freeze(self.job, more.answers, more.corrections),)
        _must_succeed("freeze", self.seen["freezes"][-1])
        self.seen["plan_read"] = self.client.plan(self.job)

    def run(self) -> None:
        """Queues the job."""
        self.seen["run"] = self.client.run(self.job)
        _must_succeed("run", self.seen["run"])

    def finish(self) -> None:
        """Waits for a terminal status."""
        self.seen["polls"] = polls = poll(self.client, self.job, self._timeout_job, self._gone)
        status = facts.job_status(facts.answered(polls[-1]))
        if not facts.is_terminal(status):
            _must_succeed("finish", polls[-1])
            when = "when a process of SS had ended" if self._gone() else f"after {self._timeout_job:g} s"
            raise _Halted("finish", f"no terminal status: still {status!r} {when}", polls[-1])
        if status not in facts.SUCCEEDED:
            raise _Halted("finish", f"the job ended {status!r}", polls[-1])

    def list_artifacts(self) -> None:
        """Reads the artifact index, and the plan once more."""
        self.seen["index"] = self.client.artifacts(self.job)
        self.seen["plan_read_later"] = self.client.plan(self.job)
        _must_succeed("index", self.seen["index"])
        if not facts.indexed_artifacts(facts.answered(self.seen["index"])):
            raise _Halted("index", "the index lists no artifact", self.seen["index"])

    def download_all(self) -> None:
        """Downloads everything that the index lists."""
        self.seen["downloads"], self.seen["artifacts"] = download_all(self.client, self.job, self.seen["index"])
        if not self.seen["artifacts"]:
            raise _Halted("download", "nothing that the index lists can be downloaded", self.seen["downloads"][-1])

    def _keep_what_failed(self, stage: Stage) -> None:
        """The artifacts of a job that ended early: they are its diagnosis."""
        if self.access and stage in ("draft", "freeze", "run", "finish"):
            index = self.client.artifacts(self.job)
            self.seen["index"] = index
            if index.is_success:
                self.seen["downloads"], self.seen["artifacts"] = download_all(self.client, self.job, index)


def poll(client: SSClient, access: Access, timeout: float, gone: Callable[[], bool]) -> tuple[Exchange, ...]:
    """The job's status until it is terminal, the time (s) is over, or who should do the job is gone; at least one answer."""
    return ask_until(lambda: client.job(access), _is_settled, timeout, gone)


def _is_settled(exchange: Exchange) -> bool:
    return not exchange.is_success or facts.is_terminal(facts.job_status(facts.answered(exchange)))


def download_all(
    client: SSClient, access: Access, index: Exchange, label: str = ""
) -> tuple[tuple[Exchange, ...], tuple[StoredArtifact, ...]]:
    """Every download that the index offers, and the artifacts that arrived.

    An index of more than a thousand rows is not followed to its end, and where three downloads in a row got no whole answer,
    or were put off for too long, the rest is not waited for: what was not tried is judged as not there.
    """
    results: list[tuple[Exchange, StoredArtifact | None]] = []
    for row in facts.indexed_artifacts(facts.answered(index))[:MOST_DOWNLOADS]:
        results.append(client.download(access, row, label))
        if len(results) >= IN_VAIN and all(_is_in_vain(e) for e, _ in results[-IN_VAIN:]):
            break
    return tuple(e for e, _ in results), tuple(a for _, a in results if a is not None)


def _is_in_vain(exchange: Exchange) -> bool:
    return exchange.status is None or is_not_now(exchange)


def _must_succeed(stage: Stage, exchange: Exchange) -> None:
    if not exchange.is_success:
        raise _Halted(stage, _said(exchange), exchange)


def _said(exchange: Exchange) -> str:
    code = facts.error_code(facts.answered(exchange)) if not exchange.is_success else None
    return f"{exchange.title}{f', {code.value}' if code else ''}{f' ({exchange.failure})' if exchange.failure else ''}"
