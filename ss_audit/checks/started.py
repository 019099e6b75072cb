"""How SS was started, what its runner says of itself, and that nothing of it dies unasked."""

import shlex

from ss_audit.checks.judgement import Judgement, check, judged, not_evidenced, not_reached
from ss_audit.checks.reached import at, executed_command, run_metadata, runs_of
from ss_audit.checks.stata import the_command_really_ran
from ss_audit.evidence.model import ProcessSeen
from ss_audit.evidence.seen import MainJourney, StackSeen, StackWatched
from ss_audit.ss import facts
from ss_audit.ss.log_events import events

SCENARIO = "SS is started as in production, and it is known how"
RUNNER = "The runner says what it is and what it ran"
ALIVE = "SS stays up while it is audited"
START_UNKNOWN = "the worker's log does not reach back to its start: give worker_log_command, for all of the log"
SPEAK = "let the worker log which job it takes up; of an SS that runs already, give worker_log_command"
START = "An audit run MUST start SS in a production-like way (API + worker)"


@check(
    scenario=SCENARIO,
    spec=START,
    expected="API and worker run as two processes of their own",
    impact="what is audited is not what would run in production",
    fix="start API and worker separately",
)
def api_and_worker_are_two_processes(stack: StackSeen) -> Judgement:
    """Two roles, two process ids, both alive."""
    alive = {p.role: p for p in stack.processes if p.alive}
    if not alive and stack.started.detail.get("lacks"):
        return not_evidenced(expected="api and worker", saw=str(stack.started.detail["lacks"]), evidence=[stack.started])
    saw = ", ".join(f"{p.role}: {f'pid {p.pid}' if p.pid else p.where}" for p in alive.values()) or "no process"
    good = {"api", "worker"} <= set(alive) and _identity(alive["api"]) != _identity(alive["worker"])
    return judged(good, expected="api and worker", saw=saw, evidence=[*stack.processes, stack.started], strength="witnessed")


def _identity(process: ProcessSeen) -> tuple[object, ...]:
    """Which process it is; where its pid is not told, its container or its command has to tell."""
    return (process.where, process.pid, () if process.pid else process.command)


@check(
    scenario=SCENARIO,
    spec="process start commands (API and worker)",
    expected="the exact start commands of API and worker are on record",
    impact="nobody can start the same SS again",
    fix="let the audit start SS, or give start_commands",
)
def start_commands_are_known(stack: StackSeen) -> Judgement:
    """Each role with a command that is not empty."""
    commands = {p.role: shlex.join(p.command) for p in stack.processes}
    told = "; ".join(f"{role}: {command or 'unknown'}" for role, command in commands.items())
    saw = told or str(stack.started.detail.get("lacks") or "none")
    good = bool(commands.get("api")) and bool(commands.get("worker"))
    evidence = [*stack.processes, stack.started]
    if not good:
        return not_evidenced(expected="two start commands", saw=saw, evidence=evidence)
    return judged(True, expected="two start commands", saw=saw, evidence=evidence, strength="witnessed")


@check(
    scenario=SCENARIO,
    spec=START,
    expected="the worker runs Stata, and not the API",
    impact="analyses end whenever the API is started again, and slow it down for everybody",
    fix="let the API put jobs into the queue and the worker take them from there",
)
def the_worker_runs_stata(journey: MainJourney, stack: StackSeen) -> Judgement:
    """From whom the Stata command was started. An API of which the worker is a child stands above it too, rightly.

    A command that was let go by who started it is nobody's child, and the process ids of a container are not those that we
    see: then what the worker says of the job in its own log has to do, and shows no more than that.
    """
    runs = runs_of(journey)
    if not runs:
        at(journey, "finish")
    if not runs and "stata" not in journey.unwitnessed:
        not_reached("no run of Stata was seen", the_command_really_ran.id, [journey.polls[-1].id])
    pids = {p.role: p.pid for p in stack.processes if p.pid and not p.where and stack.started.detail.get("stack") != "docker"}
    from_worker = [run for run in runs if pids.get("worker") in run.ancestors]
    from_api = [run for run in runs if pids.get("api") in run.ancestors and run not in from_worker]
    expected = "the worker among the ancestors of Stata"
    if from_api:
        saw = f"{from_api[0].title}: started by the API (pid {pids['api']}), and not by the worker"
        return judged(False, expected=expected, saw=saw, evidence=[*from_api, *stack.processes], strength="witnessed")
    if runs and len(from_worker) == len(runs):
        saw = f"{runs[-1].title}: started by the worker (pid {pids['worker']})"
        return judged(True, expected=expected, saw=saw, evidence=[*runs, *stack.processes], strength="witnessed")
    told = [w for w in journey.logs if w.process == "worker" and any(str(journey.job_id) in line for line in w.lines)]
    if not told:
        saw = "which process started Stata was not to be seen, and the worker's log does not speak of the job"
        return not_evidenced(expected=expected, saw=saw, evidence=[*runs, *journey.logs, stack.started], fix=SPEAK)
    saw = "which process started Stata was not to be seen; the worker's log speaks of the job"
    return judged(True, expected=expected, saw=saw, evidence=[*told, *runs], strength="claimed")


