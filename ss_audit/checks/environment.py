"""What SS does not answer for: its provider is down, Stata's licence ended, the disk is full.

Only a journey that ended early is looked at. Such an end says nothing about SS, so it is neither a fail nor a pass.
"""

import re
from collections.abc import Iterable

from ss_audit.checks.judgement import EnvironmentFailed
from ss_audit.evidence.model import LlmCall, LogWindow, StoredArtifact
from ss_audit.evidence.seen import Journey

LICENCE = re.compile(
    r"licen[cs]e (?:has |is )?(?:expired|not found|invalid)|(?:cannot|could not) find (?:\w+ ){0,2}licen[cs]e", re.I
)
DISK = re.compile(r"no space left on device|\bENOSPC\b|disk (?:is )?full|not enough (?:disk )?space", re.I)
ASKS_THE_PROVIDER = ("draft", "freeze")


def refuse_bad_environment(journey: Journey) -> None:
    """Ends the check as the environment's error when the journey ended because of it. Raises `EnvironmentFailed`."""
    halt = journey.halt
    if halt is None:
        return
    last = journey.llm_calls[-1] if journey.llm_calls else None
    if halt.stage in ASKS_THE_PROVIDER and last is not None and _failed(last):
        why = last.failure or f"it answered {last.status}"
        raise EnvironmentFailed(f"the LLM provider {last.upstream_host} did not serve SS: {why}", [last.id, halt.evidence])
    refuse_bad_host(journey.artifacts, journey.logs, halt.evidence)


def refuse_bad_host(artifacts: Iterable[StoredArtifact], logs: Iterable[LogWindow], end: str) -> None:
    """Ends the check when what an ended run left behind tells of a full disk or a licence that has run out.

    In: the run's artifacts, the log windows of its time, and the evidence id of its end. Raises `EnvironmentFailed`.
    """
    told = _told(artifacts, logs)
    for what, pattern in (("Stata's licence does not let it run", LICENCE), ("the disk is full", DISK)):
        for entry, text in told:
            said = pattern.search(text)
            if said:
                raise EnvironmentFailed(f"{what}: {said.group()!r}", [entry, end])


def _failed(call: LlmCall) -> bool:
    """No answer, a broken server, or a key that is not served. What the provider finds wrong in a request is SS's."""
    return call.failure is not None or call.status is None or call.status >= 500 or call.status in (401, 402, 403, 429)


def _told(artifacts: Iterable[StoredArtifact], windows: Iterable[LogWindow]) -> list[tuple[str, str]]:
    """What the ended job left behind in logs and error records, as (evidence id, text); inputs and prompts are no witnesses."""
    artifacts = [a for a in artifacts if "llm" not in a.rel_path and "inputs" not in a.rel_path and a.body.text]
    logs = [(a.id, a.body.text or "") for a in artifacts if a.rel_path.endswith((".log", "stdout", "stderr", "error.json"))]
    return [*logs, *((window.id, "\n".join(window.lines)) for window in windows)]
