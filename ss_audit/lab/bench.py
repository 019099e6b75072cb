"""A running stack with our witnesses on it, and the jobs that were walked on it."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import LlmCall, ProcessSeen, StataProcess, StoredArtifact, now
from ss_audit.evidence.seen import Journey, Question, Stage
from ss_audit.lab.supply import Made
from ss_audit.settings import InForce
from ss_audit.ss.client import SSClient
from ss_audit.ss.dataset import Dataset
from ss_audit.ss.journey import Walk
from ss_audit.witness.stata_shim.records import read_runs

ENGINE_GAP = re.compile(r"\(rehearsal engine: (.{1,120}?) is Stata's own and is not implemented here")
J = TypeVar("J", bound=Journey)


class EngineGap(Exception):
    """The rehearsal engine lacks a command of Stata's: nothing is known about SS here."""

    def __init__(self, command: str) -> None:
        super().__init__(f"the rehearsal engine lacks Stata's {command}: a real Stata is needed to look further")


class Bench:
    """One stack in use. `walks` holds the live jobs by label, `processes` how the stack was when it was started.

    `library` is the altered template library that its jobs run on, None for SS's own; `packages` is where packages are
    installed for its Stata, None where there is no means for it; `means` is what the operator lets us do. `asked` holds the
    nonces of all questions of the run, which several benches share: one relay serves them all.
    """

    def __init__(
        self,
        name: str,
        made: Made,
        archive: Archive,
        in_force: InForce,
        waiting: Callable[[str], None],
        processes: tuple[ProcessSeen, ...],
        library: Path | None = None,
        asked: set[str] | None = None,
    ) -> None:
        self.name = name
        self.stack = made.stack
        self.packages = made.packages
        self.relay = made.relay
        self.means = made.means
        self.library = library
        self.archive = archive
        self.walks: dict[str, Walk] = {}
        self.processes = processes
        self._records = made.records
        self._in_force = in_force
        self._waiting = waiting
        self._asked = set() if asked is None else asked
        self._runs: dict[tuple[int, str], StataProcess] = {}
        self.client = self._connect()

    def walk(
        self,
        kind: type[J],
        label: str,
        question: Question,
        data: Dataset,
        code: str,
        until: Stage = "download",
        **more: Any,
    ) -> J:
        """Walks a job and returns what was seen, witnesses included. Raises `EngineGap`."""
        marks, began = self.stack.log_marks(), now()
        self._asked.add(question.nonce)
        walk = Walk(self.client, question, data, self._in_force.settings.timeout_job, label, self._waiting, self.is_broken)
        self.walks[label] = walk.go(code, until)
        if self.relay is not None:
            self.relay.wait_until_quiet(5.0)
        seen: dict[str, Any] = dict(walk.seen)
        seen["unwitnessed"] = self.unwitnessed
        seen["logs"] = self.stack.log_windows(marks, label)
        seen["llm_calls"] = self.calls_since(began, question.nonce)
        seen["stata_runs"] = self.stata_runs(str(seen.get("job_id") or "no job"))
        journey = kind(**seen, **more)
        self.refuse_engine_gaps(journey.artifacts, [line for window in journey.logs for line in window.lines])
        return journey

    def is_broken(self) -> bool:
        """Whether a process of this SS ended unasked, and was not started again yet."""
        return bool(self.stack.check_alive())

    @property
    def unwitnessed(self) -> tuple[Literal["llm", "stata"], ...]:
        """Where none of our witnesses stands on this stack."""
        return (*(("llm",) if self.relay is None else ()), *(("stata",) if self._records is None else ()))

    def calls_since(self, began: datetime, nonce: str) -> tuple[LlmCall, ...]:
        """The calls that began since then, whatever they speak of: jobs are walked one at a time, and a call may leave the
        question out. Only what asks about another question of the run, and not about this one, is not this job's."""
        calls = self.relay.calls() if self.relay is not None else ()
        others = self._asked - {nonce}
        return tuple(c for c in calls if c.started_at >= began and not _of_another(c.prompt or "", nonce, others))

    def stata_runs(self, job_id: str) -> tuple[StataProcess, ...]:
        """The runs of the Stata command in a folder of this job, each recorded once it has ended."""
        found: list[StataProcess] = []
        for run in read_runs(self._records) if self._records is not None else ():
            key = (run.shim_pid, run.started_at.isoformat())
            if job_id in run.cwd:
                if key not in self._runs:
                    self._runs[key] = self.archive.record(run)
                found.append(self._runs[key])
        return tuple(found)

    def refuse_engine_gaps(self, artifacts: Iterable[StoredArtifact], lines: Iterable[str]) -> None:
        """Raises `EngineGap` when the rehearsal engine says that it stopped at a gap of its own."""
        for text in (*(a.body.text or "" for a in artifacts), *lines):
            gap = ENGINE_GAP.search(" ".join(text.replace("\n> ", "").splitlines()))
            if gap:
                raise EngineGap(gap.group(1))

    def reconnect(self) -> None:
        """A new client, after a restart may have moved the port. Tokens stay with the walks."""
        self.client.close()
        self.client = self._connect()
        for walk in self.walks.values():
            walk.client = self.client

    def close(self) -> None:
        """Closes the connections."""
        self.client.close()

    def _connect(self) -> SSClient:
        timeout = self._in_force.settings.timeout_http
        return SSClient(self.stack.base_url, self.archive, timeout, self.name, self.stack.connection)


def _of_another(prompt: str, nonce: str, others: Iterable[str]) -> bool:
    return nonce not in prompt and any(other in prompt for other in others)
