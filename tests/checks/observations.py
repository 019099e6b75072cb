"""Small observations, made by hand: what an SS that keeps the spec would show, and ways to change one thing in it.

Everything starts from `main_journey()`. `answering` changes an answer, `artifacts` the files of a job, and
`journey.model_copy(update=…)` the rest.
"""

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from stata_log import printed_tables
from stata_log.synthetic import batch, closed, opened

from ss_audit.evidence.model import (
    Body,
    Exchange,
    FileSeen,
    LlmCall,
    LogWindow,
    ProcessSeen,
    StataProcess,
    Statement,
    StoredArtifact,
)
from ss_audit.evidence.seen import Halt, Journey, MainJourney, Provenance, Question, Stage

MODEL = "claude-opus-4-5-20251101"
JOB = "job_tc_1"
TOKEN = "a token that is masked wherever it is written"
NONCE = "refk3x9"
COLUMNS = {
    "y_q1": ["10.13", "10.57", "8.09", "9.11", "7.23", "7.91", "8.77", "9.93"],
    "x_q2": ["1.27", "1.41", "0.83", "1.09", "0.41", "0.67", "0.91", "1.33"],
    "z_q3": ["3.11", "2.07", "4.63", "1.09", "5.21", "2.77", "3.59", "4.03"],
}
CSV = "".join(",".join(row) + "\n" for row in [["unit_q5", *COLUMNS], *zip("12345678", *COLUMNS.values(), strict=True)])
QUESTION = Question(
    kind="ols", goal="causal", nonce=NONCE, outcome="y_q1", treatment="x_q2", controls=("z_q3",), unit="unit_q5",
    text=f"How does y_q1 depend on x_q2, controlling for z_q3? (Our reference: {NONCE})",
)  # fmt: skip
TEMPLATE = """\
* R02: a regression
version 18
capture log close _all
log using "result.log", text replace
import delimited using "data.csv", varnames(1) case(preserve) clear
summarize __DEPVAR__ __INDEPVARS__
regress __DEPVAR__ __INDEPVARS__
log close
"""
DO_FILE = TEMPLATE.replace("__DEPVAR__", "y_q1").replace("__INDEPVARS__", "x_q2 z_q3")
REASON = "The question asks for a regression of y_q1, which R02 does."
WHEN = datetime(2026, 1, 11, 10, 34, tzinfo=UTC)

_ids = itertools.count(1)
J = TypeVar("J", bound=Journey)


def next_id() -> str:
    """The id that an archive would give."""
    return f"E{next(_ids):04d}"


def body(text: str, media_type: str = "") -> Body:
    """A payload of this text."""
    raw = text.encode()
    return Body(media_type=media_type, size=len(raw), sha256=hashlib.sha256(raw).hexdigest(), text=text)


def exchange(what: str, answer: Any = None, status: int | None = 200, method: str = "GET") -> Exchange:
    """An exchange whose answer is this JSON value, or this text."""
    text = answer if isinstance(answer, str) else json.dumps(answer)
    said = str(status) if status is not None else "no answer"
    failure = "ConnectError: refused" if status is None else None
    return Exchange(
        id=next_id(), title=f"{method} {what}: {said}", method=method, url=f"http://127.0.0.1/{what}", status=status,
        response_body=body(text) if status is not None else Body(), failure=failure,
    )  # fmt: skip


def answering(one: Exchange, answer: Any, status: int | None = 200) -> Exchange:
    """The same exchange with another answer."""
    return exchange(one.title.split(" ", 1)[1].rpartition(":")[0], answer, status, one.method)


def answer_of(one: Exchange | None) -> Any:
    """What was answered, as a value of its own to change."""
    assert one is not None
    return json.loads(one.response_body.text or "null")


def artifact(rel_path: str, text: str, kind: str = "", job: str = JOB) -> StoredArtifact:
    """A file that was downloaded."""
    return StoredArtifact(id=next_id(), title=rel_path, job_id=job, rel_path=rel_path, declared_kind=kind, body=body(text))


def statement(title: str, **detail: Any) -> Statement:
    """Something that the audit says."""
    return Statement(id=next_id(), title=title, detail=detail)


def template_contract() -> dict[str, Any]:
    """What the plan says of parameters, needs and outputs."""
    return {
        "params_contract": {"bound_values": {"__DEPVAR__": "y_q1", "__INDEPVARS__": "x_q2 z_q3"}, "missing_required": []},
        "dependencies": [{"pkg": "stata", "source": "built-in"}],
        "outputs_contract": {
            "declared": [{"file": "table.csv", "type": "table"}, {"file": "result.log", "type": "log"}],
            "archive_dir_rel_path": "runs/{run_id}/artifacts/outputs",
        },
    }


