"""Judging an SS that ran already: what its records, its operator and its provider show without a witness of ours."""
# ruff: noqa: E501 - a table reads best with one case a line

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from checks.cases import holds, parametrized, row
from checks.observations import (
    DO_FILE,
    DRAFT_ANSWER,
    MODEL,
    artifacts,
    body,
    halted,
    main_journey,
    next_id,
    process,
    provenance,
    statement,
    status,
)
from ss_audit.checks import artifacts as restarts
from ss_audit.checks import llm, missing_package, started, stata
from ss_audit.checks.classes import llm_class, stata_class
from ss_audit.checks.judgement import registry
from ss_audit.checks.llm_by_records import counts
from ss_audit.evidence.model import LogWindow, OperatorCommand
from ss_audit.evidence.observation import Observation
from ss_audit.evidence.seen import (
    DeclaredPackage,
    ExecutedTemplate,
    MainJourney,
    Provenance,
    RestartSign,
    RestartTrial,
    StackSeen,
    StackWatched,
    Stage,
)
from ss_audit.ss.plans import package_names
from ss_audit.verdict import ScenarioResult

UNSEEN = {"unwitnessed": ("llm", "stata"), "llm_calls": (), "stata_runs": ()}
JOB = main_journey().model_copy(update=UNSEEN)
AWAY = {"where": "the operator's host"}
STARTED = (process("api", 7, 100.0, **AWAY), process("worker", 8, 101.0, **AWAY))


def command(setting: str, output: str = "", exit_status: int | None = 0, **more: Any) -> OperatorCommand:
    said = more.get("failure") or f"exit status {exit_status}"
    return OperatorCommand(
        id=next_id(), title=f"{setting}: {said}", setting=setting, command="x", started_at=datetime.now(UTC),
        exit_status=exit_status, output=body(output), **more,
    )  # fmt: skip


def usage(*rows: tuple[str, int]) -> OperatorCommand:
    return command("llm_usage_command", json.dumps({"data": [{"model": m, "num_model_requests": n} for m, n in rows]}))


def known(**more: Any) -> Provenance:
    return provenance(**{"usage": usage((MODEL, 2)), "started": STARTED, **more})


def changed(**files: str | None) -> MainJourney:
    return artifacts(JOB, {name.replace("__", "."): text for name, text in files.items()})


def recorded(do_file: str) -> MainJourney:
    """SS says that it ran this do-file."""
    return artifacts(JOB, {"run.meta.json": json.dumps({"command": ["stata", "-b", "do", do_file], "exit_code": 0})})


def restart(**more: Any) -> RestartTrial:
    """Both roles are other processes than before, by the operator's commands."""
    values: dict[str, Any] = {
        "journey": JOB, "processes_before": STARTED, "status_before": status("succeeded"), "status_after": status("succeeded"),
        "processes_after": (process("api", 17, 200.0, **AWAY), process("worker", 18, 201.0, **AWAY)),
        "index_before": JOB.index, "index_after": JOB.index, "artifacts_before": JOB.artifacts,
        "artifacts_after": JOB.artifacts, "downloads_after": JOB.downloads, "commanded": command("restart_command"),
    }  # fmt: skip
    return RestartTrial(**values | more)


def signs(*roles: str) -> tuple[RestartSign, ...]:
    return tuple(RestartSign.model_validate({"role": role, "what": "its log says: up", "evidence": "E1"}) for role in roles)


