"""The operator's own data: the whole way of a job on them, beside the one on the data that the audit made.

Headers of real files are often no names of Stata's, and how their columns are stored can't always be told. What differs for
such a reason says nothing about SS.
"""

from ss_audit.checks.environment import refuse_bad_environment
from ss_audit.checks.journey import arrived, columns_of, columns_shown, good_end
from ss_audit.checks.judgement import Judgement, check, judged, not_evidenced
from ss_audit.checks.reached import at
from ss_audit.checks.stata import stata_log
from ss_audit.checks.stata_numbers import numbers_agree, numbers_of
from ss_audit.evidence.seen import STAGES, Journey, OperatorsJourney
from ss_audit.stata_log.data import LARGEST_FLOAT, is_a_name, names_of, read_data

SCENARIO = "The operator's own data go the whole way"
SURPRISED = "what holds for the data of an audit does not hold for those of people"


@check(
    scenario=SCENARIO,
    spec="inputs preview: `GET /v1/jobs/{job_id}/inputs/preview`",
    expected="the preview shows every column of the operator's data",
    impact=SURPRISED,
    fix="let the inputs preview list the columns of the uploaded file",
    advisory=True,
)
def the_preview_shows_their_columns(journey: OperatorsJourney) -> Judgement:
    """Each column under its name, or under one that was made from it; where none is a name of Stata's, it may be any other."""
    columns = columns_of(journey)
    found = columns_shown(journey, {column: names_of(column) for column in columns})
    if found.outcome == "pass":
        return found
    regular = columns_shown(journey, {column: names_of(column) for column in columns if is_a_name(column)})
    if regular.outcome == "fail":
        return found
    renamed = ", ".join(column for column in columns if not is_a_name(column))
    saw = f"{found.saw}; of {renamed}, which Stata can't hold as they are, it can't be told what they are called there"
    return not_evidenced(expected=found.expected, saw=saw, evidence=found.evidence)


@check(
    scenario=SCENARIO,
    spec="run: `POST /v1/jobs/{job_id}/run` and poll job status until terminal",
    expected="the job on the operator's data ends succeeded, and its status only moves forward",
    impact=SURPRISED,
    fix="look at the answer at which the way ended, at the job's run.error.json and at its stata.log",
    advisory=True,
)
def the_job_comes_to_a_good_end(journey: OperatorsJourney) -> Judgement:
    """Whatever ended the way before: the same SS let other data come through."""
    halt = journey.halt
    if halt is not None and STAGES.index(halt.stage) < STAGES.index("finish"):
        refuse_bad_environment(journey)
        expected, saw = "a status that moves forward to succeeded", f"the way ended at {halt.stage}: {halt.why}"
        renamed = [name for name in journey.question.variables if not is_a_name(name)]
        if halt.stage == "freeze" and renamed:
            saw += f"; SS asks for columns by names that it may have made of {', '.join(renamed)}, and was told these"
            return not_evidenced(expected=expected, saw=saw, evidence=[halt.evidence])
        return judged(False, expected=expected, saw=saw, evidence=[halt.evidence])
    return good_end(journey)


@check(
    scenario=SCENARIO,
    spec="artifacts: `GET /v1/jobs/{job_id}/artifacts` and download at least one produced artifact",
    expected="at least one artifact that the run produced can be downloaded, and is not empty",
    impact=SURPRISED,
    fix="let the artifacts of the index be downloadable under their paths",
    advisory=True,
)
def a_result_arrives(journey: OperatorsJourney) -> Judgement:
    """Something that the run made; an index that lists nothing has nothing to download."""
    at(journey, "finish")
    if journey.halt is not None:
        return judged(False, expected="a produced artifact", saw=journey.halt.why, evidence=[journey.halt.evidence])
    return arrived(journey)


@check(
    scenario=SCENARIO,
    spec="a real Stata runner (not a fake runner)",
    expected="the numbers in log and tables are those of the operator's data, as Stata stores them",
    impact="people get numbers of other data than theirs",
    fix="let Stata compute the results from the whole of the uploaded data",
    advisory=True,
)
def the_numbers_are_theirs(journey: OperatorsJourney) -> Judgement:
    """Recomputed as those of the main job; a difference that names or storage of columns may account for shows nothing."""
    log = stata_log(journey)
    found = numbers_agree(journey, log)
    if found.outcome == "pass":
        return found
    excuse = _why_it_shows_nothing(journey, found.outcome, numbers_of(journey, log).miscounted)
    if excuse is None:
        return found
    return not_evidenced(expected=found.expected, saw=f"{found.saw}; {excuse}", evidence=found.evidence)


def _why_it_shows_nothing(journey: Journey, outcome: str, miscounted: int) -> str | None:
    """What other than SS may be the reason, in words. A number of observations depends on no way of storing."""
    if journey.dataset.body.masked:
        return "a part of the data looks like a secret and is masked in our copy of them"
    columns = read_data(journey.dataset.body.text or "").columns
    renamed = [column.name for column in columns if not is_a_name(column.name)]
    if outcome == "not_evidenced" and renamed:
        return f"Stata can't hold every name as it is, and SS may have given others ({', '.join(renamed)})"
    out_of_range = [column.name for column in columns if column.largest > LARGEST_FLOAT]
    if out_of_range:
        return f"some numbers are larger than Stata stores without being told to ({', '.join(out_of_range)})"
    open_ = [column.name for column in columns if column.may_be_double]
    if open_ and not miscounted:
        return f"how Stata stores columns with that many digits can't be told ({', '.join(open_)})"
    return None
