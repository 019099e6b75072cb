"""Packages that are absent from Stata: not noticed, not named, or not to be recovered from."""

from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

SCENARIO = "Missing ado/SSC dependency is diagnosable and recoverable"


def _failing(change: Callable[[Any], Any], code: str) -> None:
    """Alters the failures of this code before they are kept. In and out: the failure, or None for a run that went well."""
    from rehearsal.reference_ss.worker.attempt import Attempts

    @instead_of(Attempts, "_run")
    def run(original: Any, *given: Any) -> Any:
        stata_run, failure = original(*given)
        return stata_run, change(failure) if failure is not None and failure.error_code == code else failure


def _at_a_retry(change: Callable[[Any, Any, str], Any]) -> None:
    """Alters what happens when a failed job is to run again. In: how it was, the queueing part, the job's id. Out: the job."""
    from rehearsal.reference_ss.journey.running import Running

    @instead_of(Running, "_queued")
    def queued(original: Any, self: Any, job_id: str) -> Any:
        failed = self._store.load(job_id).status == "failed"
        return change(original, self, job_id) if failed else original(self, job_id)


def _not_looked_for() -> None:
    from rehearsal.reference_ss.worker import preflight

    instead_of(preflight, "to_look_for")(lambda _original, _dependencies: [])


def _stata_error_passes() -> None:
    from rehearsal.reference_ss.worker import attempt, stata_outcome

    instead_of(stata_outcome, "failure_of")(lambda _original, run: None if run.exit_code == 0 else _original(run))
    instead_of(attempt, "_outputs_missing")(lambda _original, *_: None)


def _declared_package_not_named() -> None:
    said = {"message": "a dependency of the template is missing", "details": {}}
    _failing(lambda failure: failure.model_copy(update=said), "STATA_DEPENDENCY_MISSING")


def _another_package_named() -> None:
    said = {"message": "missing Stata dependencies: estout", "details": {"missing_dependencies": [{"pkg": "estout"}]}}
    _failing(lambda failure: failure.model_copy(update=said), "STATA_DEPENDENCY_MISSING")


def _unknown_command_not_named() -> None:
    from rehearsal.reference_ss.worker.evidence import RunEvidence

    said = {"error_code": "STATA_RETURN_CODE", "message": "stata log ends in r(199)", "details": {"return_code": 199}}
    _failing(lambda failure: failure.model_copy(update=said), "STATA_COMMAND_UNRECOGNIZED")

    @instead_of(RunEvidence, "keep_outputs")
    def keep_outputs(original: Any, self: Any, declared: Any, work: Any) -> Any:
        return original(self, [output for output in declared if not output["file"].endswith(".log")], work)

    @instead_of(RunEvidence, "keep_run")
    def keep_run(original: Any, self: Any, run: Any, failure: Any) -> None:
        original(self, run if failure is None else None, failure)


def _retry_refused() -> None:
    from rehearsal.reference_ss.errors import SSError

    def refuse(_original: Any, _running: Any, job_id: str) -> Any:
        message = "a failed job can't run again: create a new one"
        raise SSError(409, "JOB_ILLEGAL_TRANSITION", message, job_id=job_id, status="failed", requested="queued")

    _at_a_retry(refuse)


def _retry_of_a_stata_error_refused() -> None:
    from rehearsal.reference_ss.errors import SSError

    def refuse(original: Any, running: Any, job_id: str) -> Any:
        error = running._store.load(job_id).latest_run.error
        if error.error_code == "STATA_DEPENDENCY_MISSING":
            return original(running, job_id)
        raise SSError(409, "JOB_ILLEGAL_TRANSITION", "an error of Stata can't be retried", job_id=job_id)

    _at_a_retry(refuse)


def _retry_does_nothing() -> None:
    _at_a_retry(lambda _original, running, job_id: running._store.load(job_id))


def _retry_is_another_job() -> None:
    from rehearsal.reference_ss.store.models import now

    def copied(_original: Any, running: Any, job_id: str) -> Any:
        job = running._store.load(job_id)
        job.job_id, job.status, job.runs, job.created_at = f"{job_id}_2", "queued", [], now()
        running._store.create(job)
        return job

    _at_a_retry(copied)


def _retry_only_says_so() -> None:
    def flipped(_original: Any, running: Any, job_id: str) -> Any:
        with running._store.edit(job_id) as job:
            job.status = job.latest_run.status = "succeeded"
        return job

    _at_a_retry(flipped)


def _retry_makes_its_log_up() -> None:
    from rehearsal.reference_ss.store.models import now
    from rehearsal.reference_ss.worker.attempt import Attempts
    from rehearsal.reference_ss.worker.stata import StataRun

    @instead_of(Attempts, "_run")
    def run(original: Any, self: Any, job: Any, *given: Any) -> Any:
        if len(job.runs) == 1:
            return original(self, job, *given)
        log = b"\n. do stata.do \n\n. display 1\n1\n\n. \nend of do-file\n"
        return StataRun(("stata-mp", "-b", "do", "stata.do"), now(), 5, 0, False, 60, None, log, b"", b""), None


def _retry_clears_the_index() -> None:
    def cleared(original: Any, running: Any, job_id: str) -> Any:
        with running._store.edit(job_id) as job:
            job.artifacts = [entry for entry in job.artifacts if not entry.rel_path.startswith("runs/")]
        return original(running, job_id)

    _at_a_retry(cleared)


