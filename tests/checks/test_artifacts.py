"""The artifact index against the contract and the bytes, before and after a restart."""
# ruff: noqa: E501 - a table reads best with one case a line

import json
from typing import Any

from checks.cases import Case, holds, parametrized, row
from checks.observations import (
    CSV,
    answer_of,
    answering,
    artifact,
    artifacts,
    body,
    exchange,
    halted,
    index_of,
    main_journey,
    plan,
    process,
    run_meta,
    stata_run,
    status,
)
from ss_audit.checks import artifacts as checks
from ss_audit.evidence.model import LogWindow
from ss_audit.evidence.seen import MainJourney, RestartTrial

GOOD = main_journey()
OF_THE_INDEX = (
    checks.every_declared_output_is_listed,
    checks.everything_listed_can_be_downloaded,
    checks.bytes_match_the_index,
    checks.outputs_are_those_that_stata_wrote,
)
OF_THE_RESTART = (
    checks.nothing_comes_after_the_end, checks.api_and_worker_really_restarted, checks.status_survives,
    checks.index_survives, checks.every_byte_survives,
)  # fmt: skip
TABLE, META = "runs/r1/artifacts/outputs/table.csv", "runs/r1/artifacts/run.meta.json"


def indexed(change: Any) -> MainJourney:
    """The journey with another index: `change` gets the rows and gives the answer."""
    rows = answer_of(GOOD.index)["artifacts"]
    assert GOOD.index is not None
    return GOOD.model_copy(update={"index": answering(GOOD.index, change(rows))})


def row_of(path: str, **meta: Any) -> MainJourney:
    return indexed(lambda rows: {"artifacts": [r | {"meta": r["meta"] | meta} if r["rel_path"] == path else r for r in rows]})


def served(name: str, text: str) -> MainJourney:
    """Other bytes than the index tells of."""
    return artifacts(GOOD, {name: text}, index=False)


def wrote(stored: dict[str, str], by_stata: dict[str, str]) -> MainJourney:
    """Stata wrote these files, and those are stored."""
    run = stata_run(files_written={name: body(text).sha256 for name, text in by_stata.items()})
    return artifacts(GOOD, stored).model_copy(update={"stata_runs": (run,)})


def promised(path: str) -> MainJourney:
    """The plan tells in which folder the output will be."""
    contract = {"declared": [{"file": path, "type": "table"}], "archive_dir_rel_path": "runs"}
    froze = exchange("plan freeze", {"plan": plan(outputs_contract=contract)}, method="POST")
    return GOOD.model_copy(update={"freezes": (froze,)})


def text_gone(**more: Any) -> MainJourney:
    """The table is not at hand as text."""
    stored = tuple(
        a.model_copy(update={"body": a.body.model_copy(update={"text": None} | more)}) if a.rel_path == TABLE else a
        for a in GOOD.artifacts
    )
    return GOOD.model_copy(update={"artifacts": stored})


def trial(**more: Any) -> RestartTrial:
    """API and worker were restarted, and nothing was lost."""
    after = tuple(artifact(a.rel_path, a.body.text or "") for a in GOOD.artifacts)
    values: dict[str, Any] = {
        "journey": GOOD, "processes_before": (process("api", 1), process("worker", 2)),
        "processes_after": (process("api", 3, 200.0), process("worker", 4, 200.0)),
        "status_before": status("succeeded"), "status_after": status("succeeded"),
        "index_before": index_of(GOOD.artifacts), "index_after": index_of(tuple(reversed(after))),
        "artifacts_before": GOOD.artifacts, "artifacts_after": after, "downloads_after": (exchange("artifact", "…"),),
    }  # fmt: skip
    return RestartTrial(**values | more)


