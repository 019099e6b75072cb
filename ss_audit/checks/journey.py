"""The journey of one job, stage by stage. What a later stage needs of an earlier one, other checks ask for with `at`."""

from ss_audit.checks.judgement import Judgement, check, judged, need, not_reached
from ss_audit.evidence.model import Exchange, StoredArtifact
from ss_audit.evidence.seen import STAGES, Journey, MainJourney, Stage
from ss_audit.ss import facts

SCENARIO = "A person comes from a task code to downloaded results"
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
STUCK = "nobody gets a result out of SS"


def halted_before(journey: Journey, stage: Stage) -> bool:
    """Whether the journey ended before this stage was tried."""
    return journey.halt is not None and STAGES.index(journey.halt.stage) < STAGES.index(stage)


def at(journey: Journey, stage: Stage) -> Journey:
    """The journey, when this stage was done; else the end of the check: `not_evidenced`, because of the halt."""
    halt = journey.halt
    if halt is not None and STAGES.index(halt.stage) <= STAGES.index(stage):
        because = CHECK_OF[halt.stage]
        not_reached(f"{journey.label} ended at {halt.stage}: {halt.why}", because, (halt.evidence,))
    return journey


def frozen(journey: Journey) -> Exchange:
    """The answer that froze the plan."""
    return at(journey, "freeze").freezes[-1]


def artifacts_named(journey: Journey, name: str) -> tuple[StoredArtifact, ...]:
    """The artifacts whose file name is this one, in the order of the index."""
    return tuple(a for a in journey.artifacts if a.rel_path.rpartition("/")[2] == name)


def _stage(journey: Journey, stage: Stage, exchange: Exchange | None, expected: str, good: bool, saw: str) -> Judgement:
    if halted_before(journey, stage):
        at(journey, stage)
    halt = journey.halt
    if halt is not None and halt.stage == stage:
        return judged(False, expected=expected, saw=halt.why, evidence=[halt.evidence])
    shown = need(exchange, f"{journey.label} did not come to {stage}")
    return judged(good, expected=expected, saw=saw, evidence=[shown])


@check(
    scenario=SCENARIO,
    spec="redeem: `POST /v1/task-codes/redeem` → returns `job_id` + bearer token",
    expected="redeeming a task code answers with a job id and a bearer token",
    impact=STUCK,
    fix="let POST /v1/task-codes/redeem answer a valid code with job_id and token",
)
def redeem_opens_a_job(journey: MainJourney) -> Judgement:
    """A valid task code opens a job."""
    redeem = journey.redeem
    return _stage(journey, "redeem", redeem, "a job id and a bearer token", True, f"job {journey.job_id} with a token")


@check(
    scenario=SCENARIO,
    spec="upload: `POST /v1/jobs/{job_id}/inputs/upload` (CSV)",
    expected="the CSV is accepted",
    impact=STUCK,
    fix="let the upload accept a plain UTF-8 CSV with a header line",
)
def upload_is_taken(journey: MainJourney) -> Judgement:
    """SS takes a plain CSV."""
    upload = journey.upload
    return _stage(journey, "upload", upload, "the CSV is accepted", True, upload.title if upload else "")


@check(
    scenario=SCENARIO,
    spec="inputs preview: `GET /v1/jobs/{job_id}/inputs/preview`",
    expected="the preview shows every column of the uploaded data",
    impact="a person cannot see whether SS understood the data",
    fix="let the inputs preview list the columns of the uploaded file",
)
def preview_shows_the_data(journey: MainJourney) -> Judgement:
    """The preview names every column of the CSV."""
    if halted_before(journey, "preview"):
        at(journey, "preview")
    preview = need(journey.preview, "the inputs preview was not asked for")
    columns = (journey.dataset.body.text or "").partition("\n")[0].split(",")
    missing = set(columns) - set(facts.names_in(facts.answered(preview), columns))
    saw = f"{preview.title}; missing {', '.join(sorted(missing))}" if missing else f"all {len(columns)} columns"
    return judged(preview.is_success and not missing, expected=f"columns {', '.join(columns)}", saw=saw, evidence=[preview])