def hour_back(processes: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(p.model_copy(update={"started_at": p.started_at - 3600}) for p in processes)


REAL = restarts.api_and_worker_really_restarted
NOTHING_SEEN: dict[str, Any] = {"processes_before": (), "processes_after": ()}
HUNG = command("restart_command", exit_status=None, failure="it did not end within 3 s (timeout_command)")
ABSENT = command("restart_command", exit_status=None, failure="it can't be started", never_ran=True)
LACKING = statement("SS runs already: give restart_command")
SCENARIO = registry()
NO_RUNNER = artifacts(JOB, {"run.meta.json": json.dumps({"command": ["stata", "-b", "do", "stata.do"], "exit_code": 0})})
CHOSEN = '{"event": "SS_WORKER_RUNNER_SELECTED", "runner": "LocalStataRunner"}'

CASES = [
    row(REAL, "later starts", restart(), "pass", "pid 7 → pid 17"),
    row(REAL, "a clock an hour behind", restart(
        processes_before=hour_back(STARTED), processes_after=hour_back(restart().processes_after)), "pass"),
    row(REAL, "pods of the same pid", restart(
        processes_before=(process("api", 1, None, where="a-1"), process("worker", 1, None, where="w-1")),
        processes_after=(process("api", 1, None, where="a-2"), process("worker", 1, None, where="w-2"))), "pass"),
    row(REAL, "other ids, started before", restart(
        processes_after=(process("api", 17, 90.0, **AWAY), process("worker", 18, 90.0, **AWAY))), "not_evidenced"),
    row(REAL, "the same ids, started later", restart(
        processes_after=(process("api", 7, 200.0, **AWAY), process("worker", 8, 201.0, **AWAY))), "pass"),
    row(REAL, "no start known any more", restart(
        processes_after=(process("api", 17, None, **AWAY), process("worker", 18, None, **AWAY))), "pass"),
    row(REAL, "no start known before", restart(
        processes_before=(process("api", 7, None, **AWAY), process("worker", 8, None, **AWAY))), "pass"),
    row(REAL, "not alive, no start known", restart(
        processes_after=(process("api", 17, None, alive=False), process("worker", 18, None, alive=False))), "not_evidenced"),
    row(REAL, "named by where they run", restart(
        processes_before=(process("api", 0, 1.0, where="a-1"), process("worker", 0, 1.0, where="w-1")),
        processes_after=(process("api", 0, 2.0, where="a-2"), process("worker", 0, 2.0, where="w-2"))), "pass", "a-1 → a-2"),
    row(REAL, "a log beside the processes", restart(signs=signs("api", "worker")), "pass", "pid 7 → pid 17"),
    row(REAL, "logs alone", restart(**NOTHING_SEEN, signs=signs("api", "worker")), "pass", "its log says"),
    row(REAL, "the worker by nothing", restart(**NOTHING_SEEN, signs=signs("api")), "not_evidenced", "that worker started"),
    row(REAL, "the same processes", restart(processes_after=STARTED), "not_evidenced", "nothing shows"),
    row(REAL, "no means", restart(lacking=LACKING, commanded=None), "not_evidenced", "give restart_command"),
    row(REAL, "it hung", restart(commanded=HUNG, failure="restart_command failed: it did not end"), "error", "did not end"),
    row(REAL, "it could not be started", restart(commanded=ABSENT, failure="no such program"), "error", "no such program"),
    row(REAL, "SS did not come back", restart(failure="nothing answered for SS"), "fail", "nothing answered"),

    row(stata.the_runner_is_real, "all fits", (JOB, known()), "pass", "log of 18.0 SE, worker started as python worker; no witness of ours"),
    row(stata.the_runner_is_real, "unknown start", (JOB, known(started=())), "not_evidenced", "log of 18.0; but how SS was started is not known"),
    row(stata.the_runner_is_real, "a start without its command", (JOB, known(started=(
        STARTED[0], STARTED[1].model_copy(update={"command": ()})))), "not_evidenced", "give start_commands"),
    row(stata.the_runner_is_real, "half a start", (JOB, known(started=STARTED[:1])), "not_evidenced", "give start_commands"),
    row(stata.the_runner_is_real, "declared", (JOB, known(stata="rehearsal")), "not_evidenced", "rehearsal Stata"),
    row(stata.the_runner_is_real, "no banner", (changed(stata__log=DO_FILE), known()), "fail", "no banner"),
    row(stata.the_runner_is_real, "no log", (changed(stata__log=None), known()), "not_evidenced"),
    row(stata.the_runner_is_real, "nothing ran", (halted("run", **UNSEEN), known()), "not_evidenced"),
    row(stata.the_command_really_ran, "as recorded", JOB, "pass", "no witness of ours"),
    row(stata.the_command_really_ran, "another do-file recorded", changed(
        **{"run.meta__json": json.dumps({"command": ["stata", "-b", "do", "other.do"], "exit_code": 0})}), "fail", "other.do"),
    row(stata.the_command_really_ran, "recorded with its folder", recorded("/job/work/stata.do"), "pass"),
    row(stata.the_command_really_ran, "recorded as Windows writes it", recorded("C:\\job\\stata.do"), "pass"),
    row(stata.the_command_really_ran, "another, and told which is stored", recorded("other.do"), "fail", "none of its words is the stored do-file (stata.do)"),
    row(stata.the_command_really_ran, "nothing recorded", changed(**{"run.meta__json": "{}"}), "not_evidenced"),

    row(llm.the_provider_is_real, "counted", (JOB, known()), "pass", "the provider counted 2 calls"),
    row(llm.the_provider_is_real, "not counted", (JOB, known(usage=None)), "not_evidenced", "give llm_usage_command"),
    row(llm.the_provider_is_real, "the count failed", (JOB, known(usage=command("llm_usage_command", exit_status=3))),
        "not_evidenced", "exit status 3"),
    row(llm.the_provider_is_real, "too few", (JOB, known(usage=usage((MODEL, 1)))), "not_evidenced", "SS recorded 2"),
    row(llm.the_provider_is_real, "nothing", (JOB, known(usage=usage())), "not_evidenced"),
    row(llm.the_provider_is_real, "another model alone", (JOB, known(usage=usage(("cheap", 9)))), "fail", "cheap"),
    row(llm.the_provider_is_real, "another model besides", (JOB, known(usage=usage(("cheap", 9), (MODEL, 2)))), "pass", "cheap"),
    row(llm.the_provider_is_real, "declared", (JOB, known(llm="rehearsal")), "not_evidenced", "rehearsal LLM"),
    row(llm.the_provider_echoes_the_model, "counted", (JOB, known()), "pass"),
    row(llm.the_provider_echoes_the_model, "under its other name", (
        JOB, known(usage=usage(("gw/opus", 2)), echoes=(MODEL, "gw/opus"))), "pass"),
    row(llm.every_recorded_call_was_made, "answers kept", JOB, "pass"),
    row(llm.every_recorded_call_was_made, "an empty answer", changed(**{"llm/draft/response__txt": ""}), "fail", "llm/draft"),
    row(llm.every_recorded_call_was_made, "another answer than recorded", changed(
        **{"llm/draft/meta__json": json.dumps({"model": MODEL, "response_sha256": "0" * 64})}), "fail", "fingerprint"),
    *(row(llm.every_recorded_call_was_made, f"fingerprint {start!r}", changed(
        **{"llm/draft/meta__json": json.dumps({"model": MODEL, "response_sha256": start + digest})}), outcome)
      for start, digest, outcome in (("sha256:", body(DRAFT_ANSWER).sha256, "pass"), ("SHA256:", "0" * 64, "fail"), ("md5:", "0" * 32, "pass"))),
    row(llm.every_made_call_is_recorded, "records", JOB, "pass", "could not be seen"),
    row(llm.the_question_reached_the_provider, "in a kept prompt", JOB, "pass"),
    row(llm.the_question_reached_the_provider, "another prompt", changed(
        **{"llm/draft/prompt__txt": "x", "llm/select/prompt__txt": "y"}), "fail"),

    row(missing_package.a_declared_absence_fails_the_job, "no means", DeclaredPackage(
        how="declared", package="x", planted=statement("give package_install_command")), "not_evidenced", "give package_install"),

    row(started.api_and_worker_are_two_processes, "no means", StackSeen(
        started=statement("attached", lacks="give start_commands"), processes=(), logs=()), "not_evidenced", "give start_commands"),
    row(started.api_and_worker_are_two_processes, "two pods of pid 1", StackSeen(started=statement("attached"), processes=(
        process("api", 1, where="a"), process("worker", 1, where="w")), logs=()), "pass"),
    row(started.api_and_worker_are_two_processes, "one process for both", StackSeen(started=statement("attached"), processes=(
        process("api", 1, **AWAY), process("worker", 1, **AWAY)), logs=()), "fail"),
    row(started.runner_and_command_are_identified, "no log from its start", (NO_RUNNER, StackSeen(
        started=statement("attached"), processes=STARTED, logs=())), "not_evidenced", "give worker_log_command"),
    row(started.runner_and_command_are_identified, "a start that names none", (NO_RUNNER, StackSeen(
        started=statement("attached"), processes=STARTED, logs=(LogWindow(
            id=next_id(), title="worker", process="worker", lines=('{"event": "SS_WORKER_STARTUP"}',)),))), "fail", "no runner"),
    row(started.runner_and_command_are_identified, "named at its start", (NO_RUNNER, StackSeen(
        started=statement("attached"), processes=STARTED, logs=(LogWindow(
            id=next_id(), title="worker", process="worker", lines=(CHOSEN,)),))), "pass"),
    row(started.nothing_dies_unasked, "a tunnel, twice", StackWatched(
        deaths=(process("tunnel", 1, alive=False), process("tunnel", 2, alive=False)), looks=STARTED), "error", "no process of SS's"),
    row(started.nothing_dies_unasked, "a worker, twice", StackWatched(
        deaths=(process("worker", 1, alive=False), process("worker", 2, alive=False)), looks=STARTED), "fail"),
    row(started.nothing_dies_unasked, "nobody can look", StackWatched(deaths=(), looks=()), "not_evidenced", "give start_commands"),
]  # fmt: skip


@parametrized(CASES)
def test_the_table(case: Any) -> None:
    holds(case)


@pytest.mark.parametrize(
    ("trial", "blame"), [(restart(commanded=HUNG), "environment"), (restart(commanded=ABSENT), "operator")]
)
def test_a_command_that_did_not_work_is_not_sss_fault(trial: RestartTrial, blame: str) -> None:
    assert REAL.judge(trial).blame == blame


NO_LIBRARY = ExecutedTemplate(journey=JOB, looked=statement("no library at hand"))


def scenario(name: str, *seen: Observation) -> ScenarioResult:
    takes = {type(one): one for one in seen}
    findings = tuple(c.judge(*(takes[kind] for kind in c.takes)) for c in SCENARIO.values() if c.scenario == name)
    return ScenarioResult(id="x", name=name, requirement="r", must=True, outcome="pass", reason="", findings=findings)


def test_what_nobody_of_ours_saw_is_consistent_at_most() -> None:
    of_stata, of_llm = scenario(stata.SCENARIO, JOB, NO_LIBRARY, known()), scenario(llm.SCENARIO, JOB, known())
    assert {f.outcome for f in (*of_stata.findings, *of_llm.findings)} == {"pass"}, [f.saw for f in of_stata.findings]
    assert (stata_class([of_stata], "real"), llm_class([of_llm], "real")) == ("CONSISTENT", "CONSISTENT")


def test_without_the_operators_part_nothing_is_evidenced() -> None:
    nothing = provenance()
    of_stata, of_llm = scenario(stata.SCENARIO, JOB, NO_LIBRARY, nothing), scenario(llm.SCENARIO, JOB, nothing)
    assert [f.check for f in of_stata.findings if f.outcome == "not_evidenced"] == [stata.the_runner_is_real.id]
    assert {f.check for f in of_llm.findings if f.outcome == "not_evidenced"} == {
        llm.the_provider_is_real.id,
        llm.the_provider_echoes_the_model.id,
    }


@pytest.mark.parametrize(
    ("output", "found"),
    [
        ('{"model": "a", "calls": 3}', {"a": 3}),
        ('{"data": [{"results": [{"model": "a", "num_model_requests": 2}, {"model": "b", "requests": 1}]}]}', {"a": 2, "b": 1}),
        ('{"model": "a", "id": "1"}\n{"model": "a", "id": "2"}\nnot json\n', {"a": 2}),
        ('{"model": "a", "calls": "many"}', {"a": 0}),
        ("the model a was called 3 times", {}),
        ("", {}),
    ],
)
def test_what_a_provider_counts(output: str, found: dict[str, int]) -> None:
    summed: dict[str, int] = {}
    for model, number in counts(output):
        summed[model] = summed.get(model, 0) + number
    assert summed == found


@pytest.mark.parametrize(
    ("dependencies", "names"),
    [
        ([{"pkg": "stata", "source": "built-in"}, {"pkg": "reghdfe", "source": "ssc"}], ("reghdfe",)),
        (["estout", "stata"], ("estout",)),
        ([{"name": "x"}, {"package": "y"}, {"z": 1}, 7], ("x", "y")),
        ([], ()),
        (None, ()),
    ],
)
def test_the_packages_that_could_be_removed_are_none_of_statas_own(dependencies: object, names: tuple[str, ...]) -> None:
    assert package_names({"dependencies": dependencies}) == names


def test_the_files_that_the_tables_change_are_there() -> None:
    kept = {a.rel_path for a in JOB.artifacts}
    for ending in ("stata.log", "run.meta.json", "llm/draft/meta.json", "llm/draft/response.txt", "llm/select/prompt.txt"):
        assert any(path.endswith(ending) for path in kept), kept


@pytest.mark.parametrize("stage", ["redeem", "upload", "draft", "freeze", "run", "finish"])
def test_of_a_job_that_came_to_nothing_no_record_says_that_the_real_parts_ran(stage: Stage) -> None:
    nothing = halted(stage, **UNSEEN, artifacts=())
    passed = [
        f.check
        for name in (stata.SCENARIO, llm.SCENARIO)
        for f in scenario(
            name, nothing, ExecutedTemplate(journey=nothing, looked=statement("no library at hand")), known()
        ).findings
        if f.outcome == "pass"
    ]
    assert passed == []
