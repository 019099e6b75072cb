"""Whether SS writes secrets where others can read them. Advisories: the spec does not speak of it."""

import re

from ss_audit.checks.judgement import Judgement, check, judged, need
from ss_audit.checks.reached import halted_before
from ss_audit.evidence.model import Body, Exchange
from ss_audit.evidence.seen import MainJourney

SCENARIO = "SS keeps secrets to itself"
MASKED = re.compile(r"\[secret: ([a-z0-9 _-]+) [0-9a-f]{12}\]")
THE_CALLERS = ("token", "task code", "bearer", "set-cookie")
IMPACT = "whoever can read results or logs can open people's jobs, or use the provider at somebody else's expense"


@check(
    scenario=SCENARIO,
    spec="",
    expected="no token, key or password stands in an artifact",
    impact=IMPACT,
    fix="leave secrets out of what is archived",
    advisory=True,
)
def artifacts_hold_no_secret(journey: MainJourney) -> Judgement:
    """What was masked in our copy of an artifact stood in SS's own; where, in bytes of the original, is told. What is packed
    and could not be searched is told too: nothing is known of it."""
    halted_before(journey, "download")
    artifacts = need(journey.artifacts or None, "no artifact arrived")
    holding = [a for a in artifacts if a.body.masked]
    told = [f"{a.rel_path}: {', '.join(a.body.masked)}{_at(a.body)}" for a in holding]
    dark = [a for a in artifacts if a.body.not_searched]
    unseen = f"packed, and could not be searched: {', '.join(a.rel_path for a in dark)}" if dark else None
    saw = "; ".join(told) or f"none in {len(artifacts) - len(dark)} artifacts"
    saw += f"; {unseen}" if unseen else ""
    evidence = [*holding, *dark[:4], *artifacts[:4]]
    return judged(not holding, expected="no secret", saw=saw, evidence=evidence, advisory=unseen)


def _at(body: Body) -> str:
    return f", at byte {', '.join(map(str, body.masked_at[:3]))}" if body.masked_at else ""


@check(
    scenario=SCENARIO,
    spec="",
    expected="no key or password of SS's stands in an answer",
    impact=IMPACT,
    fix="leave SS's own credentials out of answers, those to errors included",
    advisory=True,
)
def answers_hold_no_key(journey: MainJourney) -> Judgement:
    """Tokens and task codes are the caller's own; anything else that was masked in an answer is SS's own secret."""
    exchanges = [entry for entry in journey.evidence() if isinstance(entry, Exchange)]
    answered = need([e for e in exchanges if e.status is not None] or None, "nothing was answered")
    told = [(e, name) for e in answered for name in _masked(e) if name not in THE_CALLERS]
    if not told:
        halted_before(journey, "download")
    saw = "; ".join(f"{e.title}: {name}{_at(e.response_body)}" for e, name in told) or f"none in {len(answered)} answers"
    return judged(not told, expected="no key, no password", saw=saw, evidence=[*(e for e, _ in told), *answered[:4]])


def _masked(exchange: Exchange) -> list[str]:
    in_headers = {name for _, value in exchange.response_headers for name in MASKED.findall(value)}
    return sorted({*exchange.response_body.masked, *in_headers})


@check(
    scenario=SCENARIO,
    spec="",
    expected="no token, key or password stands in the log of the API or of the worker",
    impact=IMPACT,
    fix="mask credentials before a line is logged",
    advisory=True,
)
def logs_hold_no_secret(journey: MainJourney) -> Judgement:
    """What was masked in our copy of a log stood in SS's own."""
    windows = need(journey.logs or None, "no log was seen")
    told = [
        f"{window.process} log: {name}"
        for window in windows
        for name in sorted({found for line in window.lines for found in MASKED.findall(line)})
    ]
    saw = "; ".join(told) or f"none in {sum(len(w.lines) for w in windows)} lines"
    return judged(not told, expected="no secret", saw=saw, evidence=windows)
