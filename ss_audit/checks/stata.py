"""The Stata runner: its artifacts, whether the log is that of this very do-file, its numbers, and the process that ran."""

from collections.abc import Sequence
from itertools import takewhile

from ss_audit.checks.judgement import Judgement, check, judged, need, not_evidenced, not_reached
from ss_audit.checks.reached import (
    EXIT_CODE,
    artifacts_named,
    at,
    do_files,
    executed_command,
    run_metadata,
    runs_of,
    written_as,
)
from ss_audit.checks.stata_by_records import real_by_its_records, recorded_run
from ss_audit.checks.stata_numbers import numbers_agree
from ss_audit.checks.stata_process import doubts_about, held_the_log, identity, leaf_name, refutations
from ss_audit.evidence.model import StataProcess, StoredArtifact
from ss_audit.evidence.seen import ExecutedTemplate, Journey, MainJourney, Provenance
from ss_audit.ss import facts
from ss_audit.stata_log.containment import result_log_inside
from ss_audit.stata_log.doubts import doubts
from ss_audit.stata_log.echo import echo_matches
from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.model import StataLog

SCENARIO = "Real Stata runner is evidenced"
ARTIFACTS = (
    "the job’s artifacts include a Stata log (`stata.log`) and run metadata that includes the executed Stata command "
    "and exit code"
)
REAL = "a real Stata runner (not a fake runner)"
FAKED = "people get numbers that Stata did not compute"
STAND_IN = "rehearsal Stata"


def stata_log(journey: Journey) -> StoredArtifact:
    """The Stata log of the job's last run; ends the check when there is none.

    That of a failed job counts only when it says itself that all went well: then it has to be whole.
    """
    log = _kept_log(journey)
    if log is None or _read(log).outcome != "ok":
        at(journey, "finish")
    return need(log, "no stata.log with content", artifacts_include_a_stata_log.id)


def _kept_log(journey: Journey) -> StoredArtifact | None:
    """The log of the run that the shim saw last, wherever the index lists it; without such a one the last that is listed."""
    logs = [a for a in artifacts_named(journey, "stata.log") if (a.body.text or "").strip()]
    run = run_of(journey)
    return _of_digest(logs, run.log_sha256 if run else None)


def _executed_do_file(journey: Journey) -> StoredArtifact | None:
    """Chosen as the log is, so that both are of the same run."""
    run = run_of(journey)
    return _of_digest(do_files(journey), run.do_file_sha256 if run else None)


def _beside(artifact: StoredArtifact, log: StoredArtifact) -> int:
    """How many folders it has in common with the log: those of one run lie together."""
    pairs = zip(artifact.rel_path.split("/"), log.rel_path.split("/"), strict=False)
    return len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))


def _of_digest(listed: Sequence[StoredArtifact], digest: str | None) -> StoredArtifact | None:
    return next((a for a in reversed(listed) if digest and a.body.sha256 == digest), listed[-1] if listed else None)


def run_of(journey: Journey) -> StataProcess | None:
    """The last run of a do-file that SS stored, as the shim saw it."""
    return next(reversed(runs_of(journey)), None)


def _read(log: StoredArtifact) -> StataLog:
    return read_log((log.body.text or "").encode())


@check(
    scenario=SCENARIO,
    spec=ARTIFACTS,
    expected="a stata.log that is not empty is among the artifacts",
    impact=FAKED,
    fix="keep the log that Stata wrote as an artifact of the run",
)
def artifacts_include_a_stata_log(journey: MainJourney) -> Judgement:
    """There, and with content."""
    at(journey, "finish")
    logs = artifacts_named(journey, "stata.log")
    saw = ", ".join(f"{a.rel_path}: {a.body.size} bytes" for a in logs) or "no stata.log"
    good = any((a.body.text or "").strip() for a in logs)
    unread = [a for a in logs if a.body.size and a.body.text is None]
    if unread and not good:
        said = f"{unread[-1].rel_path}: {unread[-1].body.size} bytes, which the audit did not keep as text"
        return Judgement(outcome="error", expected="a stata.log", saw=said, evidence=(unread[-1].id,), blame="audit")
    evidence = logs or [e for e in (journey.index, *journey.polls[-1:]) if e]
    return judged(good, expected="a stata.log", saw=saw, evidence=evidence)


