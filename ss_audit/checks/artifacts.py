"""The artifact index against the contract and the bytes, before and after a restart of API and worker."""

from collections import Counter

from ss_audit.checks.announced import against_its_name, against_the_row, holds_nothing
from ss_audit.checks.judgement import Judgement, check, judged, need, not_evidenced, not_reached
from ss_audit.checks.reached import at, frozen_plan, runs_of, written_as
from ss_audit.evidence.model import Exchange, OperatorCommand, ProcessSeen
from ss_audit.evidence.seen import MainJourney, RestartTrial
from ss_audit.ss import facts, plans

SCENARIO = "Artifacts are contract-indexed and survive restart"
INDEX = (
    "the response provides an index of artifacts that can be downloaded, and the downloaded files match the declared contract"
)
AFTER = "artifacts remain indexable and downloadable after restart"
LOST = "people lose results that they were promised"
RESTARTED = "artifacts.api_and_worker_really_restarted"


@check(
    scenario=SCENARIO,
    spec=INDEX,
    expected="every output that the plan declares is in the index",
    impact=LOST,
    fix="archive and index every output of the template's contract, or fail the run when one is missing",
)
def every_declared_output_is_listed(journey: MainJourney) -> Judgement:
    """Contract ⊆ index, by file name."""
    at(journey, "index")
    (plan, place), index = frozen_plan(journey), need(journey.index, "no index was read")
    declared = [o.file for o in plans.outputs(plan)]
    if not declared:
        not_reached("the plan declares no outputs", "plan.promises_outputs_and_places", [place.id])
    listed = {(facts.artifact_path(r) or "").rpartition("/")[2] for r in facts.indexed_artifacts(facts.answered(index))}
    absent = [name for name in declared if name.rpartition("/")[2] not in listed]
    saw = f"not in the index: {', '.join(absent)}" if absent else f"all {len(declared)} declared outputs are listed"
    return judged(not absent, expected=", ".join(declared), saw=saw, evidence=[index, place])


@check(
    scenario=SCENARIO,
    spec=INDEX,
    expected="everything that the index lists can be downloaded",
    impact=LOST,
    fix="list only what is stored, and serve what is listed",
)
def everything_listed_can_be_downloaded(journey: MainJourney) -> Judgement:
    """No dead link in the index, and no row that was not tried."""
    at(journey, "index")
    index = need(journey.index, "no index was read")
    rows = len(facts.indexed_artifacts(facts.answered(index)))
    dead = [e for e in journey.downloads if not e.is_success or e.response_body.cut]
    saw = "; ".join(e.title for e in dead) if dead else f"{len(journey.downloads)} of {rows} downloads answered"
    good = bool(journey.downloads) and len(journey.downloads) >= rows and not dead
    return judged(
        good, expected="an answer for every listed artifact", saw=saw, evidence=[*dead, index, *journey.downloads[:3]]
    )


@check(
    scenario=SCENARIO,
    spec=INDEX,
    expected="the bytes of each artifact are those that the index announces, and declared outputs are not empty",
    impact="people work with results that are not the ones of their run",
    fix="serve the bytes whose size and digest the index states",
)
def bytes_match_the_index(journey: MainJourney) -> Judgement:
    """Size and digest where the index states them; nothing declared is empty; each file is what its name says, of this job."""
    at(journey, "download")
    (plan, _), index = frozen_plan(journey), need(journey.index, "no index was read")
    rows = facts.indexed_artifacts(facts.answered(index))
    declared = {o.file.rpartition("/")[2] for o in plans.outputs(plan)}
    by_stata = frozenset(digest for run in runs_of(journey) for digest in run.files_written.values())
    wrong: list[str] = []
    for artifact in journey.artifacts:
        about = [row for row in rows if facts.artifact_id(row) == artifact.key]
        problems = [problem for row in about for problem in against_the_row(artifact, row)]
        problems += against_its_name(artifact, journey.job_id)
        if artifact.rel_path.rpartition("/")[2] in declared:
            problems += holds_nothing(artifact, by_stata)
        wrong += [f"{artifact.rel_path}: {problem}" for problem in problems]
    if len(journey.artifacts) > 2 and len({a.body.sha256 for a in journey.artifacts}) == 1:
        wrong.append(f"{len(journey.artifacts)} artifacts, and all have the same bytes")
    saw = "; ".join(wrong) if wrong else f"{len(journey.artifacts)} artifacts as announced"
    return judged(not wrong, expected="the announced bytes", saw=saw, evidence=[index, *journey.artifacts[:4]])


