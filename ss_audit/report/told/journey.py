"""The journey of one job, stage by stage: what was answered, what it said, when it was, and the entries that show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ss_audit.checks.judgement import EnvironmentFailed, NotReached
from ss_audit.checks.reached import frozen_plan
from ss_audit.evidence.model import Exchange
from ss_audit.evidence.seen import STAGES, Journey, Stage
from ss_audit.report.told.words import counted
from ss_audit.ss import facts, plans

TITLES: dict[Stage, str] = {
    "redeem": "Redeem the task code",
    "upload": "Upload the data",
    "preview": "Preview the inputs",
    "draft": "Draft by the LLM",
    "freeze": "Freeze the plan",
    "run": "Start the run",
    "finish": "Wait for the end",
    "index": "List the artifacts",
    "download": "Download the artifacts",
}
Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Span:
    """Something that took time: seconds since the journey's first request."""

    begin: float
    end: float


@dataclass(frozen=True)
class StageTold:
    """One stage. `outcome`: done, the one at which the journey ended ("halted"), or not reached; `span` where it took place."""

    stage: Stage
    title: str
    outcome: str
    status: str
    request: str
    fields: Fields
    evidence: tuple[str, ...]
    span: Span | None = None
    why: str = ""


@dataclass(frozen=True)
class Lane:
    """What went on beside the requests: a call of the LLM, a run of Stata."""

    what: str
    span: Span
    evidence: str


@dataclass(frozen=True)
class JourneyTold:
    """A whole journey. `seconds` is from its first request to its last answer."""

    label: str
    stages: tuple[StageTold, ...]
    beside: tuple[Lane, ...]
    seconds: float


def journey_told(journey: Journey) -> JourneyTold:
    """In: a journey as it was observed, however far it came."""
    exchanges = {stage: _exchanges(journey, stage) for stage in STAGES}
    everything = [e for found in exchanges.values() for e in found]
    if not everything:
        return JourneyTold(journey.label, tuple(_stage(journey, s, (), None) for s in STAGES), (), 0.0)
    zero = min(_begin(e) for e in everything)
    stages = tuple(_stage(journey, s, found, _span(found, zero)) for s, found in exchanges.items())
    beside = [
        Lane("LLM", Span((c.started_at - zero).total_seconds(), ((c.ended_at or c.started_at) - zero).total_seconds()), c.id)
        for c in journey.llm_calls
    ] + [
        Lane("Stata", Span((r.started_at - zero).total_seconds(), ((r.ended_at or r.started_at) - zero).total_seconds()), r.id)
        for r in journey.stata_runs
    ]
    ends = [s.span.end for s in stages if s.span] + [lane.span.end for lane in beside]
    return JourneyTold(journey.label, stages, tuple(beside), max(ends))


def _begin(exchange: Exchange) -> Any:
    """An entry is made when the answer is there."""
    return exchange.at - timedelta(milliseconds=exchange.elapsed_ms)


def _span(exchanges: Sequence[Exchange], zero: Any) -> Span | None:
    if not exchanges:
        return None
    begins, ends = [_begin(e) for e in exchanges], [e.at for e in exchanges]
    return Span((min(begins) - zero).total_seconds(), (max(ends) - zero).total_seconds())


def _exchanges(journey: Journey, stage: Stage) -> tuple[Exchange, ...]:
    single = {"redeem": journey.redeem, "upload": journey.upload, "preview": journey.preview}
    single |= {"run": journey.run, "index": journey.index}
    many = {"draft": journey.drafts, "freeze": journey.freezes, "finish": journey.polls, "download": journey.downloads}
    if stage in many:
        return many[stage]
    found = single[stage]
    return (found,) if found is not None else ()


def _stage(journey: Journey, stage: Stage, exchanges: Sequence[Exchange], span: Span | None) -> StageTold:
    halt = journey.halt
    halted = halt is not None and halt.stage == stage
    outcome = "halted" if halted else ("done" if exchanges else "not reached")
    last = exchanges[-1] if exchanges else None
    status = "" if last is None else (str(last.status) if last.status is not None else f"no answer: {last.failure}")
    evidence = [e.id for e in (exchanges if stage in ("redeem", "draft", "freeze") else exchanges[-1:])]
    if halted and halt is not None and halt.evidence not in evidence:
        evidence.append(halt.evidence)
    fields = _fields(journey, stage, last) if last is not None else ()
    return StageTold(
        stage=stage, title=TITLES[stage], outcome=outcome, status=status, request=_request(last, journey.job_id), fields=fields,
        evidence=tuple(evidence), span=span, why=halt.why if halted and halt else "",
    )  # fmt: skip


def _request(exchange: Exchange | None, job_id: str | None) -> str:
    """As the API's own documents write it: what is in the place of the job's id is named, not repeated."""
    if exchange is None:
        return ""
    path = exchange.url.partition("://")[2].partition("/")[2]
    return f"{exchange.method} /{path.replace(job_id, '{job_id}') if job_id else path}"


def _fields(journey: Journey, stage: Stage, last: Exchange) -> Fields:
    answer = facts.answered(last)
    if stage == "redeem":
        return _given(job_id=journey.job_id, token="returned" if facts.bearer_token(answer) else "none")
    if stage == "upload":
        return _given(file=journey.dataset.path.rpartition("/")[2], bytes=journey.dataset.body.size)
    if stage == "preview":
        return _given(
            rows=facts.text_of(facts.find(answer, ("row_count", "rows_total", "n_rows", "rows"))), columns=_column_count(answer)
        )
    if stage == "draft":
        return _given(asked=counted(len(journey.drafts), "time"), llm_calls=len(journey.llm_calls))
    if stage == "freeze":
        return _plan_fields(journey)
    if stage in ("run", "finish"):
        polls = counted(len(journey.polls), "time") if stage == "finish" else None
        return _given(job_status=facts.job_status(answer), polled=polls)
    if stage == "index":
        return _given(artifacts=len(facts.indexed_artifacts(answer)))
    return _given(downloads=len(journey.downloads), bytes=sum(a.body.size for a in journey.artifacts))


def _column_count(answer: Any) -> int | None:
    found = facts.find_node(answer, ("columns", "fields", "variables", "schema"))
    return len(found.value) if found and isinstance(found.value, list | dict) else None


def _plan_fields(journey: Journey) -> Fields:
    attempts = len(journey.freezes)
    try:
        plan, _ = frozen_plan(journey)
    except (NotReached, EnvironmentFailed):
        return _given(attempts=attempts, code=facts.text_of(facts.error_code(facts.answered(journey.freezes[-1]))))
    missing, bound = plans.missing_stated(plan), plans.bound(plan)
    return _given(
        attempts=attempts,
        template=facts.text_of(plans.template(plan)),
        parameters_bound=len(bound.value) if bound else None,
        missing_stated=len(missing.value) if missing else "not stated",
        outputs_promised=len(plans.outputs(plan)),
    )


def _given(**fields: object) -> Fields:
    return tuple((name.replace("_", " "), str(value)) for name, value in fields.items() if value is not None)
