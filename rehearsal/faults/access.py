"""Who may open a job: more people than its owner, or fewer."""

import uuid
from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

SCENARIO = "Redeem returns a usable job token"
TWICE = "A task code that is redeemed twice opens the same job"
SECRETS = "SS keeps secrets to itself"


def _redeeming(change: Callable[[dict[str, Any]], None]) -> None:
    """Alters the answer to a redeem."""
    from rehearsal.reference_ss.journey.access import Access

    @instead_of(Access, "redeem")
    def redeem(original: Any, self: Any, task_code: str, requirement: str) -> Any:
        answer = original(self, task_code, requirement)
        change(answer)
        return answer


def _letting_in(codes: tuple[str, ...]) -> None:
    """Lets people in whom the rules refuse with one of these codes."""
    from rehearsal.reference_ss.errors import SSError
    from rehearsal.reference_ss.journey.access import Access

    @instead_of(Access, "authorize")
    def authorize(original: Any, self: Any, job_id: str, authorization: Any) -> None:
        try:
            original(self, job_id, authorization)
        except SSError as refusal:
            if refusal.error_code not in codes:
                raise


def _another_jobs_token() -> None:
    _letting_in(("AUTH_TOKEN_FORBIDDEN",))


def _no_token() -> None:
    _letting_in(("AUTH_BEARER_TOKEN_MISSING",))


def _any_word() -> None:
    from rehearsal.reference_ss.journey.access import Access

    @instead_of(Access, "authorize")
    def authorize(original: Any, self: Any, job_id: str, authorization: Any) -> None:
        if not str(authorization).startswith("Bearer ") or "." in authorization:
            original(self, job_id, authorization)


def _signature_not_verified() -> None:
    import hmac

    instead_of(hmac, "compare_digest")(lambda _original, *_: True)


def _artifacts_unguarded() -> None:
    from rehearsal.reference_ss.api import journey_routes

    for route in journey_routes.job_router.routes:
        if "/artifacts" in getattr(route, "path", ""):
            vars(route)["dependencies"].clear()


def _only_reads_are_guarded() -> None:
    from rehearsal.reference_ss.api import journey_routes

    for route in journey_routes.job_router.routes:
        if "POST" in getattr(route, "methods", ()):
            vars(route)["dependencies"].clear()


def _refusals_are_200() -> None:
    from rehearsal.reference_ss.errors import SSError

    @instead_of(SSError, "__init__")
    def init(original: Any, self: Any, status: int, *rest: Any, **details: Any) -> None:
        original(self, 200 if status in (401, 403) else status, *rest, **details)


def _no_token_returned() -> None:
    _redeeming(lambda answer: answer.pop("token"))


def _token_opens_nothing() -> None:
    _redeeming(lambda answer: answer.update(token=answer["token"].upper()))


def _twice_is_two_jobs() -> None:
    from rehearsal.reference_ss.journey.access import Access

    @instead_of(Access, "redeem")
    def redeem(original: Any, self: Any, task_code: str, requirement: str) -> Any:
        return original(self, f"{task_code}-{uuid.uuid4().hex}", requirement)


def _token_in_the_log() -> None:
    from rehearsal.reference_ss import jsonlog

    log = jsonlog.logger("rehearsal.reference_ss.journey.access")
    _redeeming(lambda answer: log.info("SS_TOKEN_ISSUED", job_id=answer["job_id"], token=answer["token"]))


def _key_in_an_artifact() -> None:
    from rehearsal.reference_ss.llm.client import LlmClient

    @instead_of(LlmClient, "_meta")
    def meta(original: Any, self: Any, *given: Any) -> Any:
        return {**original(self, *given), "headers": {"Authorization": f"Bearer {self._settings.api_key}"}}


def _fault(name: str, what: str, apply: Callable[[], None], check: str, saw: str, **more: Any) -> Fault:
    given = {"scenario": SCENARIO, "severity": "critical", "verdict": "NOT READY", "where": ("api",), **more}
    return Fault(name=name, group="access", what=what, check=check, saw=saw, apply=apply, **given)


# An advisory never moves the verdict, and a run of its scenario alone is partial.
ADVISORY: dict[str, Any] = {"verdict": "INCONCLUSIVE", "blame": "operator"}

FAULTS = (
    _fault(
        "another-jobs-token-opens",
        "The token of any job opens every job.",
        _another_jobs_token,
        "redeem.another_jobs_token_opens_nothing",
        r"job: 200",
        seen="the commonest hole in APIs by OWASP's count: broken object level authorization",
    ),
    _fault(
        "no-token-needed",
        "A request without a token is answered as if it had one.",
        _no_token,
        "redeem.no_token_opens_nothing",
        r"job: 200",
        seen="SS skips the check for job ids of an old form",
    ),
    _fault(
        "any-word-is-a-token",
        "Whatever stands behind Bearer counts as a token, as long as it does not look like one.",
        _any_word,
        "redeem.a_malformed_token_opens_nothing",
        r"job: 200",
    ),
    _fault(
        "signature-not-verified",
        "A token of the right form is believed, whatever its secret.",
        _signature_not_verified,
        "redeem.a_wrong_token_opens_nothing",
        r"job: 200",
        seen="OpenID conformance suite, issue 1375: a client that accepted any signature passed every test",
    ),
    _fault(
        "artifacts-unguarded",
        "The token is checked on every route of a job but on those of its artifacts.",
        _artifacts_unguarded,
        "redeem.no_token_opens_nothing",
        r"artifact index: 200; an artifact: 200",
    ),
    _fault(
        "only-reads-are-guarded",
        "The token is checked where a job is read, and not where it is changed.",
        _only_reads_are_guarded,
        "redeem.no_token_opens_nothing",
        r"upload: 200",
        seen="routes guarded one by one: the method that somebody forgot stands open",
    ),
    _fault(
        "refusals-are-200",
        "People without a token are refused in the body of an answer with status 200.",
        _refusals_are_200,
        "redeem.no_token_opens_nothing",
        r"job: 200",
        severity="major",
    ),
    _fault(
        "redeem-returns-no-token",
        "Redeeming a task code answers with a job and no token.",
        _no_token_returned,
        "redeem.job_and_token_are_returned",
        r"redeem task code.*: job_id$",
    ),
    _fault(
        "token-opens-nothing",
        "The token that redeeming returns is not the one that the job knows.",
        _token_opens_nothing,
        "redeem.the_token_opens_the_job",
        r"403",
    ),
    _fault(
        "code-redeemed-twice-is-two-jobs",
        "A task code that is redeemed again opens another job.",
        _twice_is_two_jobs,
        "redeem.redeeming_twice_opens_no_second_job",
        r"job job_tc_\w+ after job_tc_\w+",
        scenario=TWICE,
        severity="minor",
        **ADVISORY,
    ),
    _fault(
        "token-in-the-log",
        "The API writes each token that it gives into its log.",
        _token_in_the_log,
        "secrecy.logs_hold_no_secret",
        r"api log: token",
        scenario=SECRETS,
        severity="major",
        **ADVISORY,
    ),
    _fault(
        "key-in-an-artifact",
        "The provider's key stands in the metadata of each call, which people can download.",
        _key_in_an_artifact,
        "secrecy.artifacts_hold_no_secret",
        r"meta\.json: ss llm api key",
        scenario=SECRETS,
        severity="major",
        **ADVISORY,
    ),
)