def plan(template: str = "R02", reason: str | None = REASON, **contract: Any) -> dict[str, Any]:
    """A frozen plan."""
    params: dict[str, Any] = {"template_id": template, "template_contract": template_contract() | contract}
    if reason is not None:
        params["selection"] = {"reason": reason}
    return {"plan_id": "p1", "rel_path": "artifacts/plan.json", "steps": [{"step_id": "s1", "params": params}]}


def stata_log_text() -> str:
    """What Stata would log of `DO_FILE` on `CSV`."""
    regressors = {"y_q1": COLUMNS["y_q1"], "x_q2": COLUMNS["x_q2"], "z_q3": COLUMNS["z_q3"]}
    return batch(DO_FILE, {
        'log using "result.log", text replace': opened(),
        "summarize y_q1 x_q2 z_q3": printed_tables.summarize(COLUMNS),
        "regress y_q1 x_q2 z_q3": printed_tables.regress("y_q1", regressors),
        "log close": closed(),
    })  # fmt: skip


LOG = stata_log_text()
RESULT_LOG = LOG[LOG.index("-" * 79) : LOG.rindex("-" * 79) + 80]
TABLE = "term,note\nfirst,second\n"
DRAFT_ANSWER = json.dumps({"draft_text": "Regress y_q1 on x_q2 and z_q3.", "outcome_var": "y_q1"})
CHOICE_ANSWER = json.dumps({"template_id": "R02", "reason": REASON})
COMMAND = ("/opt/stata18/stata-se", "-b", "do", "stata.do")


def run_meta(**more: Any) -> dict[str, Any]:
    """The metadata of a run that went well."""
    return {"job_id": JOB, "runner": "local", "command": ["/shim", *COMMAND], "exit_code": 0, **more}


def files() -> dict[str, str]:
    """The files of the main job, by path."""
    llm = {}
    for call, answer in (("draft", DRAFT_ANSWER), ("select", CHOICE_ANSWER)):
        meta = {"model": MODEL, "ok": True, "response_fingerprint": hashlib.sha256(answer.encode()).hexdigest()}
        llm |= {f"artifacts/llm/{call}/meta.json": json.dumps(meta), f"artifacts/llm/{call}/response.txt": answer}
        llm |= {f"artifacts/llm/{call}/prompt.txt": f"TASK: {call}\n{QUESTION.text}"}
    run = "runs/r1/artifacts"
    return llm | {
        "inputs/data.csv": CSV,
        "artifacts/plan.json": json.dumps(plan()),
        f"{run}/stata.do": DO_FILE,
        f"{run}/stata.log": LOG,
        f"{run}/run.meta.json": json.dumps(run_meta()),
        f"{run}/outputs/table.csv": TABLE,
        f"{run}/outputs/result.log": RESULT_LOG,
    }


def index_of(stored: Sequence[StoredArtifact], job: str = JOB) -> Exchange:
    """The index that lists these files as they are."""
    rows = [
        {"rel_path": a.rel_path, "kind": a.declared_kind, "meta": {"size": a.body.size, "sha256": a.body.sha256}}
        for a in stored
    ]
    return exchange("artifact index", {"job_id": job, "artifacts": rows})


def artifacts(journey: J, by_path: Mapping[str, str | None], *, index: bool = True) -> J:
    """The journey with other files: a text replaces or adds the file of this path or name, None takes it away.

    With `index` the index tells of the files as they now are; without, it tells of them as they were.
    """
    kept = {a.rel_path: a for a in journey.artifacts}
    for path, text in by_path.items():
        paths = [p for p in kept if p == path or p.endswith(f"/{path}")] or [path]
        for each in paths:
            kept.pop(each, None)
            if text is not None:
                kept[each] = artifact(each, text)
    stored = tuple(kept.values())
    update: dict[str, Any] = {"artifacts": stored, "downloads": tuple(exchange(f"artifact {a.rel_path}", "…") for a in stored)}
    return journey.model_copy(update=update | ({"index": index_of(stored)} if index else {}))


def llm_call(answer: str, **more: Any) -> LlmCall:
    """A call that a real provider answered."""
    values: dict[str, Any] = {
        "id": next_id(), "title": "call of the model", "upstream": "https://llm.example.org/v1",
        "upstream_host": "llm.example.org",
        "upstream_address": "203.0.113.7", "tls_version": "TLSv1.3", "tls_verified": True, "started_at": WHEN, "status": 200,
        "model_asked": MODEL, "model_echoed": MODEL, "prompt": QUESTION.text, "answer": answer,
        "answer_sha256": hashlib.sha256(answer.encode()).hexdigest(),
    }  # fmt: skip
    return LlmCall(**values | more)


