"""A package that is absent from the Stata that SS runs: said so by name, and the same job succeeds once it is there.

Twice: declared by the template, so that SS can look before it runs; and undeclared, so that Stata itself stops.
"""

import json
import re
from collections.abc import Iterable
from itertools import chain

from ss_audit.checks.environment import refuse_bad_environment, refuse_bad_host
from ss_audit.checks.judgement import EnvironmentFailed, Judgement, check, judged, need, not_reached
from ss_audit.checks.reached import CHECK_OF, frozen_plan
from ss_audit.checks.values import written
from ss_audit.evidence.model import Body, Evidence, Exchange, StataProcess, StoredArtifact
from ss_audit.evidence.seen import DeclaredPackage, Journey, PackageTrial, UndeclaredPackage
from ss_audit.ss import facts, plans
from ss_audit.stata_log.grammar import read_log

SCENARIO = "Missing ado/SSC dependency is diagnosable and recoverable"
REPORTED = "the failure is reported with a dependency identifier"
RETRIED = "the job can be retried after installing or resolving the dependency"
STUCK = "an analysis fails for good because of a package that is one command away"


def _fails(trial: PackageTrial) -> Judgement:
    journey = need(trial.journey, trial.planted.title, None, [trial.planted.id])
    refuse_bad_environment(journey)
    halt = journey.halt
    if halt is None:
        saw = "succeeded although the package is absent"
        return judged(False, expected="the job ends failed", saw=saw, evidence=[trial.planted, *journey.polls[-1:]])
    if halt.stage == "run" and journey.run is not None and journey.run.is_client_error:
        saw = f"refused before it ran: {journey.run.title}: {journey.run.status}"
        return judged(True, expected="the job ends failed", saw=saw, evidence=[trial.planted, journey.run])
    if halt.stage != "finish" or not journey.polls:
        not_reached(f"{journey.label} ended at {halt.stage}: {halt.why}", CHECK_OF[halt.stage], [halt.evidence])
    status = facts.job_status(facts.answered(journey.polls[-1]))
    good = status in facts.FAILED
    return judged(good, expected="the job ends failed", saw=f"status {status}", evidence=[trial.planted, journey.polls[-1]])


def _is_named(trial: PackageTrial, root: str) -> Judgement:
    if _fails(trial).outcome != "pass":
        not_reached("the job did not fail", root)
    structured: list[Evidence] = []
    polls = _how_it_ended(trial.journey)
    for exchange in (trial.status_after_failure, *polls):
        if exchange and _structured(facts.answered(exchange), trial.package):
            structured.append(exchange)
    errors = [a for a in trial.failed_artifacts if a.rel_path.endswith(".json")]
    structured += [a for a in errors if _structured(facts.parsed(a.body), trial.package)]
    expected = f"a structured error that names {trial.package}"
    if structured:
        saw = f"{structured[0].title} names {trial.package}"
        return judged(True, expected=expected, saw=saw, evidence=structured)
    logs = [a for a in trial.failed_artifacts if _told_by_stata(a, trial.package)]
    if logs:
        advice = f"{trial.package} is named only in {logs[0].rel_path}; the structured error does not name it"
        return judged(True, expected=expected, saw=advice, evidence=logs, advisory=advice)
    said = _said((facts.parsed(a.body) for a in errors), (facts.answered(e) for e in polls))
    saw = f"named neither in a structured error nor in a Stata log that can be downloaded; {said}"
    return judged(False, expected=expected, saw=saw, evidence=[*polls, *errors])


def _how_it_ended(journey: Journey | None) -> tuple[Exchange, ...]:
    """The last answer about the job: that it failed, or that it is not run at all."""
    asked = (*((journey.run,) if journey and journey.run else ()), *(journey.polls if journey else ()))
    return asked[-1:]


def _said(*answers: Iterable[object]) -> str:
    """What the first error with a code says instead."""
    found = (error for answer in chain(*answers) for error in facts.error_objects(answer) if facts.error_code(error))
    error = next(found, None)
    return f"the error says {json.dumps(error, ensure_ascii=False)}" if error else "there is no error with a code"


def _structured(answer: object, package: str) -> bool:
    """An error with a code that names the package, not merely a plan or a command beside it that does."""
    for error in facts.error_objects(answer):
        about = {k: v for k, v in error.items() if facts.plain(k) not in BESIDE_THE_ERROR}
        if facts.error_code(error) and facts.names_in(about, [package]):
            return True
    return False


