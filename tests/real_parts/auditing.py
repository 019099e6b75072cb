"""One scenario of the shipped command line, with parts of SS's that pretend to be real."""

import shlex
from pathlib import Path
from typing import Any, NamedTuple

from whole_audit.running import Ended, run

STATA = "Real Stata runner is evidenced"
KEY = "sk-test-of-real-parts-0123456789"
LLM = "Real LLM provider is evidenced with the forced model"


class Judged(NamedTuple):
    """What an audit of one scenario came to: its outcome, its class, and what each check saw."""

    outcome: str
    part: str
    checks: dict[str, tuple[str, str]]
    ended: Ended

    def failed(self) -> set[str]:
        return {name for name, (outcome, _) in self.checks.items() if outcome == "fail"}

    def saw(self, check: str) -> str:
        return self.checks[check][1]


def judged(ended: Ended, scenario: str, part: str) -> Judged:
    """In: `part` is "stata" or "llm", whose class is read."""
    found = next(s for s in ended.verdict["scenarios"] if s["name"] == scenario)
    checks = {c["id"]: (c["outcome"], c["saw"]) for c in found["checks"]}
    assert not ended.left_running
    return Judged(found["outcome"], ended.verdict[part], checks, ended)


def with_stata(place: Path, *command: object) -> Judged:
    """The Stata scenario with this command as SS_STATA_CMD."""
    environment = {"SS_STATA_CMD": shlex.join(map(str, command))}
    return judged(run(place, "behave", "-n", STATA, environment=environment), STATA, "stata")


def with_provider(place: Path, base_url: str, prefix: tuple[str, ...] = (), **settings: Any) -> Judged:
    """The provider scenario with this base URL; `prefix` stands before the command, `environment` is added."""
    environment = {
        "SS_LLM_PROVIDER": "openai_compatible",
        "SS_LLM_API_KEY": KEY,
        "SS_LLM_BASE_URL": base_url,
        **settings.pop("environment", {}),
    }
    command = (*prefix, *(("behave",) if not prefix else ()), "-n", LLM)
    return judged(run(place, *command, environment=environment, settings=settings), LLM, "llm")