def stata_run(**more: Any) -> StataProcess:
    """A run of a real Stata, as the shim saw it."""
    values: dict[str, Any] = {
        "id": next_id(), "title": "stata-se, exit status 0", "shim_pid": 7, "command": COMMAND[:1], "arguments": COMMAND[1:],
        "cwd": f"/jobs/{JOB}/work", "started_at": WHEN, "leaf_executable": COMMAND[0], "do_file": "/w/stata.do",
        "do_file_sha256": body(DO_FILE).sha256, "log_sha256": body(LOG).sha256, "exit_status": 0,
        "files_written": {"table.csv": body(TABLE).sha256, "result.log": body(RESULT_LOG).sha256},
    }  # fmt: skip
    return StataProcess(**values | more)


def status(word: str) -> Exchange:
    """The job's status."""
    return exchange("job", {"job_id": JOB, "status": word})


def journey(kind: type[J], asked_to: Stage = "download", **more: Any) -> J:
    """A job that came to its results on an SS that keeps the spec."""
    froze = exchange("plan freeze", {"job_id": JOB, "plan": plan()}, method="POST")
    read = exchange("plan", {"job_id": JOB, "plan": plan()})
    draft = {
        "status": "ready", "outcome_var": "y_q1", "draft_text": "Regress y_q1 on x_q2 and z_q3.",
        "column_candidates": [*COLUMNS], "required_variables": [{"field": "__ID_VAR__", "candidates": [*COLUMNS]}],
    }  # fmt: skip
    values: dict[str, Any] = {
        "label": "main journey", "question": QUESTION, "asked_to": asked_to, "job_id": JOB,
        "dataset": FileSeen(id=next_id(), title="data", path="data.csv", body=body(CSV, "text/csv")),
        "redeem": exchange("redeem", {"job_id": JOB, "token": TOKEN}, method="POST"),
        "created": status("created"),
        "upload": exchange("upload", {"job_id": JOB}, method="POST"),
        "preview": exchange("inputs preview", {"columns": [{"name": name} for name in ("unit_q5", *COLUMNS)]}),
        "drafts": (exchange("draft preview", {"status": "pending"}, 202), exchange("draft preview", draft)),
        "freezes": (froze,), "plan_read": read, "plan_read_later": read,
        "run": exchange("run", {"status": "queued"}, method="POST"),
        "polls": (status("queued"), status("running"), status("running"), status("succeeded")),
        "logs": (LogWindow(id=next_id(), title="worker log", process="worker", lines=('{"event":"SS_WORKER_JOB_DONE"}',)),),
        "llm_calls": (llm_call(DRAFT_ANSWER), llm_call(CHOICE_ANSWER)),
        "stata_runs": (stata_run(),),
    }  # fmt: skip
    return artifacts(kind(**values | more), files())


def main_journey(**more: Any) -> MainJourney:
    """The main job."""
    return journey(MainJourney, **more)


def halted(at: Stage, why: str = "it was refused", kind: type[J] = MainJourney, **more: Any) -> J:  # type: ignore[assignment]
    """A job that ended at this stage; what comes after is not there."""
    order: tuple[tuple[Stage, dict[str, Any]], ...] = (
        ("redeem", {"job_id": None, "created": None}),
        ("upload", {"preview": None}),
        ("draft", {"freezes": ()}),
        ("freeze", {"plan_read": None, "plan_read_later": None, "run": None}),
        ("run", {"polls": (), "stata_runs": ()}),
        ("finish", {"index": None, "downloads": (), "artifacts": ()}),
    )
    stages = [stage for stage, _ in order]
    whole = journey(kind)
    reached = stages.index(at) if at in stages else len(stages)
    gone: dict[str, Any] = {}
    for _, absent in order[reached:]:
        gone |= absent
    if reached < 2:
        gone |= {"drafts": (), "llm_calls": ()}
    if at in ("index", "download"):
        gone = {"downloads": (), "artifacts": ()} if at == "index" else {"artifacts": ()}
    refusal = exchange(at, {"error_code": "NO", "message": "no"}, 409)
    return whole.model_copy(update=gone | {"halt": Halt(stage=at, why=why, evidence=refusal.id)} | more)


def provenance(**more: Any) -> Provenance:
    """What is declared about a run with the real parts."""
    values: dict[str, Any] = {
        "declared": statement("declared as standing in: nothing"), "profile": "production", "stata": "real", "llm": "real",
        "model": MODEL, "echoes": (MODEL,), "hosts": ("llm.example.org",),
    }  # fmt: skip
    return Provenance(**values | more)


def process(role: str, pid: int, started_at: float | None = 100.0, **more: Any) -> ProcessSeen:
    """A process of SS."""
    values: dict[str, Any] = {"command": ("python", role), "started_at": started_at}
    return ProcessSeen(id=next_id(), title=f"{role} {pid}", role=role, phase="look", pid=pid, **values | more)
