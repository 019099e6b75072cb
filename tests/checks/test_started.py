"""How SS was started, what its runner says of itself, and that nothing dies unasked."""
# ruff: noqa: E501 - a table reads best with one case a line

import json

from checks.cases import Case, holds, parametrized, row
from checks.observations import JOB, artifacts, halted, main_journey, process, run_meta, stata_run, statement
from ss_audit.checks import started
from ss_audit.evidence.model import LogWindow, ProcessSeen
from ss_audit.evidence.seen import MainJourney, StackSeen, StackWatched

GOOD = main_journey()
IN_THE_LOG = '{"event":"SS_STATA_RUN","runner":"local","cmd":["stata","-b"]}'
NO_META = artifacts(GOOD, {"run.meta.json": None})


def stack(*processes: ProcessSeen, log: str = "") -> StackSeen:
    window = LogWindow(id="E9", title="worker log", process="worker", lines=(log,) if log else ())
    return StackSeen(started=statement("stack, started by the audit"), processes=processes, logs=(window,))


API, WORKER = process("api", 11), process("worker", 12)
BOTH = stack(API, WORKER)


def run_below(*ancestors: int, log: str = "", job: MainJourney = GOOD) -> MainJourney:
    """The job, its Stata started from these processes, nearest first; in the worker's log stands `log`."""
    window = LogWindow(id="E8", title="worker log", process="worker", lines=(log,))
    return job.model_copy(update={"stata_runs": (stata_run(ancestors=ancestors),), "logs": (window,)})


SPOKE = f'{{"event":"SS_QUEUE_CLAIMED","job_id":"{JOB}"}}'
UNWITNESSED = GOOD.model_copy(update={"unwitnessed": ("stata",), "stata_runs": ()})
IN_CONTAINERS = BOTH.model_copy(update={"started": statement("stack", stack="docker")})
ELSEWHERE = stack(process("api", 11, where="a host"), process("worker", 12, where="a host"))
TWICE = GOOD.model_copy(update={"stata_runs": (stata_run(ancestors=(12, 1)), stata_run(ancestors=(11, 1)))})


def dead(role: str, pid: int) -> ProcessSeen:
    return process(role, pid, alive=False, exit_status=-9)


