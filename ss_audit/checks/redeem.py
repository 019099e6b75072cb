"""Who may open a job: the token that redeeming gave, and nobody else."""

from collections.abc import Collection

from ss_audit.checks.judgement import Judgement, check, judged, need, not_reached
from ss_audit.evidence.model import Exchange
from ss_audit.evidence.seen import AccessTrial, AccessTrials
from ss_audit.ss import facts

SCENARIO = "Redeem returns a usable job token"
ADVISORY = "A task code that is redeemed twice opens the same job"
RESPONSE = "the response includes `job_id` and a bearer token usable for subsequent authenticated calls"
OPENS = "redeem.the_token_opens_the_job"
# Any other 4xx is a refusal of these credentials: the same request with the right token was answered.
NO_ANSWER_TO_CREDENTIALS = (405, 408, 429)
REFUSALS = (401, 403, 404)
UPLOAD = "upload"


@check(
    scenario=SCENARIO,
    spec=RESPONSE,
    expected="the answer names a job id and a bearer token",
    impact="nobody can start a job",
    fix="answer a valid redeem with job_id and token",
)
def job_and_token_are_returned(trials: AccessTrials) -> Judgement:
    """The redeem answer has both."""
    answer = facts.answered(trials.redeem)
    job, token = facts.job_id(answer), facts.bearer_token(answer)
    where = " and ".join(f.where for f in (job, token) if f)
    saw = f"{trials.redeem.title}: {where or 'neither a job id nor a token'}"
    good = trials.redeem.is_success and job is not None and token is not None
    return judged(good, expected="job id and token", saw=saw, evidence=[trials.redeem])


@check(
    scenario=SCENARIO,
    spec=RESPONSE,
    expected="the token opens its own job, and the answer is about that job",
    impact="a person with a valid token is locked out",
    fix="accept the token that redeem returned on that job's routes",
)
def the_token_opens_the_job(trials: AccessTrials) -> Judgement:
    """The positive control of everything below: with the right token the job answers, with its own id."""
    if not trials.controls:
        not_reached("redeem gave no job and token to try", "redeem.job_and_token_are_returned", [trials.redeem.id])
    job = facts.text_of(facts.job_id(facts.answered(trials.redeem))) or ""
    bad = [c for c in trials.controls if not c.is_success]
    about = [c for c in trials.controls if facts.names_in([str(s) for s in facts.scalars(facts.answered(c))], [job])]
    saw = "; ".join(c.title for c in bad or trials.controls) + ("" if about else f"; none of them is about {job}")
    return judged(not bad and bool(about), expected=f"answers about job {job}", saw=saw, evidence=trials.controls)


def _refused(trials: AccessTrials, who: str) -> Judgement:
    tried: tuple[AccessTrial, ...] = tuple(t for t in trials.trials if t.who == who)
    if not trials.controls or not all(c.is_success for c in trials.controls):
        not_reached("the right token opens nothing, so a refusal means nothing", OPENS, [trials.redeem.id])
    need(tried or None, f"{who} was not tried")
    acted = tuple(t for t in trials.acted if t.who == who)
    open_to = [t for t in tried if not t.exchange.is_client_error or t.exchange.status in NO_ANSWER_TO_CREDENTIALS]
    refusals = {*REFUSALS, *(t.exchange.status for t in tried if t not in open_to)}
    open_to += [t for t in acted if _let_in(t, trials.uploaded, refusals)]
    tried += acted
    saw = "; ".join(f"{t.resource}: {t.exchange.status or t.exchange.failure}" for t in open_to or tried)
    expected = f"{who} opens nothing"
    return judged(not open_to, expected=expected, saw=saw, evidence=[t.exchange for t in tried])


def _let_in(trial: AccessTrial, uploaded: Exchange | None, refusals: Collection[int | None]) -> bool:
    """Whether an act was carried out, or, where the right token was seen to carry it out, not refused at the door: what is
    wrong with a request is told to those who were let in. `refusals` are the answers at the door, by status."""
    controlled = trial.resource == UPLOAD and uploaded is not None and uploaded.is_success
    return trial.exchange.is_success or (controlled and trial.exchange.status not in refusals)


IMPACT = "people can read and change each other's jobs and data"
FIX = "check the token against the job on every route below /v1/jobs/{job_id}, the artifact routes included"


@check(scenario=SCENARIO, spec=RESPONSE, expected="a request without a token opens nothing", impact=IMPACT, fix=FIX)
def no_token_opens_nothing(trials: AccessTrials) -> Judgement:
    """Without credentials no resource of the job answers."""
    return _refused(trials, "no token")


@check(scenario=SCENARIO, spec=RESPONSE, expected="a malformed token opens nothing", impact=IMPACT, fix=FIX)
def a_malformed_token_opens_nothing(trials: AccessTrials) -> Judgement:
    """Something that is no token does not open the job."""
    return _refused(trials, "a malformed token")


@check(scenario=SCENARIO, spec=RESPONSE, expected="a wrong token of the right form opens nothing", impact=IMPACT, fix=FIX)
def a_wrong_token_opens_nothing(trials: AccessTrials) -> Judgement:
    """The job's own token with another secret does not open the job."""
    return _refused(trials, "a wrong token")


@check(scenario=SCENARIO, spec=RESPONSE, expected="another job's token opens nothing", impact=IMPACT, fix=FIX)
def another_jobs_token_opens_nothing(trials: AccessTrials) -> Judgement:
    """A valid token of another job does not open this one."""
    return _refused(trials, "another job's token")


@check(
    scenario=ADVISORY,
    spec="calling `POST /v1/task-codes/redeem` with a valid `task_code`",
    expected="the second redeem answers with the same job, or refuses",
    impact="a task code that was paid for once opens any number of jobs",
    fix="bind a task code to the first job that it opened",
    advisory=True,
)
def redeeming_twice_opens_no_second_job(trials: AccessTrials) -> Judgement:
    """One code, one job."""
    again = need(trials.again, "the code was not redeemed again", "redeem.job_and_token_are_returned")
    first = facts.text_of(facts.job_id(facts.answered(trials.redeem)))
    second = facts.text_of(facts.job_id(facts.answered(again)))
    same = again.is_client_error or (again.is_success and first == second)
    saw = f"{again.title}, {'the same job' if first == second else f'job {second} after {first}'}"
    return judged(same, expected="the same job or a refusal", saw=saw, evidence=[trials.redeem, again])