@check(
    scenario=SCENARIO,
    spec=INDEX,
    expected="each promised output is, byte for byte, the file that Stata wrote under its name",
    impact="people work with numbers that were altered after Stata computed them",
    fix="store the files that Stata wrote as they are; what SS makes of them gets a name of its own",
)
def outputs_are_those_that_stata_wrote(journey: MainJourney) -> Judgement:
    """By digest, as the shim saw them when Stata ended. Where it saw none of that name, SS may have made it from another."""
    at(journey, "download")
    declared = {o.file.rpartition("/")[2] for o in plans.outputs(frozen_plan(journey)[0])}
    outputs = [a for a in journey.artifacts if a.rel_path.rpartition("/")[2] in declared and a.body.sha256]
    if not outputs:
        not_reached("no promised output was downloaded", every_declared_output_is_listed.id)
    expected = "the bytes that Stata wrote"
    if "stata" in journey.unwitnessed:
        saw = f"{len(outputs)} outputs as SS delivers them; no witness of ours stood before this Stata"
        return judged(True, expected=expected, saw=saw, evidence=outputs[:4], strength="claimed")
    runs = runs_of(journey)
    if not any(run.files_written for run in runs):
        not_reached("what Stata wrote was not seen", "stata.the_command_really_ran", [a.id for a in outputs])
    wrote = {name: written_as(runs, name) for name in {a.rel_path.rpartition("/")[2] for a in outputs}}
    known = [a for a in outputs if wrote[a.rel_path.rpartition("/")[2]]]
    other = [a for a in known if a.body.sha256 not in wrote[a.rel_path.rpartition("/")[2]]]
    saw = f"{len(known) - len(other)} of {len(outputs)} outputs as Stata wrote them"
    saw += f"; others than Stata wrote under their name: {', '.join(a.rel_path for a in other)}" if other else ""
    advice = None if known else "no output has the name of a file that Stata wrote: nothing ties them to its run"
    evidence = [*(other or outputs)[:4], *runs[-1:]]
    return judged(not other, expected=expected, saw=saw, evidence=evidence, strength="witnessed", advisory=advice)


@check(
    scenario=SCENARIO,
    spec="The audit MUST also restart the API/worker",
    expected="API and worker are other processes than before, started later",
    impact="nothing is known about what a restart does to people's jobs",
    fix="see the log windows for why the restart did not happen",
)
def api_and_worker_really_restarted(trial: RestartTrial) -> Judgement:
    """New process ids and later start times for both roles; of an SS that ran already whatever else shows a new start."""
    if trial.lacking is not None:
        return not_evidenced(expected="new api and worker", saw=trial.lacking.title, evidence=[trial.lacking])
    if trial.commanded is not None:
        return _restarted_by_the_operator(trial, trial.commanded)
    if trial.failure:
        seen = [*trial.processes_before, *trial.processes_after]
        return judged(False, expected="both restart", saw=trial.failure, evidence=seen or trial.journey.evidence()[:1])
    before, after = _by_role(trial.processes_before), _by_role(trial.processes_after)
    stale = [r for r, p in before.items() if r not in after or not after[r].alive or not _later(p, after[r])]
    saw = "; ".join(f"{r}: pid {before[r].pid} → {after[r].pid if r in after else 'gone'}" for r in before)
    good = {"api", "worker"} <= set(before) and not stale
    evidence = [*trial.processes_before, *trial.processes_after]
    if not evidence:
        not_reached("no process of SS was seen, before or after")
    return judged(good, expected="new api and worker", saw=saw, evidence=evidence, strength="witnessed")


def _restarted_by_the_operator(trial: RestartTrial, commanded: OperatorCommand) -> Judgement:
    """A command that failed is not SS's fault; one that ended well shows nothing by itself."""
    expected = "new api and worker"
    if commanded.exit_status != 0:
        return Judgement(
            outcome="error", expected=expected, saw=trial.failure or commanded.title, evidence=(commanded.id,),
            blame="operator" if commanded.never_ran else "environment",
        )  # fmt: skip
    if trial.failure:
        return judged(False, expected=expected, saw=trial.failure, evidence=[commanded])
    before, after = _by_role(trial.processes_before), _by_role(trial.processes_after)
    shown = {r: f"{r}: {_named(before[r])} → {_named(p)}" for r, p in after.items() if r in before and _anew(before[r], p)}
    shown |= {sign.role: f"{sign.role}: {sign.what}" for sign in trial.signs if sign.role not in shown}
    evidence = [commanded.id, *(p.id for p in (*before.values(), *after.values())), *(sign.evidence for sign in trial.signs)]
    unshown = [role for role in ("api", "worker") if role not in shown]
    if unshown:
        saw = f"{commanded.title}; but nothing shows that {' and '.join(unshown)} started anew: give start_commands with pid \
or start time, or the log command"
        return not_evidenced(expected=expected, saw=saw, evidence=evidence)
    return judged(True, expected=expected, saw="; ".join(shown.values()), evidence=evidence)


def _named(process: ProcessSeen) -> str:
    return f"pid {process.pid}" if process.pid else process.where


def _anew(before: ProcessSeen, after: ProcessSeen) -> bool:
    """By what the same host says before and after: its clock may be wrong."""
    if before.started_at is not None and after.started_at is not None:
        return after.alive and after.started_at > before.started_at
    return after.alive and (before.where, before.pid) != (after.where, after.pid)