def _runs_share_a_folder() -> None:
    from rehearsal.reference_ss.store import layout

    instead_of(layout, "run_artifacts")(lambda _original, _run_id: "runs/latest/artifacts")


def _a_failed_run_never_ends() -> None:
    from rehearsal.reference_ss.worker import job_runs

    @instead_of(job_runs, "_close")
    def close(original: Any, job: Any, run_id: str, result: Any) -> None:
        if result.failure is None:
            original(job, run_id, result)


def _plan_lists_no_package() -> None:
    from rehearsal.reference_ss.journey import plan_steps

    @instead_of(plan_steps, "contract")
    def contract(original: Any, meta: Any, bindings: Any) -> Any:
        return {**original(meta, bindings), "dependencies": [{"pkg": "stata", "purpose": "", "source": "built-in"}]}


def _fault(name: str, what: str, apply: Callable[[], None], check: str, saw: str, **more: Any) -> Fault:
    given = {"severity": "major", "where": ("worker",), **more}
    return Fault(
        name=name, group="dependencies", what=what, scenario=SCENARIO, check=f"missing_package.{check}", saw=saw,
        verdict="NOT READY", apply=apply, **given,
    )  # fmt: skip


FAULTS = (
    _fault(
        "missing-package-not-looked-for",
        "Nobody looks whether a declared package is there, and the job succeeds without it.",
        _not_looked_for,
        "a_declared_absence_fails_the_job",
        r"succeeded although the package is absent",
        severity="critical",
        seen="SS looks only at the dependencies of a plan's first step",
    ),
    _fault(
        "stata-error-taken-for-success",
        "A run counts as good when Stata's exit status is 0, which it is after r(199), too.",
        _stata_error_passes,
        "an_undeclared_absence_fails_the_job",
        r"succeeded although the package is absent",
        severity="critical",
        seen="Stata in batch mode exits with 0 after an error; wrappers that look at the exit status take it for success",
    ),
    _fault(
        "missing-package-not-named",
        "The job fails, and nothing says which package is missing.",
        _declared_package_not_named,
        "a_declared_absence_is_named",
        r"a dependency of the template is missing",
    ),
    _fault(
        "another-package-named",
        "The job fails and names a package that is not the missing one.",
        _another_package_named,
        "a_declared_absence_is_named",
        r"missing Stata dependencies: estout",
    ),
    _fault(
        "unknown-command-not-named",
        "Stata stops at a command that it does not know; neither the error nor any log that is kept says at which.",
        _unknown_command_not_named,
        "an_undeclared_absence_is_named",
        r"stata log ends in r\(199\)",
        seen="SS's own error says only that the log contains r(199)",
    ),
    _fault(
        "failed-job-cannot-run-again",
        "A failed job is refused when it is to run again: a new one has to be made.",
        _retry_refused,
        "a_declared_absence_is_recoverable",
        r"409",
        severity="critical",
        where=("api",),
    ),
    _fault(
        "stata-error-cannot-be-retried",
        "A job can be retried after a missing package that was declared, and not after an error of Stata itself.",
        _retry_of_a_stata_error_refused,
        "an_undeclared_absence_is_recoverable",
        r"409",
        where=("api",),
    ),
    _fault(
        "retry-does-nothing",
        "A retry is answered with 200, and the job stays failed.",
        _retry_does_nothing,
        "a_declared_absence_is_recoverable",
        r"200; the job ended failed",
        where=("api",),
    ),
    _fault(
        "retry-is-another-job",
        "A retry opens a new job, to which the person's token does not belong.",
        _retry_is_another_job,
        "a_declared_absence_is_recoverable",
        r"200; the job ended failed",
        where=("api",),
    ),
    _fault(
        "retry-only-says-so",
        "A retry sets the job to succeeded without running anything.",
        _retry_only_says_so,
        "a_declared_absence_is_recoverable",
        r"ended succeeded; but it left no new stata\.log",
        severity="critical",
        where=("api",),
    ),
    _fault(
        "retry-writes-a-log-and-runs-nothing",
        "A retry starts no Stata; it writes a log of its own and succeeds.",
        _retry_makes_its_log_up,
        "a_declared_absence_is_recoverable",
        r"ended succeeded; but no Stata was started after the package",
        severity="critical",
    ),
    _fault(
        "retry-clears-the-index",
        "A retry takes the failed run's artifacts out of the index.",
        _retry_clears_the_index,
        "the_retry_keeps_the_failure",
        r"gone or changed: runs/",
        severity="minor",
        where=("api",),
    ),
    _fault(
        "retry-overwrites-the-first-run",
        "All runs of a job write into one folder, so a retry overwrites what the failed run left.",
        _runs_share_a_folder,
        "the_retry_keeps_the_failure",
        r"gone or changed: runs/latest/artifacts/",
        severity="minor",
    ),
    _fault(
        "failed-run-never-ends",
        "A job whose run failed stays running for ever.",
        _a_failed_run_never_ends,
        "a_declared_absence_fails_the_job",
        r"status running",
        seen="an attempt of SS's that was killed stays running for ever",
        settings={"timeout_job": "8"},
    ),
    _fault(
        "plan-never-lists-a-package",
        "The plan lists the same dependencies for every template.",
        _plan_lists_no_package,
        "the_plan_lists_the_declared_package",
        r"pkg = stata",
        where=("api",),
    ),
)