BESIDE_THE_ERROR = {
    "dependencies", "plan", "params", "parameters", "templateparams", "templatecontract", "template", "argv", "draft", "steps",
    "dofile", "script", "source",
}  # fmt: skip
STATA_MISSES = re.compile(r"unrecognized|not found|not installed|cannot find|could not find|missing|unknown", re.I)


def _told_by_stata(artifact: StoredArtifact, package: str) -> bool:
    """Whether a Stata log, outside the echo of commands, says that it misses the name: `command X is unrecognized`."""
    if not artifact.rel_path.endswith(".log"):
        return False
    lines = [line for line in (artifact.body.text or "").splitlines() if not line.startswith((". ", "> "))]
    return any(facts.stands_in(package, line) and STATA_MISSES.search(line) for line in lines)


def _recovers(trial: PackageTrial, root: str, told: UndeclaredPackage) -> Judgement:
    """`told` is the trial in which Stata was asked where it looks for packages; both run on the same Stata."""
    if _fails(trial).outcome != "pass":
        not_reached("the job did not fail", root)
    installed = need(trial.installed, "the package was not installed")
    retry = need(trial.retry, "the job was not run again", root)
    last = trial.retry_polls[-1] if trial.retry_polls else retry
    status = facts.job_status(facts.answered(last))
    if status not in facts.SUCCEEDED:
        before = {a.body.sha256 for a in trial.failed_artifacts}
        refuse_bad_host((a for a in trial.retry_artifacts if a.body.sha256 not in before), trial.retry_logs, last.id)
        _refuse_deaf_stata(told)
    saw = f"{retry.title}; the job ended {status}"
    idle = _did_not_run_again(trial) if retry.is_success and status in facts.SUCCEEDED else None
    good = retry.is_success and status in facts.SUCCEEDED and idle is None
    saw += f"; but {idle}" if idle else ""
    ran = (trial.retry_runs or ())[-1:]
    return judged(good, expected="the same job succeeds", saw=saw, evidence=[installed, retry, last, *ran])


def _refuse_deaf_stata(told: UndeclaredPackage) -> None:
    """A Stata that looks elsewhere never had the package, whatever SS did. Raises `EnvironmentFailed`."""
    for log in (*told.failed_artifacts, *told.retry_artifacts):
        if told.ado_path_word and f"{told.ado_path_word} 0" in (log.body.text or "").splitlines():
            raise EnvironmentFailed(
                "the Stata that SS runs does not look for packages where the variable S_ADO says, so that the audit could not "
                "install one for it: let SS_STATA_CMD, and a profile.do if there is one, leave S_ADO as it is",
                [log.id],
            )


def _did_not_run_again(trial: PackageTrial) -> str | None:
    """Why the success is none: the retry left no Stata log of its own, one that no Stata wrote, or one of a run that failed."""
    before = {a.body.sha256 for a in trial.failed_artifacts}
    logs = [a for a in trial.retry_artifacts if a.rel_path.rpartition("/")[2] == "stata.log" and a.body.text]
    new = [a for a in logs if a.body.sha256 not in before]
    if not new:
        return "it left no new stata.log"
    if trial.retry_runs is not None and trial.installed is not None:
        since = [run for run in trial.retry_runs if run.started_at >= trial.installed.at]
        if not since:
            return "no Stata was started after the package had been installed"
        new = [a for a in new if any(_wrote(run, a.body) for run in since)]
        if not new:
            return "its stata.log is none that a Stata wrote after the package had been installed"
    outcomes = [read_log((a.body.text or "").encode()).outcome for a in new]
    return None if "ok" in outcomes else f"its stata.log ended {outcomes[-1]}"


def _wrote(run: StataProcess, log: Body) -> bool:
    """Whether the log that this run left is this one; a log with a secret in it has no digest, and its size has to do."""
    return run.log_sha256 == log.sha256 if log.sha256 else run.log_size == log.size


def _keeps_evidence(trial: PackageTrial, root: str) -> Judgement:
    if _fails(trial).outcome != "pass":
        not_reached("the job did not fail", root)
    index = need(trial.retry_index, "the index was not read again", root)
    after = {a.key: a.body.sha256 for a in trial.retry_artifacts}
    lost = [a.rel_path for a in trial.failed_artifacts if after.get(a.key) != a.body.sha256]
    saw = f"gone or changed: {', '.join(lost)}" if lost else f"all {len(trial.failed_artifacts)} artifacts of the failure kept"
    return judged(bool(trial.failed_artifacts) and not lost, expected="the failed run's artifacts", saw=saw, evidence=[index])