def _by_role(processes: tuple[ProcessSeen, ...]) -> dict[str, ProcessSeen]:
    return {p.role: p for p in processes}


def _later(before: ProcessSeen, after: ProcessSeen) -> bool:
    return after.pid != before.pid and (after.started_at or 0) > (before.started_at or 0)


@check(
    scenario=SCENARIO,
    spec="job status is recoverable after restart",
    expected="the job's status is the same before and after the restart",
    impact=LOST,
    fix="keep the job's status in the durable store",
)
def status_survives(trial: RestartTrial) -> Judgement:
    """The same status, that of a job that succeeded, read from the restarted API."""
    at(trial.journey, "finish")
    before = need(trial.status_before, "the status before was not read", RESTARTED)
    after = need(trial.status_after, "the status after was not read", RESTARTED)
    was, is_ = facts.job_status(facts.answered(before)), facts.job_status(facts.answered(after))
    good = after.is_success and was in facts.SUCCEEDED and was == is_
    return judged(
        good,
        expected=f"status {was if was in facts.SUCCEEDED else 'succeeded'}",
        saw=f"{after.title}, status {is_}",
        evidence=[before, after],
    )


@check(
    scenario=SCENARIO,
    spec=AFTER,
    expected="the index is the same before and after the restart",
    impact=LOST,
    fix="keep the artifact index in the durable store",
)
def index_survives(trial: RestartTrial) -> Judgement:
    """The same rows, whatever their order: path, kind, size and digest."""
    at(trial.journey, "index")
    before = need(trial.index_before, "the index before was not read", RESTARTED)
    after = need(trial.index_after, "the index after was not read", RESTARTED)
    was, is_ = _listed(before), _listed(after)
    lost, new = sorted(r[0] for r in (was - is_).elements()), sorted(r[0] for r in (is_ - was).elements())
    saw = f"{is_.total()} artifacts after, {was.total()} before; lost or changed: {_first(lost)}; new or changed: {_first(new)}"
    return judged(bool(was) and was == is_, expected="the same index", saw=saw, evidence=[before, after])


def _first(paths: list[str], most: int = 3) -> str:
    """What stands for a long list in a sentence; the index itself is in the evidence."""
    return f"{', '.join(paths[:most]) or 'none'}{f' and {len(paths) - most} more' if len(paths) > most else ''}"


def _listed(index: Exchange) -> Counter[tuple[str, ...]]:
    """How often the index lists each path, with the kind, size and digest that it states."""
    facts_of_a_row = (("sha256", "digest", "checksum"), ("size", "size_bytes", "bytes"))
    return Counter(
        (
            facts.artifact_path(row) or "",
            facts.artifact_kind(row),
            *(str(facts.text_of(facts.find(row, n))) for n in facts_of_a_row),
        )
        for row in facts.indexed_artifacts(facts.answered(index))
    )


@check(
    scenario=SCENARIO,
    spec="calling `GET /v1/jobs/{job_id}/artifacts` after a successful run and after a restart",
    expected="when the job says that it succeeded, its results are already there",
    impact="people who fetch their results at once get a part of them",
    fix="set the job's status after its artifacts are stored and indexed, not before",
)
def nothing_comes_after_the_end(trial: RestartTrial) -> Judgement:
    """The index right after the job succeeded lists what the same index lists later, before any restart."""
    at(trial.journey, "index")
    first = need(trial.journey.index, "no index was read")
    later = need(trial.index_before, "the index was not read again")
    was, is_ = _listed(first), _listed(later)
    late, gone = sorted(r[0] for r in (is_ - was).elements()), sorted(r[0] for r in (was - is_).elements())
    counted = f"{was.total()} artifacts at the end of the job, {is_.total()} later"
    saw = f"{counted}; came or changed after it: {_first(late)}; gone: {_first(gone)}"
    return judged(bool(was) and was == is_, expected="the same index", saw=saw, evidence=[first, later])


@check(
    scenario=SCENARIO,
    spec=AFTER,
    expected="every byte of every artifact is the same before and after the restart",
    impact=LOST,
    fix="store artifacts once and never write them again",
)
def every_byte_survives(trial: RestartTrial) -> Judgement:
    """Digests of all artifacts, before against after."""
    at(trial.journey, "download")
    if not trial.downloads_after:
        not_reached("nothing was downloaded after the restart", "artifacts.index_survives")
    before = {a.key: a for a in trial.artifacts_before}
    after = {a.key: a.body.sha256 for a in trial.artifacts_after}
    changed = sorted(a.rel_path for key, a in before.items() if after.get(key) != a.body.sha256)
    saw = f"changed or gone: {', '.join(changed)}" if changed else f"{len(after)} artifacts, every byte the same"
    evidence = [*trial.artifacts_after[:6], *(e for e in trial.downloads_after if not e.is_success)]
    good = bool(before) and not changed
    return judged(good, expected="the same bytes", saw=saw, evidence=evidence or trial.downloads_after)
