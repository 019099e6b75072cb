"""A run of Stata that is not what SS's records say."""

import re
from functools import partial
from typing import Any

from rehearsal.faults.fake_stata import GROUP, SCENARIO
from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

SAYS = "The runner says what it is and what it ran"
RAN = "stata.the_command_really_ran"


def _keeping(change: Any) -> None:
    """Alters the Stata run that the worker keeps. In: a function of the evidence and the run; out: the run to keep."""
    from rehearsal.reference_ss.worker.evidence import RunEvidence

    @instead_of(RunEvidence, "keep_run")
    def keep_run(original: Any, self: Any, run: Any, failure: Any) -> None:
        original(self, change(self, run), failure)


def _log_changed(change: Any) -> None:
    from dataclasses import replace

    _keeping(lambda _, run: replace(run, log=change(run.log)) if run and run.log else run)


def _truncated_log() -> None:
    _log_changed(lambda log: log[: len(log) * 2 // 3])


def _retouched_log() -> None:
    _log_changed(lambda log: log.replace(b"R02 done", b"R02 DONE").replace(b"opened on:", b"opened on: "))


def _empty_log() -> None:
    _log_changed(lambda _: b"\n")


def _no_log() -> None:
    from dataclasses import replace

    _keeping(lambda _, run: replace(run, log=None) if run else run)


def _another_command_recorded() -> None:
    from dataclasses import replace

    _keeping(lambda _, run: replace(run, command=("/usr/local/stata18/stata-mp", "-b", "do", "stata.do")) if run else run)


def _no_command_recorded() -> None:
    from rehearsal.reference_ss.worker import evidence

    instead_of(evidence, "_execution")(lambda original, run: {**original(run), "command": None})


def _nothing_says_what_ran() -> None:
    from rehearsal.reference_ss.jsonlog import EventLogger

    _no_command_recorded()

    @instead_of(EventLogger, "info")
    def info(original: Any, self: Any, event: str, **told: Any) -> None:
        original(self, event, **{name: value for name, value in told.items() if name not in ("cmd", "stata_cmd")})


def _never_run() -> None:
    import sys
    from dataclasses import replace

    from rehearsal.reference_ss.worker import stata

    @instead_of(stata.StataRunner, "run")
    def run(original: Any, self: Any, do_file: str, *how: Any, **whose: Any) -> Any:
        configured, self._command = self._command, (sys.executable, "-m", "rehearsal.stata")
        ran = original(self, do_file, *how, **whose)
        self._command = configured
        return replace(ran, command=stata.batch_command(configured, do_file))


def _success_without_running() -> None:
    from rehearsal.reference_ss.worker.attempt import AttemptResult, Attempts

    instead_of(Attempts, "execute")(lambda _original, _self, _job, _run: AttemptResult(None, []))


def _exit_0_counts() -> None:
    from rehearsal.reference_ss.worker import attempt, stata_outcome

    instead_of(attempt, "stage_data")(lambda _original, *_: None)
    instead_of(attempt, "_outputs_missing")(lambda _original, *_: None)
    instead_of(stata_outcome, "failure_of")(lambda original, run: None if run.exit_code == 0 else original(run))


def _two_stories() -> None:
    from rehearsal.reference_ss.worker.evidence import RunEvidence

    @instead_of(RunEvidence, "keep_outputs")
    def keep_outputs(original: Any, self: Any, declared: Any, work: Any) -> Any:
        told = (work / "result.log").read_text("utf-8")
        (work / "result.log").write_text(re.sub(r"(R-squared +=) +\S+", r"\1     0.9999", told), "utf-8")
        return original(self, declared, work)


_fault = partial(Fault, group=GROUP, scenario=SCENARIO, verdict="NOT READY", where=("worker",))
FAULTS = (
    _fault(
        name="stata-exit-0-counts",
        what="The worker takes exit status 0 for success, although the log ends in r(601).",
        apply=_exit_0_counts,
        check="stata.the_log_is_well_formed",
        saw="outcome (?!ok)",
        severity="critical",
        seen="Stata's exit status in batch mode is 0 after an error, which runners on public code hosts overlook",
    ),
    _fault(
        name="stata-truncated-log",
        what="The last third of the log is lost when it is stored.",
        apply=_truncated_log,
        check="stata.the_log_is_well_formed",
        saw="outcome (?!ok)",
        severity="major",
    ),
    _fault(
        name="stata-log-retouched",
        what="A word of the log is changed after Stata wrote it.",
        apply=_retouched_log,
        check=RAN,
        saw="the stored log is not the one that Stata wrote",
        severity="critical",
    ),
    _fault(
        name="stata-two-stories",
        what="The log that people download names another R-squared than Stata's own log.",
        apply=_two_stories,
        check="stata.the_result_log_is_inside",
        saw="lines; first difference",
        severity="critical",
    ),
    _fault(
        name="stata-empty-log",
        what="The stored Stata log holds nothing but an empty line.",
        apply=_empty_log,
        check="stata.artifacts_include_a_stata_log",
        saw="stata.log: 1 bytes",
        severity="major",
    ),
    _fault(
        name="stata-no-log",
        what="The Stata log is not among the artifacts.",
        apply=_no_log,
        check="stata.artifacts_include_a_stata_log",
        saw="no stata.log",
        severity="major",
    ),
    _fault(
        name="stata-another-command-recorded",
        what="The run's metadata name a Stata that was never started.",
        apply=_another_command_recorded,
        check=RAN,
        saw="SS recorded /usr/local/stata18/stata-mp",
        severity="critical",
    ),
    _fault(
        name="stata-command-never-run",
        what="The configured Stata is recorded, and something else computed the results.",
        apply=_never_run,
        check=RAN,
        saw="the configured Stata was never started for this job",
        severity="critical",
    ),
    _fault(
        name="stata-success-without-running",
        what="The worker reports success without running anything.",
        apply=_success_without_running,
        check="stata.artifacts_include_a_stata_log",
        saw="no stata.log",
        severity="critical",
    ),
    _fault(
        name="stata-no-command-recorded",
        what="The run's metadata do not say which command was executed.",
        apply=_no_command_recorded,
        check="stata.metadata_has_command_and_exit_code",
        saw="no artifact holds both",
        severity="major",
    ),
    Fault(
        group=GROUP,
        verdict="NOT READY",
        name="stata-nothing-says-what-ran",
        what="Neither metadata nor log say which command was executed.",
        where=("worker",),
        apply=_nothing_says_what_ran,
        scenario=SAYS,
        check="started.runner_and_command_are_identified",
        saw="no executed command in log or metadata",
        severity="major",
    ),
)