@check(
    scenario=RUNNER,
    spec="a log line (or persisted run meta) that identifies the runner implementation and the executed Stata command",
    expected="a log line or the run metadata names the runner and the command that it executed",
    impact="nobody can tell which program computed the results",
    fix="log the runner and its command for each run, or keep them in run.meta.json",
)
def runner_and_command_are_identified(journey: MainJourney, stack: StackSeen) -> Judgement:
    """The runner's name in the worker's log, from its start on, or in the run metadata; and a command in either."""
    at(journey, "finish")
    places = [(a.id, value) for a, value in run_metadata(journey)]
    for window in (*journey.logs, *stack.logs):
        places += [(window.id, e) for e in events(window.lines) if "stata" in str(e).lower() or "runner" in str(e).lower()]
    runner = [(i, f) for i, value in places if (f := facts.find(value, ("runner", "runner_name", "runner_implementation")))]
    command = [(i, words) for i, value in places if (words := executed_command(value))]
    looked = [*(i for i, _ in places)] or [w.id for w in journey.logs] or [journey.polls[-1].id]
    if not command:
        return judged(False, expected="runner and command", saw="no executed command in log or metadata", evidence=looked)
    said = f"command {' '.join(command[0][1])}"
    if not runner and "stata" in journey.unwitnessed and not any(w.lines for w in stack.logs if w.process == "worker"):
        saw = f"{said}; no runner is named, and {START_UNKNOWN}"
        return not_evidenced(expected="runner and command", saw=saw, evidence=looked)
    if not runner:
        return judged(False, expected="runner and command", saw=f"{said}; no runner is named", evidence=looked)
    saw = f"runner {runner[0][1].value} at {runner[0][1].where}; {said}"
    return judged(True, expected="runner and command", saw=saw, evidence=[runner[0][0], command[0][0]])


@check(
    scenario=ALIVE,
    spec=START,
    expected="no process of SS ends unasked during the audit",
    impact="people's jobs are interrupted",
    fix="see the last lines of the process's log for why it ended",
)
def nothing_dies_unasked(watched: StackWatched) -> Judgement:
    """What could not be looked at is no death. Dead once can be the host's doing and makes the run inconclusive; dead again
    after a restart is SS's."""
    if not watched.looks and not watched.deaths:
        not_reached("no process of SS can be seen: where SS runs already, give start_commands")
    unseen = [look for look in watched.looks if not look.alive]
    if not watched.deaths and unseen:
        return Judgement(
            outcome="error", expected="no death", saw=f"could not be seen any more: {unseen[-1].title}",
            evidence=tuple(look.id for look in unseen[-4:]), blame="environment", strength="witnessed",
        )  # fmt: skip
    if not watched.deaths:
        saw = f"alive at every one of {len(watched.looks)} looks"
        came = ", ".join(f"{p.role}: {' '.join(p.command)[:80]} (pid {p.pid})" for p in watched.strangers)
        return judged(
            True, expected="no death", saw=saw, evidence=[*watched.looks[-4:], *watched.strangers], strength="witnessed",
            advisory=f"processes that were not there at the start stay without a job: {came}" if came else None,
        )  # fmt: skip
    saw = "; ".join(_ended(p) for p in watched.deaths)
    own = [p for p in watched.deaths if p.role in ("api", "worker")]
    again = len(own) > len({p.role for p in own})
    if again:
        return judged(False, expected="no death", saw=f"{saw}: again after a restart", evidence=watched.deaths)
    ids = tuple(p.id for p in watched.deaths)
    once = ": once, and not again after it was started again" if own else ", which is no process of SS's"
    return Judgement(
        outcome="error", expected="no death", saw=f"{saw}{once}",
        evidence=ids, blame="environment", strength="witnessed",
    )  # fmt: skip


def _ended(process: ProcessSeen) -> str:
    """A death in words; of what we did not start the title tells more."""
    if process.role not in ("api", "worker") or process.where:
        return process.title
    return f"{process.role} (pid {process.pid}) ended unasked, exit status {process.exit_status}"