CASES: list[Case] = [
    row(started.api_and_worker_are_two_processes, "two", BOTH, "pass"),
    row(started.api_and_worker_are_two_processes, "none", stack(), "fail", "no process"),
    row(started.api_and_worker_are_two_processes, "one for both", stack(process("api", 11), process("worker", 11)), "fail"),
    row(started.api_and_worker_are_two_processes, "a dead worker", stack(API, dead("worker", 12)), "fail"),
    row(started.start_commands_are_known, "both", BOTH, "pass", "python worker"),
    row(started.start_commands_are_known, "one unknown", stack(API, process("worker", 12, command=())), "not_evidenced", "unknown"),
    row(started.start_commands_are_known, "no process", stack(), "not_evidenced"),
    row(started.runner_and_command_are_identified, "in the metadata", (GOOD, BOTH), "pass", "runner local"),
    row(started.runner_and_command_are_identified, "nowhere", (NO_META, BOTH), "fail", "no executed command"),
    row(started.runner_and_command_are_identified, "no runner",
        (artifacts(GOOD, {"run.meta.json": json.dumps(run_meta(runner=""))}), BOTH), "fail", "no runner"),
    row(started.runner_and_command_are_identified, "an empty command",
        (artifacts(GOOD, {"run.meta.json": json.dumps(run_meta(command=[]))}), BOTH), "fail", "no executed command"),
    row(started.runner_and_command_are_identified, "in the log", (NO_META, stack(API, WORKER, log=IN_THE_LOG)), "pass", "stata -b"),
    row(started.runner_and_command_are_identified, "not reached", (halted("finish"), BOTH), "not_evidenced"),
    row(started.the_worker_runs_stata, "the worker", (run_below(12, 1), BOTH), "pass", "started by the worker (pid 12)"),
    row(started.the_worker_runs_stata, "a shell of a child of the worker", (run_below(31, 30, 12, 1), BOTH), "pass", "pid 12"),
    row(started.the_worker_runs_stata, "a worker that the API started", (run_below(12, 11, 1), BOTH), "pass", "pid 12"),
    row(started.the_worker_runs_stata, "the API", (run_below(11, 1, log=SPOKE), BOTH), "fail", "started by the API (pid 11)"),
    row(started.the_worker_runs_stata, "a child of the API", (run_below(31, 11, 1), BOTH), "fail", "started by the API (pid 11)"),
    row(started.the_worker_runs_stata, "once the one, once the other", (TWICE, BOTH), "fail", "started by the API (pid 11)"),
    row(started.the_worker_runs_stata, "let go by who started it", (run_below(1, log=SPOKE), BOTH), "pass", "speaks of the job"),
    row(started.the_worker_runs_stata, "let go, and a silent worker", (run_below(1), BOTH), "not_evidenced", "was not to be seen"),
    row(started.the_worker_runs_stata, "recorded before ancestors were", (run_below(log=SPOKE), BOTH), "pass", "speaks of the job"),
    row(started.the_worker_runs_stata, "numbers of a container", (run_below(11, 1, log=SPOKE), IN_CONTAINERS), "pass", "speaks of the job"),
    row(started.the_worker_runs_stata, "numbers of another host", (run_below(11, log=SPOKE), ELSEWHERE), "pass", "speaks of the job"),
    row(started.the_worker_runs_stata, "no witness", (run_below(log=SPOKE, job=UNWITNESSED).model_copy(update={"stata_runs": ()}), BOTH), "pass", "speaks"),
    row(started.the_worker_runs_stata, "no witness, a silent worker", (UNWITNESSED, BOTH), "not_evidenced", "does not speak"),
    row(started.the_worker_runs_stata, "Stata never ran", (GOOD.model_copy(update={"stata_runs": ()}), BOTH), "not_evidenced", "no run of Stata"),
    row(started.the_worker_runs_stata, "not reached", (halted("finish", stata_runs=()), BOTH), "not_evidenced"),
    row(started.nothing_dies_unasked, "all alive", StackWatched(deaths=(), looks=(API, WORKER)), "pass", "2 looks"),
    row(started.nothing_dies_unasked, "the engine is gone",
        StackWatched(deaths=(), looks=(API, dead("worker", 12))), "error", "could not be seen any more"),
    row(started.nothing_dies_unasked, "never looked", StackWatched(deaths=(), looks=()), "not_evidenced"),
    row(started.nothing_dies_unasked, "once", StackWatched(deaths=(dead("api", 11),), looks=(API,)), "error", "exit status -9"),
    row(started.nothing_dies_unasked, "each once",
        StackWatched(deaths=(dead("api", 11), dead("worker", 12)), looks=(API,)), "error"),
    row(started.nothing_dies_unasked, "again after a restart",
        StackWatched(deaths=(dead("api", 11), dead("api", 13)), looks=(API,)), "fail", "again"),
    row(started.nothing_dies_unasked, "and nothing of it is left to look at",
        StackWatched(deaths=(dead("api", 11), dead("api", 13)), looks=()), "fail", "again"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


def test_a_single_death_is_the_environments() -> None:
    seen = StackWatched(deaths=(dead("api", 11),), looks=(API,))
    assert started.nothing_dies_unasked.judge(seen).blame == "environment"
    unseen = StackWatched(deaths=(), looks=(dead("api", 11), WORKER))
    assert started.nothing_dies_unasked.judge(unseen).blame == "environment"


def test_a_process_that_came_unasked_is_told_of() -> None:
    seen = StackWatched(deaths=(), looks=(API,), strangers=(process("worker", 77),))
    assert "77" in (started.nothing_dies_unasked.judge(seen).advisory or "")
