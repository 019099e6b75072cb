"""Who may open a job."""
# ruff: noqa: E501 - a table reads best with one case a line

from typing import Any

from checks.cases import Case, holds, parametrized, row
from checks.observations import JOB, TOKEN, exchange
from ss_audit.checks import redeem
from ss_audit.evidence.seen import AccessTrial, AccessTrials

REDEEM = exchange("redeem", {"job_id": JOB, "token": TOKEN}, method="POST")
WHO = {
    "no token": redeem.no_token_opens_nothing,
    "a malformed token": redeem.a_malformed_token_opens_nothing,
    "a wrong token": redeem.a_wrong_token_opens_nothing,
    "another job's token": redeem.another_jobs_token_opens_nothing,
}
RESOURCES = ("job", "artifact index", "an artifact")
CONTROLS = (
    exchange("job", {"job_id": JOB}),
    exchange("artifact index", {"artifacts": []}),
    exchange("an artifact", "a,b\n1,2\n"),
)


def trials(answers: dict[tuple[str, str], int | None] | None = None, **more: Any) -> AccessTrials:
    """Everything refused with 403, but what `answers` says by (who, resource)."""
    statuses = answers or {}
    tried = tuple(
        AccessTrial(who=who, resource=what, exchange=exchange(what, {"error_code": "NO"}, statuses.get((who, what), 403)))
        for who in WHO
        for what in RESOURCES
    )
    values: dict[str, Any] = {
        "redeem": REDEEM, "other_redeem": REDEEM, "controls": CONTROLS, "trials": tried,
        "again": exchange("redeem", {"job_id": JOB, "token": TOKEN}, method="POST"),
    }  # fmt: skip
    return AccessTrials(**values | more)


def all_answered(status: int | None) -> AccessTrials:
    return trials({(who, what): status for who in WHO for what in RESOURCES})


def acting(statuses: dict[str, int | None] | None = None, uploaded: int = 200, **more: Any) -> AccessTrials:
    """Every act refused with 403, but what `statuses` says by act."""
    said = dict.fromkeys(("upload", "plan freeze", "run"), 403) | (statuses or {})
    acted = tuple(
        AccessTrial(who=who, resource=what, exchange=exchange(what, {}, status, "POST"))
        for who in WHO
        for what, status in said.items()
    )
    return trials(acted=acted, uploaded=exchange("upload", {}, uploaded, "POST"), **more)


NOTHING = {"redeem": exchange("redeem", {}, method="POST"), "controls": (), "trials": (), "again": None, "other_redeem": None}
OF_ANOTHER = (exchange("job", {"job_id": "job_2"}), *CONTROLS[1:])
CASES: list[Case] = [
    row(redeem.job_and_token_are_returned, "both", trials(), "pass", "job_id and token"),
    row(redeem.job_and_token_are_returned, "neither", trials(**NOTHING), "fail", "neither"),
    row(redeem.job_and_token_are_returned, "no token", trials(redeem=exchange("redeem", {"job_id": JOB})), "fail"),
    row(redeem.job_and_token_are_returned, "no job", trials(redeem=exchange("redeem", {"token": TOKEN})), "fail"),
    row(redeem.job_and_token_are_returned, "an error that has both",
        trials(redeem=exchange("redeem", {"job_id": JOB, "token": TOKEN}, 500)), "fail"),
    row(redeem.job_and_token_are_returned, "the request again",
        trials(redeem=exchange("redeem", {"task_code": "tc", "requirement": "r"})), "fail"),
    row(redeem.job_and_token_are_returned, "a web page", trials(redeem=exchange("redeem", "<html>job_id token")), "fail"),
    row(redeem.job_and_token_are_returned, "other names",
        trials(redeem=exchange("redeem", {"data": {"jobId": JOB, "accessToken": TOKEN}})), "pass"),
    row(redeem.the_token_opens_the_job, "it does", trials(), "pass"),
    row(redeem.the_token_opens_the_job, "a number as its id", trials(
        redeem=exchange("redeem", {"job_id": 17, "token": TOKEN}), controls=(exchange("job", {"id": 17}),)), "pass"),
    row(redeem.the_token_opens_the_job, "locked out", trials(controls=(exchange("job", {}, 403), *CONTROLS[1:])), "fail", "403"),
    row(redeem.the_token_opens_the_job, "another job answers", trials(controls=OF_ANOTHER), "fail", "none of them"),
    row(redeem.the_token_opens_the_job, "empty answers", trials(controls=(exchange("job", {}),)), "fail"),
    row(redeem.the_token_opens_the_job, "nothing to try", trials(**NOTHING), "not_evidenced"),
    *(row(check, "refused", trials(), "pass") for check in WHO.values()),
    *(row(check, f"refused with {status}", all_answered(status), "pass") for check in WHO.values() for status in (400, 401, 404)),
    *(row(check, f"answered {status}", all_answered(status), "fail") for check in WHO.values() for status in (200, 204, 302, 405, 408, 429, 500, None)),
    *(row(check, "one door open", trials({(who, "an artifact"): 200}), "fail", "an artifact: 200") for who, check in WHO.items()),
    *(row(check, f"an act refused with {status}", acting({"upload": status}), "pass", "upload") for check in WHO.values() for status in (401, 403, 404)),
    *(row(check, f"an upload answered {status}", acting({"upload": status}), "fail", f"upload: {status}") for check in WHO.values() for status in (200, 400, 409, 500)),
    *(row(check, "an upload refused as reading is", acting({"upload": 400}, **all_answered(400).model_dump(include={"trials"})), "pass")
      for check in WHO.values()),
    *(row(check, "an upload that its owner can't make either", acting({"upload": 409}, uploaded=409), "pass") for check in WHO.values()),
    *(row(check, "a run that is carried out", acting({"run": 202}, uploaded=409), "fail", "run: 202") for check in WHO.values()),
    *(row(check, "a run for which it is too early", acting({"run": 409}), "pass") for check in WHO.values()),
    *(row(check, "the right token opens nothing", trials(controls=(exchange("job", {}, 401),)), "not_evidenced")
      for check in WHO.values()),
    *(row(check, "never tried", trials(trials=()), "not_evidenced") for check in WHO.values()),
    row(redeem.redeeming_twice_opens_no_second_job, "the same job", trials(), "pass"),
    row(redeem.redeeming_twice_opens_no_second_job, "a refusal", trials(again=exchange("redeem", {}, 409)), "pass"),
    row(redeem.redeeming_twice_opens_no_second_job, "another job",
        trials(again=exchange("redeem", {"job_id": "job_2", "token": TOKEN})), "fail", "job_2"),
    row(redeem.redeeming_twice_opens_no_second_job, "it broke", trials(again=exchange("redeem", {}, 500)), "fail"),
    row(redeem.redeeming_twice_opens_no_second_job, "not tried", trials(again=None), "not_evidenced"),
    *(row(check, "an act refused otherwise than reading is", acting({"upload": 403}, trials=all_answered(401).trials), "pass") for check in WHO.values()),
    *(row(check, "an act that breaks as reading does", acting({"upload": 500}, trials=all_answered(500).trials), "fail", "upload: 500") for check in WHO.values()),
    *(row(check, "the right token opens a part", trials(controls=(exchange("job", {}, 401), *CONTROLS[1:])), "not_evidenced") for check in WHO.values()),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)
