"""Faults and verdicts as small as they can be, for judging."""

from typing import Any

from ss_audit.faults.catalogue import Fault, Variant
from ss_audit.faults.judging import Ended

SCENARIO, CHECK = "Plan freeze", "plan.names_its_template"


def fault(**more: Any) -> Fault:
    """A fault that the finding of `ended` kills."""
    told = {
        "name": "no-template", "what": "The plan names no template.", "group": "plan", "settings": {}, "env": {}, "where": (),
        "edits": (), "scenario": SCENARIO, "check": CHECK, "saw": "no template", "severity": "critical",
        "verdict": "NOT READY", "blame": None, "seen": None, "run": (),
    }  # fmt: skip
    return Fault.model_validate(told | more)


def variant() -> Variant:
    """A sound variant."""
    return Variant(name="other-ids", what="Its ids look otherwise.", settings={}, env={}, where=(), edits=())


def finding(**more: Any) -> dict[str, Any]:
    """A check as verdict.json tells it: a root finding."""
    return {"id": CHECK, "outcome": "fail", "saw": "no template in the plan", "because": None} | more


def ended(*findings: dict[str, Any], word: str = "NOT READY", blame: str | None = None, code: int = 1, **more: Any) -> Ended:
    """A run with one scenario, which had these findings."""
    outcome = "fail" if any(one["outcome"] == "fail" for one in findings) else "pass"
    scenarios = [
        {"name": SCENARIO, "outcome": outcome, "checks": list(findings)},
        {"name": "Another", "outcome": "not_run", "checks": []},
    ]
    verdict = {"verdict": word, "blame": blame, "scenarios": scenarios}
    return Ended(**{"exit_code": code, "verdict": verdict, "seconds": 3.04} | more)
