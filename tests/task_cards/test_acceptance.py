"""The acceptance lists of the cards, each line checked off by what the runs produced; what only a person can do says so."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from run_log.following import references

from ss_audit.verdict import AUDIT_POINT_SCENARIOS

from .conftest import CarriedOut
from .executing import CARDS, Workplace

pytestmark = [pytest.mark.once, pytest.mark.timeout(1500)]  # the first test waits for every command of every card
BY_A_PERSON = "By a person: "


@dataclass(frozen=True)
class Produced:
    """What the cards produced: commands, and the run that is decided about."""

    bare: Mapping[str, CarriedOut]
    stood_in: CarriedOut
    run: Path
    workplace: Workplace

    @property
    def verdict(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.run / "verdict.json").read_text("utf-8"))
        return found

    def page(self, name: str) -> str:
        return (self.run / name).read_text("utf-8")

    def code(self, card: str, start: str) -> int:
        return self.bare[card].of(start)[0].code


@pytest.fixture(scope="module")
def produced(bare: Mapping[str, CarriedOut], stood_in: CarriedOut, workplace: Workplace) -> Produced:
    run = stood_in.of("ss-audit run")[1]
    assert run is not None
    return Produced(bare, stood_in, run, workplace)


def _report_names_the_run(made: Produced) -> bool:
    log, digest = made.page("run-log.md"), re.findall(r"sha256:[0-9a-f]{64}", made.stood_in.of("ss-audit run")[0].said)[-1]
    return all(word in log for word in (made.run.name, "stack checkout", "**NOT READY**", digest))


def _blockers_are_told(made: Produced) -> bool:
    issues = made.page("run-log.md").partition("\n## Blocking issues\n")[2].partition("\n## ")[0]
    parts = issues.split("\n### ")[1:]
    needed = ("- saw: ", "- impact: ", "- fix direction: ", "- evidence:")
    return bool(parts) and len(parts) <= len(made.verdict["blockers"]) and all(n in part for part in parts for n in needed)


def _points_are_concluded(made: Produced) -> bool:
    points = made.page("run-log.md").partition("\n## Key audit points\n")[2].partition("\n## ")[0]
    return len(re.findall(r"^### .*: (?:PASS|FAIL)$", points, re.M)) == 4 and all(
        f"“{n}”" in points for n in AUDIT_POINT_SCENARIOS
    )


def _inventory_is_complete(made: Produced) -> bool:
    page, routes = made.page("inventory.md"), made.verdict["inventory"]["routes"]
    return bool(routes) and all(f"`{r['method']} {r['path']}`" in page for r in routes) and "onnected" in page


def _classes_are_stated(made: Produced) -> bool:
    return len(re.findall(r"^- class: \*\*(?:PROVEN|CONSISTENT|REFUTED|ABSENT)\*\*$", made.page("run-log.md"), re.M)) == 2


def _opens(made: Produced) -> bool:
    found = references(made.run / "run-log.md")
    names = {reference.file.name for reference in found}
    commands = made.page("run-log.md").partition("## Start commands")[2].partition("\n## ")[0].count("- command: `")
    return all(r.file.is_file() for r in found) and {"stata.log", "run.meta.json", "meta.json"} <= names and commands >= 2


def _outcomes(made: Produced) -> set[str]:
    return {scenario["outcome"] for scenario in made.verdict["scenarios"]}


def _has_outcome(made: Produced, start: str, key: str) -> bool:
    scenario = next(s for s in made.verdict["scenarios"] if s["name"].startswith(start))
    return scenario["outcome"] in ("pass", "fail", "not_evidenced") and made.verdict[key] in (
        "PROVEN",
        "CONSISTENT",
        "REFUTED",
        "ABSENT",
    )


CHECKED: Mapping[str, Callable[[Produced], bool]] = {
    "The trace is clean": lambda made: made.code("go-no-go.md", "ss-audit trace --check") == 0,
    "The evidence is intact": lambda made: made.code("go-no-go.md", "ss-audit verify") == 0,
    "The report names the run id": _report_names_the_run,
    "Every blocker stands in the report": _blockers_are_told,
    "The four audit points": _points_are_concluded,
    "The classes of Stata": _classes_are_stated,
    "The inventory is attached": _inventory_is_complete,
    "The rehearsal of step 1": lambda made: made.code("production-e2e.md", "make audit") == 0,
    "The production run ended with a verdict line": lambda made: (
        "stack checkout" in made.stood_in.of("ss-audit run")[0].said.splitlines()[0]
        and "\nVERDICT: " in made.stood_in.of("ss-audit run")[0].said
    ),
    "No scenario is `not_run`": lambda made: not _outcomes(made) & {"not_run", "error"},
    '"Real Stata runner is evidenced"': lambda made: _has_outcome(made, "Real Stata", "stata"),
    '"Real LLM provider is evidenced': lambda made: _has_outcome(made, "Real LLM", "llm"),
    "Start commands of API and worker": _opens,
    "Each of the four audit points": lambda made: set(made.verdict["audit_points"].values()) <= {"pass", "fail"},
    "No process and no container": lambda made: list(made.workplace.temporary.iterdir()) == [],
    "The evidence, judged again": lambda made: made.stood_in.of("ss-audit verify")[0].code == 0,
    "Every route of SS stands in": _inventory_is_complete,
    "The routes outside `/v1`": lambda made: "## Non-versioned HTTP chains" in made.page("inventory.md"),
    "Each route names at least one": lambda made: all(route["evidence"] for route in made.verdict["inventory"]["routes"]),
    "The template library is called": lambda made: (
        made.verdict["inventory"]["template_library"]["class"] in ("wired", "not wired", "absent")
        and bool(made.verdict["inventory"]["template_library"]["boundary"])
    ),
    "Both inventory scenarios ended": lambda made: (
        {s["outcome"] for s in made.verdict["scenarios"] if s["id"].startswith("2_inventory/")} == {"pass"}
    ),
}
LINES = [(card, line) for card, parsed in CARDS.items() for line in parsed.acceptance]


@pytest.mark.parametrize(("card", "line"), LINES, ids=[f"{card}: {line[:50]}" for card, line in LINES])
def test_each_line_is_checked_off(card: str, line: str, produced: Produced) -> None:
    if line.startswith(BY_A_PERSON):
        return
    holds = [check for start, check in CHECKED.items() if line.startswith(start)]
    assert holds, f"nothing checks this line of {card}; what only a person can do begins with {BY_A_PERSON!r}"
    assert all(check(produced) for check in holds)
