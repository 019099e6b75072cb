"""The Stata of an SS that ran already, where no shim of ours stands: what its records, its log and its operator show.

That is CONSISTENT at most: everything fits a real Stata, and nobody of ours saw one.
"""

from collections.abc import Sequence

from ss_audit.checks.judgement import Judgement, judged, not_evidenced, not_reached
from ss_audit.checks.reached import EXIT_CODE, do_files, executed_command, run_metadata
from ss_audit.evidence.model import StoredArtifact
from ss_audit.evidence.seen import Journey, Provenance
from ss_audit.ss import facts
from ss_audit.stata_log.grammar import read_log

METADATA = "stata.metadata_has_command_and_exit_code"
START = "how SS was started is not known, so neither is which Stata it runs: give start_commands"


def recorded_run(journey: Journey, log: StoredArtifact) -> Judgement:
    """SS's record names the do-file that it stored; that the log is of that do-file is another check's."""
    found = run_metadata(journey)
    if not found:
        not_reached("no run metadata holds a command and its exit code", METADATA, [log.id])
    artifact, value = found[-1]
    words, status = executed_command(value), facts.text_of(facts.find(value, EXIT_CODE))
    stored = do_files(journey)
    names = {a.rel_path.rpartition("/")[2] for a in stored}
    runs_it = any(word.replace("\\", "/").rpartition("/")[2] in names for word in words)
    saw = f"SS recorded {' '.join(words)}, exit code {status}; no witness of ours stood before this Stata"
    if stored and not runs_it:
        saw += f", and none of its words is the stored do-file ({', '.join(sorted(names))})"
    good = (runs_it or not stored) and (status == "0") == (read_log((log.body.text or "").encode()).outcome == "ok")
    return judged(
        good, expected="one run, one do-file, one log", saw=saw, evidence=[artifact, log, *stored[-1:]], strength="claimed"
    )


def real_by_its_records(log: StoredArtifact, provenance: Provenance, stand_in: str, reasons: Sequence[str]) -> Judgement:
    """The log is one of a known version of Stata, and it is known how SS was started. In: what the log's head says against
    it. A declared stand-in shows nothing, an undeclared one is refuted."""
    read = read_log((log.body.text or "").encode())
    version = read.version or "no known version of Stata"
    evidence = [log, provenance.declared, *provenance.started]
    if provenance.stata == "rehearsal":
        saw = f"the {stand_in} ran, as declared (log of {version})"
        return not_evidenced(expected="a real Stata", saw=saw, evidence=evidence)
    if reasons:
        return judged(False, expected="a real Stata", saw="; ".join(reasons), evidence=evidence)
    if {"api", "worker"} - {process.role for process in provenance.started if process.command}:
        return not_evidenced(expected="a real Stata", saw=f"log of {version}; but {START}", evidence=evidence)
    worker = next(process for process in provenance.started if process.role == "worker")
    saw = f"log of {version} {read.edition or ''}".rstrip() + f", worker started as {' '.join(worker.command)}"
    return judged(True, expected="a real Stata", saw=f"{saw}; no witness of ours stood before it", evidence=evidence)
