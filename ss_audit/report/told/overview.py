"""What a run amounts to, in the few lines that stand over everything else: pure, from what is to be `verdict.json`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ss_audit.plan import Plan
from ss_audit.report.told.headline import headline
from ss_audit.report.told.obstacles import Obstacle, obstacles_of
from ss_audit.report.told.scenarios import ScenarioTold, scenarios_in
from ss_audit.report.told.words import OUTCOME_WORDS

AS_IT_MUST = "it went exactly as it must"


@dataclass(frozen=True)
class Overview:
    """`sentence` explains the verdict; `rehearsal` says how one went, None when it was none; `blockers` are told by cause."""

    sentence: str
    rehearsal: str | None
    scenarios: str
    blockers: tuple[Obstacle, ...]


def overview_of(document: Mapping[str, Any], plan: Plan, stand_ins: Sequence[str]) -> Overview:
    """In: what is to be `verdict.json`, the plan that its scenarios are of, and what stood in."""
    scenarios = scenarios_in(document, {scenario.id: scenario for scenario in plan.scenarios})
    rehearsed = document.get("rehearsal")
    word, partial, blame = document["verdict"], document.get("partial_because"), document.get("blame")
    return Overview(
        sentence=headline(word, scenarios, stand_ins, rehearsed, partial, blame),
        rehearsal=how_it_went(rehearsed, scenarios),
        scenarios=_counted(scenarios),
        blockers=obstacles_of(document, "blockers", scenarios, ("spec", "must")),
    )


def how_it_went(rehearsed: Mapping[str, Any] | None, scenarios: Sequence[ScenarioTold]) -> str | None:
    """How a rehearsal went; None when it was none, or never came to its end."""
    if rehearsed is None:
        return None
    outcomes = {scenario.outcome for scenario in scenarios}
    if rehearsed["as_expected"]:
        return AS_IT_MUST
    if "error" in outcomes or outcomes == {"not_run"}:
        return "it could not be carried out"
    return "only a part of it was run" if "not_run" in outcomes else "it did not go as it must"


def _counted(scenarios: Sequence[ScenarioTold]) -> str:
    """How many of those that count ended how; the advisory ones by themselves, since they move nothing."""
    counting = [scenario.outcome for scenario in scenarios if scenario.rank != "advisory"]
    aside = [scenario.outcome for scenario in scenarios if scenario.rank == "advisory"]
    return f"{_outcomes(counting)} of {len(counting)} that count" + (f"; advisory: {_outcomes(aside)}" if aside else "")


def _outcomes(outcomes: Sequence[str]) -> str:
    numbers = Counter(outcomes)
    return ", ".join(f"{numbers[outcome]} {words}" for outcome, words in OUTCOME_WORDS.items() if numbers[outcome])
