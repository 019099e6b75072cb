"""An SS that does nothing, seen as the audit would see it: no check passes that says something about SS."""
# ruff: noqa: E501 - a table reads best with one case a line

import json
from collections.abc import Callable
from functools import cache

import pytest

from checks.observations import exchange, halted, main_journey, provenance, statement
from checks.test_artifacts import trial as restart
from checks.test_missing import declared, undeclared
from checks.test_redeem import all_answered
from checks.test_selection import choices
from checks.test_stata import concluded
from ss_audit.checks.judgement import Check, registry
from ss_audit.every_check import all_checks
from ss_audit.evidence.model import Exchange
from ss_audit.evidence.observation import Observation
from ss_audit.evidence.seen import (
    ExecutedTemplate,
    Journey,
    LibraryTrace,
    MainJourney,
    MissingParameters,
    OperatorsJourney,
    PublishedJourney,
    SurfacesSeen,
    TemplateChoices,
)

all_checks()
HTML = "<!DOCTYPE html><html><body>Welcome, job_id token status succeeded R02</body></html>"
REQUEST = json.dumps({"task_code": "tc-1", "requirement": "How does y_q1 depend on x_q2?", "answers": {}, "notes": ""})
ANSWERS: dict[str, tuple[str, int]] = {
    "{} to everything": ("{}", 200),
    "a web page to everything": (HTML, 200),
    "the request to everything": (REQUEST, 200),
    "500 to everything": ('{"error_code":"BROKEN"}', 500),
    "null to everything": ("null", 200),
    "nothing to everything": ("", 204),
    "an empty list to everything": ("[]", 200),
}
OF_OUR_OWN_SIDE = {"spec_pack", "started", "conclusions"}
"""What these look at does not come from SS's answers: our own files, processes that we started, our own conclusions."""


def observed(answer: Callable[[str], Exchange]) -> dict[type[Observation], Observation]:
    """What each experiment sees of an SS that gives this answer: nobody gets past redeeming."""
    ended = halted("redeem", redeem=answer("redeem"))
    job = halted("redeem", kind=Journey)
    published = PublishedJourney(
        **{name: getattr(ended, name) for name in MainJourney.model_fields}, source="s", published={"a": 1.0}
    )
    trials = all_answered(200)
    nobody = {
        "retry": None,
        "installed": None,
        "failed_artifacts": (),
        "retry_artifacts": (),
        "retry_index": None,
        "retry_polls": (),
    }
    seen: tuple[Observation, ...] = (
        ended, halted("redeem", kind=OperatorsJourney, redeem=answer("redeem")), provenance(), published, concluded(a="not judged"),
        restart(journey=ended, status_before=None, status_after=None, index_before=None, index_after=None,
                artifacts_before=(), artifacts_after=(), downloads_after=()),
        trials.model_copy(update={"redeem": answer("redeem"), "controls": (), "trials": (), "other_redeem": None, "again": None}),
        choices(choices=(job, job, job, job), same_again=job, refrozen=None, without=None),
        MissingParameters(journey=job, left_out=(), refusal=None, supplied=None, accepted=None, plan_read=None),
        declared(journey=job, **nobody), undeclared(journey=job, **nobody),
        LibraryTrace(library=statement("library", searched=True), found=True, planted={"R02": {}}, journey=job),
        ExecutedTemplate(journey=ended, looked=statement("no plan names a template")),
        SurfacesSeen(source=statement("source", scanned=True), openapi=answer("openapi"), control=answer("no such path"),
                     probes=(answer("probe"),), table=statement("table"), rows=()),
    )  # fmt: skip
    return {type(one): one for one in seen}


@cache
def of_the_system(what: str) -> dict[type[Observation], Observation]:
    text, status = ANSWERS[what]
    return observed(lambda title: exchange(title, text, status))


ABOUT_SS = [check for check in registry().values() if check.id.partition(".")[0] not in OF_OUR_OWN_SIDE]
EMPTY_HANDED = {"artifacts.api_and_worker_really_restarted"}
"""An SS that answers nothing of use may be restarted all the same."""


@pytest.mark.parametrize("check", [c for c in ABOUT_SS if c.id not in EMPTY_HANDED], ids=lambda check: check.id)
@pytest.mark.parametrize("what", ANSWERS)
def test_no_check_passes(check: Check, what: str) -> None:
    seen = dict(of_the_system(what))
    if check.id == "secrecy.logs_hold_no_secret":
        seen[MainJourney] = main_journey(logs=())
    finding = check.judge(*(seen[kind] for kind in check.takes))
    assert finding.outcome in ("fail", "not_evidenced"), finding.saw


def test_every_observation_of_the_checks_is_seen() -> None:
    seen = observed(lambda title: exchange(title, "{}"))
    assert {kind for check in ABOUT_SS for kind in check.takes} <= set(seen)
    assert TemplateChoices in seen