@check(
    scenario=SCENARIO,
    spec="Stata execution fails due to a missing ado/SSC dependency",
    expected="a job whose template declares an absent package ends failed",
    impact="results are delivered that were computed without the package",
    fix="look for declared packages before the run, and let the job fail when one is absent",
)
def a_declared_absence_fails_the_job(trial: DeclaredPackage) -> Judgement:
    """Never `succeeded`, never for ever `running`."""
    return _fails(trial)


@check(
    scenario=SCENARIO,
    spec=REPORTED,
    expected="the failure names the declared package",
    impact=STUCK,
    fix="name the missing packages in the run's structured error",
)
def a_declared_absence_is_named(trial: DeclaredPackage) -> Judgement:
    """The package stands in the structured error."""
    return _is_named(trial, a_declared_absence_fails_the_job.id)


@check(
    scenario=SCENARIO,
    spec=RETRIED,
    expected="after the package is installed the same job succeeds",
    impact=STUCK,
    fix="let POST run queue a failed job again with its frozen plan",
)
def a_declared_absence_is_recoverable(trial: DeclaredPackage, told: UndeclaredPackage) -> Judgement:
    """Installed for real, retried on the same job."""
    return _recovers(trial, a_declared_absence_fails_the_job.id, told)


@check(
    scenario=SCENARIO,
    spec="Stata execution fails due to a missing ado/SSC dependency",
    expected="a job whose template calls an unknown command ends failed",
    impact="results are delivered although Stata stopped half-way",
    fix="judge a run by the end of its Stata log, not by the exit status",
)
def an_undeclared_absence_fails_the_job(trial: UndeclaredPackage) -> Judgement:
    """Stata's exit status is 0 even then, so SS has to read the log."""
    return _fails(trial)


@check(
    scenario=SCENARIO,
    spec=REPORTED,
    expected="the failure names the command that Stata does not know",
    impact=STUCK,
    fix="take the command from Stata's log into the run's structured error",
)
def an_undeclared_absence_is_named(trial: UndeclaredPackage) -> Judgement:
    """The command stands in the structured error, or at least in a Stata log that can be downloaded."""
    return _is_named(trial, an_undeclared_absence_fails_the_job.id)


@check(
    scenario=SCENARIO,
    spec=RETRIED,
    expected="after the command is installed the same job succeeds",
    impact=STUCK,
    fix="let POST run queue a failed job again with its frozen plan",
)
def an_undeclared_absence_is_recoverable(trial: UndeclaredPackage) -> Judgement:
    """Installed for real, retried on the same job."""
    return _recovers(trial, an_undeclared_absence_fails_the_job.id, trial)


@check(
    scenario=SCENARIO,
    spec="ado/SSC dependency handling (detectable failure + recoverable retry path)",
    expected="the retry keeps what the failed run left behind",
    impact="nobody can tell any more why the first run failed",
    fix="give each run artifacts of its own",
)
def the_retry_keeps_the_failure(trial: DeclaredPackage) -> Judgement:
    """The artifacts of the failed run are still there, byte for byte."""
    return _keeps_evidence(trial, a_declared_absence_fails_the_job.id)


@check(
    scenario=SCENARIO,
    spec="dependency information (ado/SSC packages or equivalent)",
    expected="the frozen plan lists the package that the chosen template declares",
    impact="a plan that promises to need nothing is frozen for a template that needs something",
    fix="copy the dependencies of the chosen template into the plan",
)
def the_plan_lists_the_declared_package(trial: DeclaredPackage) -> Judgement:
    """A list of dependencies that is the same for every template shows nothing; this one must follow the template."""
    journey = need(trial.journey, trial.planted.title, None, [trial.planted.id])
    plan, place = frozen_plan(journey)
    found = plans.dependencies(plan)
    listed = found is not None and bool(facts.names_or_keys_in(found.value, [trial.package]))
    saw = f"{found.where}: {written(found.value)}" if found else "no dependency information in the plan"
    return judged(listed, expected=trial.package, saw=saw, evidence=[trial.planted, place])