@check(
    scenario=SCENARIO,
    spec=ARTIFACTS,
    expected="the run metadata holds the executed command and its exit code",
    impact="nobody can tell which program computed the results",
    fix="keep command and exit code in run.meta.json",
)
def metadata_has_command_and_exit_code(journey: MainJourney) -> Judgement:
    """Both, in one metadata artifact."""
    at(journey, "finish")
    found = run_metadata(journey)
    if found:
        artifact, value = found[-1]
        status = facts.find(value, EXIT_CODE)
        saw = f"{artifact.rel_path}: {' '.join(executed_command(value))}, exit code {facts.text_of(status)}"
        return judged(True, expected="command and exit code", saw=saw, evidence=[artifact])
    looked = [a.id for a in journey.artifacts if "meta" in a.rel_path]
    evidence = looked or [e.id for e in (journey.index, *journey.polls[-1:]) if e]
    return judged(False, expected="command and exit code", saw="no artifact holds both", evidence=evidence)


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="the log has the form of a Stata batch log, and its run ended well",
    impact=FAKED,
    fix="keep Stata's log untouched, and judge the run by its end",
)
def the_log_is_well_formed(journey: MainJourney) -> Judgement:
    """By its trailer, not by some return code in the middle; what Stata would not write is a doubt."""
    log = stata_log(journey)
    read = _read(log)
    strong = [d.what for d in doubts(read) if d.strength == "strong"]
    saw = f"a {read.kind}, outcome {read.outcome}{f'; but {strong[0]}' if strong else ''}"
    return judged(read.kind == "batch" and read.outcome == "ok" and not strong, expected="ended ok", saw=saw, evidence=[log])


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="the log echoes the very do-file that SS stored, line by line",
    impact="the results are those of another do-file",
    fix="run the do-file that is stored, and store the log of that run",
)
def the_log_echoes_the_do_file(journey: MainJourney) -> Judgement:
    """The echo, put together again, against the stored do-file."""
    log = stata_log(journey)
    stored = _executed_do_file(journey)
    if stored is None:
        return not_evidenced(expected="a stored do-file", saw="no do-file among the artifacts", evidence=[log])
    match = echo_matches(_read(log), stored.body.text or "")
    saw = f"{match.matched} of {match.total} lines of the do-file are echoed"
    if match.first_difference:
        saw += f"; first difference: {match.first_difference}"
    good = match.total > 0 and match.matched == match.total and match.first_difference is None
    return judged(good, expected="every line", saw=saw, evidence=[log, stored])


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="what the do-file logged for itself stands line by line in Stata's own log",
    impact=FAKED,
    fix="keep both logs as Stata wrote them",
)
def the_result_log_is_inside(journey: MainJourney) -> Judgement:
    """Two files of one run must tell the same story; a run without a result.log of its own has one file only."""
    log = stata_log(journey)
    kept, run = [a for a in artifacts_named(journey, "result.log") if a.body.text], run_of(journey)
    if not kept:
        return judged(True, expected="no contradiction", saw="the do-file kept no log of its own", evidence=[log])
    wrote = written_as([run] if run else [], "result.log")
    inner = next((a for a in reversed(kept) if a.body.sha256 in wrote), max(reversed(kept), key=lambda a: _beside(a, log)))
    inside = result_log_inside(inner.body.text or "", log.body.text or "")
    saw = f"{inside.matched} of {inside.lines} lines"
    if inside.first_difference:
        saw += f"; first difference: {inside.first_difference}"
    return judged(inside.contained, expected="every line", saw=saw, evidence=[log, inner])


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="the numbers in log and tables are those of this run's own data, as Stata stores them",
    impact=FAKED,
    fix="let Stata compute the results from the uploaded data",
)
def the_numbers_are_right(executed: ExecutedTemplate) -> Judgement:
    """Every table that can be, recomputed from the uploaded CSV in single precision, digit by digit.

    What works on a part of the data can't be recomputed, which is no excuse where the template that was to run works on all
    of them.
    """
    journey = executed.journey
    return numbers_agree(journey, stata_log(journey), executed.source.body.text if executed.source else None)


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="the command that SS recorded really ran, on this do-file, and wrote this log",
    impact=FAKED,
    fix="run the configured Stata for every job, and keep the log that it wrote",
)
def the_command_really_ran(journey: MainJourney) -> Judgement:
    """SS's record against the shim's: command, do-file before, log after. Without a shim SS's record alone."""
    log = stata_log(journey)
    run = run_of(journey)
    stored = do_files(journey)
    if "stata" in journey.unwitnessed:
        return recorded_run(journey, log)
    if run is None:
        saw = "the configured Stata was never started for this job"
        return judged(False, expected="a run of Stata", saw=saw, evidence=[log, *stored], strength="witnessed")
    problems: list[str] = []
    if stored and run.do_file_sha256 not in {a.body.sha256 for a in stored}:
        problems.append("Stata ran another do-file than the stored one")
    if run.log_sha256 != log.body.sha256:
        problems.append("the stored log is not the one that Stata wrote")
    recorded = [executed_command(value) for _, value in run_metadata(journey)]
    ran = (*run.command, *run.arguments)
    if recorded and not any(_says(command, ran) for command in recorded):
        problems.append(f"SS recorded {' '.join(recorded[-1])}, and {' '.join(ran)} was run")
    saw = "; ".join(problems) or f"{run.title}, the stored do-file and the stored log"
    evidence = [run, log, *stored[-1:]]
    return judged(not problems, expected="one run, one do-file, one log", saw=saw, evidence=evidence, strength="witnessed")


