"""How far a journey came, and what lies there: the plan, the do-files, the run's metadata. Checks start from here.

What a check needs of an earlier stage it asks for with `at`, which ends it as `not_evidenced` when the journey did not
come there; when the journey ended for something that SS does not answer for, the check ends as the environment's error.
"""

from collections.abc import Collection, Iterable
from pathlib import PurePosixPath
from typing import Any

from ss_audit.checks.environment import refuse_bad_environment
from ss_audit.checks.judgement import not_reached
from ss_audit.evidence.model import Exchange, StataProcess, StoredArtifact
from ss_audit.evidence.seen import STAGES, Journey, OperatorsJourney, Stage
from ss_audit.ss import facts, plans

CHECK_OF: dict[Stage, str] = {
    "redeem": "journey.redeem_opens_a_job",
    "upload": "journey.upload_is_taken",
    "preview": "journey.preview_shows_the_data",
    "draft": "journey.draft_is_ready",
    "freeze": "journey.plan_is_frozen",
    "run": "journey.run_is_accepted",
    "finish": "journey.job_succeeds",
    "index": "journey.artifacts_are_listed",
    "download": "journey.an_artifact_arrives",
}
ENDED = "own_data.the_job_comes_to_a_good_end"
"""What judges all stages of an operator's job up to its end; of what comes after, a check of its own judges each."""
BEFORE_THE_RUN = {"inputs", "input", "llm", "selection", "plan", "plan.json", "do_template", "template"}
COMMAND = ("command", "cmd", "argv", "stata_cmd", "command_line")
EXIT_CODE = ("exit_code", "exit_status", "return_code")


def at(journey: Journey, stage: Stage) -> Journey:
    """The journey, when this stage was done; else the end of the check: `not_evidenced`, because of the halt."""
    return _came(journey, STAGES.index(stage))


def halted_before(journey: Journey, stage: Stage) -> None:
    """Ends the check when the journey ended before this stage was tried, or for what SS does not answer for."""
    refuse_bad_environment(journey)
    _came(journey, STAGES.index(stage) - 1)


def _came(journey: Journey, index: int) -> Journey:
    halt = journey.halt
    if halt is not None and STAGES.index(halt.stage) <= index:
        refuse_bad_environment(journey)
        judge = ENDED if isinstance(journey, OperatorsJourney) else CHECK_OF[halt.stage]
        not_reached(f"{journey.label} ended at {halt.stage}: {halt.why}", judge, (halt.evidence,))
    return journey


def frozen(journey: Journey) -> Exchange:
    """The answer that froze the plan."""
    return at(journey, "freeze").freezes[-1]


def frozen_plan(journey: Journey) -> tuple[Any, Exchange | StoredArtifact]:
    """The frozen plan and where it stands: in the answer to the freeze, in the plan as it is read, or in a plan file."""
    freeze = frozen(journey)
    reads = [e for e in (journey.plan_read, journey.plan_read_later) if e is not None and e.is_success]
    files = [a for a in journey.artifacts if a.rel_path.rpartition("/")[2] in ("plan.json", "frozen_plan.json")]
    places: list[tuple[Any, Exchange | StoredArtifact]] = [(plans.plan_of(e), e) for e in (freeze, *reads)]
    places += [(facts.parsed(a.body), a) for a in files]
    return next((place for place in places if plans.template(place[0]) is not None), places[0])


def artifacts_named(journey: Journey, name: str) -> tuple[StoredArtifact, ...]:
    """The artifacts whose file name is this one, in the order of the index."""
    return tuple(a for a in journey.artifacts if a.rel_path.rpartition("/")[2] == name)


def do_files(journey: Journey) -> tuple[StoredArtifact, ...]:
    """The do-files that were run: `stata.do`, or where nothing is called that, every do-file that is no template."""
    named = tuple(a for a in artifacts_named(journey, "stata.do") if a.body.text)
    others = tuple(a for a in journey.artifacts if a.rel_path.endswith(".do") and a.body.text)
    return named or tuple(a for a in others if "template" not in a.rel_path and "source" not in a.rel_path)


def runs_of(journey: Journey) -> tuple[StataProcess, ...]:
    """What the shim saw of the job's runs, oldest first: those of a do-file that SS stored, not SS's own look-ups before."""
    stored = {a.rel_path.rpartition("/")[2] for a in do_files(journey)} or {"stata.do"}
    return tuple(r for r in journey.stata_runs if PurePosixPath(r.do_file or "").name in stored)


def written_as(runs: Iterable[StataProcess], name: str) -> frozenset[str]:
    """The digests of the files of this name that these runs wrote, in whichever folder below theirs."""
    files = ((path, digest) for run in runs for path, digest in run.files_written.items())
    return frozenset(digest for path, digest in files if PurePosixPath(path).name == name)


def run_metadata(journey: Journey) -> tuple[tuple[StoredArtifact, Any], ...]:
    """The artifacts that hold a run's command and exit code, with their JSON values, in the order of the index."""
    values = [(artifact, facts.parsed(artifact.body)) for artifact in journey.artifacts]
    return tuple((a, v) for a, v in values if executed_command(v) and facts.find(v, EXIT_CODE))


def executed_command(value: Any) -> tuple[str, ...]:
    """The words of the command in run metadata or a log event; empty when there is none."""
    found = facts.find_node(value, COMMAND)
    if found is None or not isinstance(found.value, str | list):
        return ()
    words = found.value.replace('"', " ").split() if isinstance(found.value, str) else found.value
    return tuple(str(word) for word in words)


def produced(journey: Journey, promised: Collection[str]) -> tuple[StoredArtifact, ...]:
    """The artifacts that the run made: promised by name, or of no kind that is there before a run."""
    return tuple(
        a
        for a in journey.artifacts
        if a.body.sha256 != journey.dataset.body.sha256
        and (a.rel_path.rpartition("/")[2] in promised or not BEFORE_THE_RUN & set(a.rel_path.lower().split("/")))
    )
