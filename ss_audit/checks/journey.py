"""The journey of one job, stage by stage."""

from collections.abc import Collection, Mapping
from typing import Any

from ss_audit.checks.judgement import Judgement, check, judged, need
from ss_audit.checks.reached import frozen_plan, halted_before, produced
from ss_audit.evidence.model import Exchange
from ss_audit.evidence.seen import Journey, MainJourney, Question, Stage
from ss_audit.ss import facts, plans
from ss_audit.stata_log.data import read_rows

SCENARIO = "A person comes from a task code to downloaded results"
STUCK = "nobody gets a result out of SS"


def _stage(journey: Journey, stage: Stage, exchange: Exchange | None, expected: str, good: bool, saw: str) -> Judgement:
    halted_before(journey, stage)
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
    return columns_shown(journey, {column: (column,) for column in columns_of(journey)})


def columns_of(journey: Journey) -> list[str]:
    """The names in the header of the uploaded data."""
    return [name.strip() for name in next(iter(read_rows(journey.dataset.body.text or "")), [])]


def columns_shown(journey: Journey, names: Mapping[str, Collection[str]]) -> Judgement:
    """Whether the preview names every column. In: each column with the names under which it may be shown."""
    halted_before(journey, "preview")
    preview = need(journey.preview, "the inputs preview was not asked for")
    shown = set(facts.names_or_keys_in(facts.answered(preview), {name for known in names.values() for name in known}))
    missing = [column for column, known in names.items() if not shown & set(known)]
    saw = f"{preview.title}; missing {', '.join(sorted(missing))}" if missing else f"all {len(names)} columns"
    return judged(preview.is_success and not missing, expected=f"columns {', '.join(names)}", saw=saw, evidence=[preview])


@check(
    scenario=SCENARIO,
    spec="draft preview: `GET /v1/jobs/{job_id}/draft/preview`",
    expected="a draft that is about the variables of the question",
    impact="people are offered an analysis of something that they did not ask about",
    fix="let the draft come from the model's answer to this requirement",
)
def draft_is_ready(journey: MainJourney) -> Judgement:
    """The draft names the variables of the question, the outcome as the outcome; no ready-made draft can.

    What merely repeats the question or lists all columns is left out: that says nothing about the draft.
    """
    halted_before(journey, "draft")
    halt = journey.halt
    if halt and halt.stage == "draft":
        return judged(False, expected="a draft", saw=halt.why, evidence=[halt.evidence])
    question = journey.question
    columns = (journey.dataset.body.text or "").partition("\n")[0].split(",")
    said = _own_words(facts.answered(journey.drafts[-1]), question, columns)
    named = facts.names_in(said, question.variables)
    outcome = facts.find(said, OUTCOME)
    other = outcome is not None and str(outcome.value) in question.variables and outcome.value != question.outcome
    saw = f"the draft names {', '.join(named) or 'none of the variables'}"
    saw += f", with {outcome.value} as the outcome" if outcome else ""
    good = question.outcome in named and len(named) >= min(2, len(question.variables)) and not other
    expected = f"a draft about {', '.join(question.variables)}"
    return judged(good, expected=expected, saw=saw, evidence=[journey.drafts[-1]])


OUTCOME = (
    "outcome_var", "outcome", "outcome_variable", "outcome_column", "dependent_var", "dependent_variable", "dependent_column",
    "depvar",
)  # fmt: skip
OFFERED = ("candidate", "sample", "option")
OF_THE_DATA = ("normaliz", "column", "type", "required", "source", "preview", "row")
QUESTION_AGAIN = ("requirement", "normaliz")


def _own_words(value: Any, question: Question, columns: list[str]) -> Any:
    """A draft without the lists of all columns that SS adds, what it offers to choose from, and the question itself."""
    if isinstance(value, dict):
        own = {k: v for k, v in value.items() if not _is_added(k.lower(), v, columns)}
        return {k: _own_words(v, question, columns) for k, v in own.items()}
    if isinstance(value, list):
        return [_own_words(item, question, columns) for item in value]
    return value.replace(question.text, "") if isinstance(value, str) else value


def _is_added(name: str, value: Any, columns: list[str]) -> bool:
    """Whether a member says nothing about the draft: by its name alone where it holds no choice, else by what it lists."""
    if isinstance(value, str):
        return any(word in name for word in QUESTION_AGAIN)
    if isinstance(value, list) and any(word in name for word in OFFERED):
        return True
    listed = value if isinstance(value, list) else list(value) if isinstance(value, dict) else []
    names_all = len(facts.names_or_keys_in(listed, columns)) == len(columns)
    return names_all and any(word in name for word in (*OFFERED, *OF_THE_DATA))


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
    """The job comes to a successful end, and no status comes after one that lies further on the way, or comes back."""
    return good_end(journey)


def good_end(journey: Journey) -> Judgement:
    """Whether the job came to its end, and by which way."""
    last = journey.polls[-1] if journey.polls else None
    seen = [facts.job_status(facts.answered(poll)) or "no status" for poll in journey.polls]
    changes = [status for i, status in enumerate(seen) if i == 0 or status != seen[i - 1]]
    ranks = [rank for status in changes if (rank := _rank(status)) is not None]
    forward = len(changes) == len(set(changes)) and ranks == sorted(ranks)
    return _stage(journey, "finish", last, "a status that moves forward to succeeded", forward, " → ".join(changes))


WAY = (
    frozenset({"created", "new", "draft", "draft_ready", "confirmed", "frozen", "ready"}),
    frozenset({"queued", "scheduled", "submitted", "accepted", "waiting"}),
    frozenset({"running", "started", "in_progress", "processing", "executing"}),
    facts.SUCCEEDED | facts.FAILED,
)


def _rank(status: str) -> int | None:
    return next((rank for rank, words in enumerate(WAY) if status in words), None)


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
    """Something that the run made, not an input or what was there before the run, arrives with content."""
    return arrived(journey)


def arrived(journey: Journey) -> Judgement:
    """Whether something that the run of this job made was downloaded."""
    halted_before(journey, "download")
    plan, _ = frozen_plan(journey)
    promised = {o.file.rpartition("/")[2] for o in plans.outputs(plan)}
    made = [a for a in produced(journey, promised) if a.body.size]
    names = ", ".join(a.rel_path.rpartition("/")[2] for a in made[:4])
    saw = f"{len(made)} of {len(journey.downloads)} listed artifacts come from the run and have content: {names}"
    evidence = [*made[:4], *journey.downloads[:1]] or [journey.index or journey.freezes[-1]]
    return judged(bool(made), expected="a produced artifact", saw=saw, evidence=evidence)