@check(
    scenario=SCENARIO,
    spec="draft preview: `GET /v1/jobs/{job_id}/draft/preview`",
    expected="a draft that is about the variables of the question",
    impact="people are offered an analysis of something that they did not ask about",
    fix="let the draft come from the model's answer to this requirement",
)
def draft_is_ready(journey: MainJourney) -> Judgement:
    """The draft names the variables of the question; their names are random, so no ready-made draft can."""
    if halted_before(journey, "draft"):
        at(journey, "draft")
    halt = journey.halt
    if halt and halt.stage == "draft":
        return judged(False, expected="a draft", saw=halt.why, evidence=[halt.evidence])
    draft = facts.answered(journey.drafts[-1])
    about = {k: v for k, v in draft.items() if "candidate" not in k and "normaliz" not in k and "type" not in k}
    named = facts.names_in(about, journey.question.variables)
    saw = f"the draft names {', '.join(named) or 'none of the variables'}"
    wanted = journey.question.variables[:1]
    return judged(
        set(wanted) <= set(named) and len(named) > 1,
        expected=f"a draft about {', '.join(journey.question.variables)}",
        saw=saw,
        evidence=[journey.drafts[-1]],
    )


@check(
    scenario=SCENARIO,
    spec="freeze plan: `POST /v1/jobs/{job_id}/plan/freeze`",
    expected="the plan is frozen once the questions of the draft are answered",
    impact=STUCK,
    fix="let the freeze succeed when every question of the draft is answered",
)
def plan_is_frozen(journey: MainJourney) -> Judgement:
    """The plan can be frozen."""
    freeze = journey.freezes[-1] if journey.freezes else None
    return _stage(journey, "freeze", freeze, "the plan is frozen", True, freeze.title if freeze else "")


@check(
    scenario=SCENARIO,
    spec="run: `POST /v1/jobs/{job_id}/run` and poll job status until terminal",
    expected="the frozen job can be queued",
    impact=STUCK,
    fix="let POST run queue a job whose plan is frozen",
)
def run_is_accepted(journey: MainJourney) -> Judgement:
    """The job can be queued."""
    return _stage(journey, "run", journey.run, "the job is queued", True, journey.run.title if journey.run else "")


@check(
    scenario=SCENARIO,
    spec="run: `POST /v1/jobs/{job_id}/run` and poll job status until terminal",
    expected="the job ends succeeded, and its status only moves forward",
    impact=STUCK,
    fix="read the job's run.error.json and stata.log for why it did not succeed",
)
def job_succeeds(journey: MainJourney) -> Judgement:
    """The job comes to a successful end without its status going back."""
    last = journey.polls[-1] if journey.polls else None
    seen = [facts.job_status(facts.answered(poll)) or "no status" for poll in journey.polls]
    order = list(dict.fromkeys(seen))
    forward = len(order) == sum(1 for i, s in enumerate(seen) if i == 0 or s != seen[i - 1])
    return _stage(journey, "finish", last, "a status that moves forward to succeeded", forward, " → ".join(order))


@check(
    scenario=SCENARIO,
    spec="artifacts: `GET /v1/jobs/{job_id}/artifacts` and download at least one produced artifact",
    expected="the index of a finished job lists its artifacts",
    impact=STUCK,
    fix="let the artifact index of a finished job list what the run produced",
)
def artifacts_are_listed(journey: MainJourney) -> Judgement:
    """The index lists artifacts."""
    count = len(facts.indexed_artifacts(facts.answered(journey.index)))
    return _stage(journey, "index", journey.index, "at least one artifact", count > 0, f"{count} artifacts")


@check(
    scenario=SCENARIO,
    spec="artifacts: `GET /v1/jobs/{job_id}/artifacts` and download at least one produced artifact",
    expected="at least one artifact that the run produced can be downloaded, and is not empty",
    impact=STUCK,
    fix="let the artifacts of the index be downloadable under their paths",
)
def an_artifact_arrives(journey: MainJourney) -> Judgement:
    """Something that the run made, not an input that was uploaded, arrives with content."""
    if halted_before(journey, "download"):
        at(journey, "download")
    made = [a for a in journey.artifacts if a.body.size and a.body.sha256 != journey.dataset.body.sha256]
    names = ", ".join(a.rel_path.rpartition("/")[2] for a in made[:4])
    saw = f"{len(made)} of {len(journey.downloads)} listed artifacts arrived with content: {names}"
    return judged(bool(made), expected="a produced artifact", saw=saw, evidence=[*made[:4], *journey.downloads[:1]])