DISK = LogWindow(id="E9", title="worker log", process="worker", lines=("OSError: [Errno 28] No space left on device",))
FEWER = index_of(GOOD.artifacts[1:])
CHANGED = tuple(artifact(a.rel_path, (a.body.text or "") + ("x" if a.rel_path == TABLE else "")) for a in GOOD.artifacts)
ONE_DEAD = GOOD.model_copy(update={"downloads": (exchange("artifact table.csv", "gone", 404), *GOOD.downloads[1:])})
CUT = GOOD.downloads[0].model_copy(update={"response_body": GOOD.downloads[0].response_body.model_copy(update={"cut": True})})
SAME_BYTES = {a.rel_path: "hello" for a in GOOD.artifacts if not a.rel_path.endswith(".json")}
CASES: list[Case] = [
    *(row(check, "a sound SS", GOOD, "pass") for check in OF_THE_INDEX),
    *(row(check, "a sound SS", trial(), "pass") for check in OF_THE_RESTART),
    *(row(check, "not reached", halted("finish"), "not_evidenced") for check in OF_THE_INDEX),
    row(checks.every_declared_output_is_listed, "one is not", artifacts(GOOD, {"table.csv": None}), "fail", "table.csv"),
    row(checks.every_declared_output_is_listed, "another folder", artifacts(GOOD, {TABLE: None, "out/table.csv": "a,b\n1,2\n"}), "pass"),
    row(checks.every_declared_output_is_listed, "by path", indexed(lambda rows: {"artifacts": {r["rel_path"]: {} for r in rows}}), "pass"),
    row(checks.every_declared_output_is_listed, "paths only", indexed(lambda rows: {"files": [r["rel_path"] for r in rows]}), "pass"),
    row(checks.every_declared_output_is_listed, "a bare list", indexed(lambda rows: rows), "pass"),
    row(checks.every_declared_output_is_listed, "links before it",
        indexed(lambda rows: {"links": [{"name": "self"}], "artifacts": rows}), "pass"),
    row(checks.every_declared_output_is_listed, "grouped", indexed(lambda rows: {"artifacts": {"a": rows[:3], "b": rows[3:]}}), "pass"),
    row(checks.everything_listed_can_be_downloaded, "a dead link", ONE_DEAD, "fail", "404"),
    row(checks.everything_listed_can_be_downloaded, "cut off", GOOD.model_copy(update={"downloads": (CUT,)}), "fail"),
    row(checks.everything_listed_can_be_downloaded, "not all tried", GOOD.model_copy(update={"downloads": GOOD.downloads[1:]}), "fail"),
    row(checks.bytes_match_the_index, "other bytes", served("table.csv", "other,bytes\n"), "fail", "announced"),
    row(checks.bytes_match_the_index, "another size", row_of(TABLE, size=1), "fail", "1 bytes announced"),
    row(checks.bytes_match_the_index, "another digest", row_of(TABLE, sha256="ab" * 32), "fail", "digest"),
    row(checks.bytes_match_the_index, "its digest in capitals", indexed(
        lambda rows: {"artifacts": [r | {"meta": {"sha256": "SHA256:" + r["meta"]["sha256"].upper()}} for r in rows]}), "pass"),
    row(checks.bytes_match_the_index, "an MD5", row_of(TABLE, sha256=None, checksum="ab" * 16), "pass"),
    row(checks.bytes_match_the_index, "no digests", indexed(lambda rows: {"artifacts": [{"path": r["rel_path"]} for r in rows]}), "pass"),
    row(checks.bytes_match_the_index, "twice, and they differ",
        indexed(lambda rows: {"artifacts": [{"rel_path": TABLE, "size": 1}, *rows]}), "fail", TABLE),
    row(checks.bytes_match_the_index, "declared and empty", artifacts(GOOD, {"table.csv": ""}), "fail", "empty"),
    *(row(checks.bytes_match_the_index, f"declared, and nothing but {text!r}", artifacts(GOOD, {"table.csv": text}), "fail", says)
      for text, says in (("\n", "and empty"), (" \t\n", "and empty"), ("\ufeff", "and empty"), ("a,b\n", "without a row"), ("TODO", "without a row"),
                         ("a,b\n,\n", "without a row"))),
    row(checks.bytes_match_the_index, "declared, and a table with one row", artifacts(GOOD, {"table.csv": "a\n0\n"}), "pass"),
    row(checks.bytes_match_the_index, "declared, a log of one line", artifacts(GOOD, {"result.log": "done"}), "pass"),
    row(checks.bytes_match_the_index, "not declared, one line", artifacts(GOOD, {"more/other.csv": "a,b\n"}), "pass"),
    row(checks.bytes_match_the_index, "a table in which Stata wrote no row", wrote({"table.csv": "a,b\n"}, {"table.csv": "a,b\n"}), "pass"),
    row(checks.bytes_match_the_index, "an empty table that Stata wrote", wrote({"table.csv": "\n"}, {"table.csv": "\n"}), "fail", "and empty"),
    row(checks.bytes_match_the_index, "a large table", text_gone(), "pass"),
    row(checks.outputs_are_those_that_stata_wrote, "one digit changed",
        artifacts(GOOD, {"table.csv": "term,note\nfirst,third\n"}), "fail", f"under their name: {TABLE}"),
    row(checks.outputs_are_those_that_stata_wrote, "in a folder of its own", wrote(
        {"table.csv": "a\n1\n"}, {"out/table.csv": "a\n1\n"}), "pass", "1 of 2"),
    row(checks.outputs_are_those_that_stata_wrote, "of an earlier attempt", GOOD.model_copy(update={"stata_runs": (
        *GOOD.stata_runs, stata_run(files_written={"table.csv": "ab" * 32}))}), "pass", "2 of 2"),
    row(checks.outputs_are_those_that_stata_wrote, "made from another file", wrote({}, {"table.dta": "x"}), "pass", "0 of 2"),
    row(checks.outputs_are_those_that_stata_wrote, "only its look for packages was seen", GOOD.model_copy(update={"stata_runs": (
        stata_run(do_file="/w/dependency_preflight.do"),)}), "not_evidenced", "was not seen"),
    row(checks.outputs_are_those_that_stata_wrote, "a record that does not tell", GOOD.model_copy(update={"stata_runs": (
        stata_run(files_written={}),)}), "not_evidenced", "was not seen"),
    row(checks.outputs_are_those_that_stata_wrote, "no witness", GOOD.model_copy(
        update={"stata_runs": (), "unwitnessed": ("stata",)}), "pass", "no witness of ours"),
    row(checks.outputs_are_those_that_stata_wrote, "none was downloaded", artifacts(GOOD, {"table.csv": None, "result.log": None}), "not_evidenced"),
    row(checks.outputs_are_those_that_stata_wrote, "a secret in one", text_gone(sha256=""), "pass", "1 of 1"),
    row(checks.bytes_match_the_index, "a web page", artifacts(GOOD, {"table.csv": "<!DOCTYPE html><p>404"}), "fail", "web page"),
    row(checks.bytes_match_the_index, "JSON that is none", artifacts(GOOD, {"run.meta.json": "{"}), "fail", "JSON"),
    row(checks.bytes_match_the_index, "of another job", artifacts(GOOD, {META: json.dumps(run_meta(job_id="job_2"))}), "fail", "job_2"),
    row(checks.bytes_match_the_index, "all the same",
        artifacts(GOOD, {a.rel_path: None for a in GOOD.artifacts} | SAME_BYTES), "fail", "same bytes"),
    row(checks.nothing_comes_after_the_end, "late", trial(journey=artifacts(GOOD, {TABLE: None})), "fail", TABLE),
    row(checks.nothing_comes_after_the_end, "gone", trial(index_before=FEWER), "fail", "gone"),
    row(checks.nothing_comes_after_the_end, "not read again", trial(index_before=None), "not_evidenced"),
    row(checks.nothing_comes_after_the_end, "not reached", trial(journey=halted("finish")), "not_evidenced"),
    row(checks.api_and_worker_really_restarted, "not at all", trial(processes_after=trial().processes_before), "fail"),
    row(checks.api_and_worker_really_restarted, "the API only",
        trial(processes_after=(process("api", 3, 200.0), process("worker", 2))), "fail", "worker: pid 2 → 2"),
    row(checks.api_and_worker_really_restarted, "a new id, an old process",
        trial(processes_after=(process("api", 3), process("worker", 4))), "fail"),
    row(checks.api_and_worker_really_restarted, "not alive",
        trial(processes_after=(process("api", 3, 200.0), process("worker", 4, 200.0, alive=False))), "fail"),
    row(checks.api_and_worker_really_restarted, "no worker before", trial(processes_before=(process("api", 1),)), "fail"),
    row(checks.api_and_worker_really_restarted, "it did not come up",
        trial(failure="not ready", processes_before=(), processes_after=()), "fail", "not ready"),
    row(checks.api_and_worker_really_restarted, "nothing seen", trial(processes_before=(), processes_after=()), "not_evidenced"),
    row(checks.status_survives, "lost", trial(status_after=exchange("job", {"error_code": "NO"}, 404)), "fail", "404"),
    row(checks.status_survives, "another", trial(status_after=status("failed")), "fail", "failed"),
    row(checks.status_survives, "not succeeded any more", trial(status_before=status("running"), status_after=status("running")), "fail"),
    row(checks.status_survives, "empty answers", trial(status_before=exchange("job", {}), status_after=exchange("job", {})), "fail"),
    row(checks.status_survives, "not read", trial(status_after=None), "not_evidenced"),
    *(row(check, "job never ended", trial(journey=halted("finish")), "not_evidenced") for check in (
        checks.status_survives, checks.index_survives, checks.every_byte_survives)),
    *(row(check, "the disk was full", halted("finish", logs=(DISK,)), "error", "disk") for check in OF_THE_INDEX),
    row(checks.outputs_are_those_that_stata_wrote, "its do-file was not kept", artifacts(GOOD, {"stata.do": None}), "pass", "2 of 2"),
    row(checks.outputs_are_those_that_stata_wrote, "promised by a path", promised("out/table.csv"), "pass", "1 of 1"),
    row(checks.index_survives, "one lost", trial(index_after=FEWER), "fail", "lost or changed: artifacts"),
    row(checks.index_survives, "one twice", trial(index_after=index_of((*GOOD.artifacts, GOOD.artifacts[0]))), "fail"),
    row(checks.index_survives, "another digest", trial(index_after=index_of(CHANGED)), "fail", TABLE),
    row(checks.index_survives, "empty", trial(index_before=exchange("i", {}), index_after=exchange("i", {})), "fail"),
    row(checks.index_survives, "not read", trial(index_after=None), "not_evidenced"),
    row(checks.every_byte_survives, "one byte", trial(artifacts_after=CHANGED), "fail", TABLE),
    row(checks.every_byte_survives, "one gone", trial(artifacts_after=trial().artifacts_after[1:]), "fail"),
    row(checks.every_byte_survives, "nothing before", trial(artifacts_before=()), "fail"),
    row(checks.every_byte_survives, "not downloaded", trial(downloads_after=()), "not_evidenced"),
    row(checks.api_and_worker_really_restarted, "the worker is gone", trial(processes_after=(process("api", 3, 200.0),)), "fail", "worker: pid 2 → gone"),
    row(checks.bytes_match_the_index, "nothing could be downloaded", halted("download"), "not_evidenced", "ended at download"),
    row(checks.every_byte_survives, "nothing could be downloaded", trial(journey=halted("download")), "not_evidenced"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


def test_what_was_never_compared_after_a_failed_restart_names_it() -> None:
    found = checks.status_survives.judge(trial(failure="not ready", status_after=None))
    assert found.because == checks.api_and_worker_really_restarted.id


def test_without_a_contract_the_plan_is_to_blame() -> None:
    freeze = exchange("plan freeze", {"plan": {"template_id": "R02"}}, method="POST")
    bare = GOOD.model_copy(update={"freezes": (freeze,), "plan_read": None, "plan_read_later": None})
    found = checks.every_declared_output_is_listed.judge(bare)
    assert (found.outcome, found.because) == ("not_evidenced", "plan.promises_outputs_and_places")
    assert CSV
