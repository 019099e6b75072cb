"""The artifact index against the contract and the bytes, before and after a restart of API and worker."""

from ss_audit.checks.journey import at, frozen
from ss_audit.checks.judgement import Judgement, check, judged, need, not_reached
from ss_audit.evidence.model import ProcessSeen
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
    freeze, index = frozen(journey), need(journey.index, "no index was read")
    declared = [o.file for o in plans.outputs(plans.plan_of(freeze))]
    if not declared:
        not_reached("the plan declares no outputs", "plan.promises_outputs_and_places", [freeze.id])
    listed = {(facts.artifact_path(r) or "").rpartition("/")[2] for r in facts.indexed_artifacts(facts.answered(index))}
    absent = [name for name in declared if name.rpartition("/")[2] not in listed]
    saw = f"not in the index: {', '.join(absent)}" if absent else f"all {len(declared)} declared outputs are listed"
    return judged(not absent, expected=", ".join(declared), saw=saw, evidence=[index, freeze])


@check(
    scenario=SCENARIO,
    spec=INDEX,
    expected="everything that the index lists can be downloaded",
    impact=LOST,
    fix="list only what is stored, and serve what is listed",
)
def everything_listed_can_be_downloaded(journey: MainJourney) -> Judgement:
    """No dead link in the index."""
    at(journey, "index")
    index = need(journey.index, "no index was read")
    dead = [e for e in journey.downloads if not e.is_success or e.response_body.cut]
    saw = "; ".join(e.title for e in dead) if dead else f"all {len(journey.downloads)} downloads answered"
    good = bool(journey.downloads) and not dead
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
    """Size and digest where the index states them; nothing declared is empty; text artifacts are of this job."""
    at(journey, "download")
    freeze, index = frozen(journey), need(journey.index, "no index was read")
    rows = {facts.artifact_path(r): r for r in facts.indexed_artifacts(facts.answered(index))}
    declared = {o.file.rpartition("/")[2] for o in plans.outputs(plans.plan_of(freeze))}
    wrong: list[str] = []
    for artifact in journey.artifacts:
        said = rows.get(artifact.rel_path, {})
        digest, size = facts.find(said, ("sha256", "digest", "checksum")), facts.find(said, ("size", "size_bytes", "bytes"))
        if digest and str(digest.value).removeprefix("sha256:") != artifact.body.sha256:
            wrong.append(f"{artifact.rel_path}: digest {str(digest.value)[:19]}… announced, other bytes came")
        if size and size.value != artifact.body.size:
            wrong.append(f"{artifact.rel_path}: {size.value} bytes announced, {artifact.body.size} came")
        if artifact.rel_path.rpartition("/")[2] in declared and not artifact.body.size:
            wrong.append(f"{artifact.rel_path}: declared, and empty")
    saw = "; ".join(wrong) if wrong else f"{len(journey.artifacts)} artifacts as announced"
    return judged(not wrong, expected="the announced bytes", saw=saw, evidence=[index, *journey.artifacts[:4]])


@check(
    scenario=SCENARIO,
    spec="The audit MUST also restart the API/worker",
    expected="API and worker are other processes than before, started later",
    impact="nothing is known about what a restart does to people's jobs",
    fix="see the log windows for why the restart did not happen",
)
def api_and_worker_really_restarted(trial: RestartTrial) -> Judgement:
    """New process ids and later start times for both roles."""
    if trial.failure:
        return judged(
            False, expected="both restart", saw=trial.failure, evidence=[*trial.processes_before, *trial.processes_after]
        )
    before, after = _by_role(trial.processes_before), _by_role(trial.processes_after)
    stale = [r for r, p in before.items() if r not in after or not after[r].alive or not _later(p, after[r])]
    saw = "; ".join(f"{r}: pid {before[r].pid} → {after[r].pid if r in after else 'gone'}" for r in before)
    good = {"api", "worker"} <= set(before) and not stale
    evidence = [*trial.processes_before, *trial.processes_after]
    return judged(good, expected="new api and worker", saw=saw, evidence=evidence, strength="witnessed")


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
    """The same status, read from the restarted API."""
    at(trial.journey, "finish")
    before = need(trial.status_before, "the status before was not read", RESTARTED)
    after = need(trial.status_after, "the status after was not read", RESTARTED)
    was, is_ = facts.job_status(facts.answered(before)), facts.job_status(facts.answered(after))
    good = after.is_success and was is not None and was == is_
    return judged(good, expected=f"status {was}", saw=f"{after.title}, status {is_}", evidence=[before, after])


@check(
    scenario=SCENARIO,
    spec=AFTER,
    expected="the index is the same before and after the restart",
    impact=LOST,
    fix="keep the artifact index in the durable store",
)
def index_survives(trial: RestartTrial) -> Judgement:
    """The same rows, whatever their order."""
    at(trial.journey, "index")
    before = need(trial.index_before, "the index before was not read", RESTARTED)
    after = need(trial.index_after, "the index after was not read", RESTARTED)
    was = {facts.artifact_path(r) for r in facts.indexed_artifacts(facts.answered(before))}
    is_ = {facts.artifact_path(r) for r in facts.indexed_artifacts(facts.answered(after))}
    saw = (
        f"{len(is_)} artifacts after, {len(was)} before; lost {sorted(map(str, was - is_))}; new {sorted(map(str, is_ - was))}"
    )
    return judged(bool(was) and was == is_, expected="the same index", saw=saw, evidence=[before, after])


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
    before = {a.rel_path: a.body.sha256 for a in trial.artifacts_before}
    after = {a.rel_path: a.body.sha256 for a in trial.artifacts_after}
    changed = sorted(path for path, digest in before.items() if after.get(path) != digest)
    saw = f"changed or gone: {', '.join(changed)}" if changed else f"{len(after)} artifacts, every byte the same"
    evidence = [*trial.artifacts_after[:6], *(e for e in trial.downloads_after if not e.is_success)]
    good = bool(before) and not changed
    return judged(good, expected="the same bytes", saw=saw, evidence=evidence or trial.downloads_after)