def _says(recorded: tuple[str, ...], ran: tuple[str, ...]) -> bool:
    """Whether a recorded command ends with the one that ran; what stands before it is the shim's own name."""
    words = tuple(word for part in ran for word in part.split())
    return tuple(word for part in recorded for word in part.split())[-len(words) :] == words


@check(
    scenario=SCENARIO,
    spec=REAL,
    expected="a real Stata ran: the process that did the work is one, and its log is a genuine one",
    impact=FAKED,
    fix="set SS_STATA_CMD to a licensed Stata",
)
def the_runner_is_real(journey: MainJourney, provenance: Provenance) -> Judgement:
    """The leaf of the process tree and the banner. A declared stand-in shows nothing; an undeclared one is refuted.

    What refutes does so also when the job failed: a fake may well be why it did.
    """
    at(journey, "run")
    kept = _kept_log(journey)
    if "stata" in journey.unwitnessed:
        return real_by_its_records(stata_log(journey), provenance, STAND_IN, _text_reasons(kept))
    run = run_of(journey) or (journey.stata_runs[-1] if journey.stata_runs else None)
    if run is None:
        not_reached("no run of Stata was seen", the_command_really_ran.id, [stata_log(journey).id])
    evidence = [e for e in (run, kept, provenance.declared) if e]
    if provenance.stata == "rehearsal":
        version = _read(stata_log(journey)).version or "no known version of Stata"
        saw = f"the {STAND_IN} ran, as declared (process {leaf_name(run) or 'not seen'}, log of {version})"
        return not_evidenced(expected="a real Stata", saw=saw, evidence=evidence, strength="witnessed")
    reasons = [*refutations(run), *_text_reasons(kept)]
    if reasons:
        return judged(False, expected="a real Stata", saw="; ".join(reasons), evidence=evidence, strength="witnessed")
    read = _read(stata_log(journey))
    if not leaf_name(run):
        not_reached("the process that ran was too short to be seen", None, [e.id for e in evidence])
    seen_as = f"{identity(run)}, log of {read.version} {read.edition or ''}".rstrip()
    do_file = _executed_do_file(journey)
    open_doubts = doubts_about(run, read.edition, (do_file.body.text or "") if do_file else "")
    if open_doubts:
        saw = f"{seen_as}: {'; '.join(open_doubts)}"
        return not_evidenced(expected="a real Stata", saw=saw, evidence=evidence, strength="witnessed")
    strength = "proven" if held_the_log(run) else "witnessed"
    return judged(True, expected="a real Stata", saw=seen_as, evidence=evidence, strength=strength)


def _text_reasons(kept: StoredArtifact | None) -> list[str]:
    """What the log's own head says against it."""
    if kept is None:
        return []
    read = _read(kept)
    if read.rehearsal:
        return ["the log says that it comes from a rehearsal engine"]
    return ["the log has no banner of Stata's"] if read.banner is None else []
