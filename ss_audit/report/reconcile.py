"""What Allure and JUnit show against what happened: a report that shows more, less, or better than that is no report."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ss_audit.report.allure_places import SHOWN
from ss_audit.report.junit_files import JUnitCase, cases
from ss_audit.verdict import ScenarioResult

ALLURE = "allure-results"
JUNIT = "junit"
ALLURE_SHOWS: Mapping[str, tuple[str, ...]] = {
    "pass": ("passed",),
    "fail": ("failed",),
    "not_evidenced": ("failed",),
    "error": ("broken",),
    "not_run": ("skipped", "broken"),
}
JUNIT_SHOWS: Mapping[str, tuple[str, ...]] = {
    "pass": ("passed",),
    "fail": ("failed",),
    "not_evidenced": ("failed",),
    "error": ("failed",),
    "not_run": ("skipped", "failed"),
}


class Reconciled(NamedTuple):
    """What differs, in words, and the SHA-256 of each file that was compared, hex, by its path below the data folder."""

    problems: tuple[str, ...]
    files: Mapping[str, str]


def reconciled(data: Path, results: Sequence[ScenarioResult], interrupted: bool = False) -> Reconciled:
    """Compares, scenario by scenario, `allure-results/` and `junit/` of this data folder with what came of the plan.

    Allure must show each planned scenario exactly once, as what it ended as. JUnit must show each that was run exactly once,
    and green only those that passed; of an `interrupted` run, JUnit may lack the feature that was under way. Reads only.
    """
    files = [*(data / ALLURE).glob(SHOWN), *(data / JUNIT).glob("*.xml")]
    digests = {f.relative_to(data).as_posix(): hashlib.sha256(f.read_bytes()).hexdigest() for f in sorted(files)}
    problems = [*_allure(data / ALLURE, results), *_junit(data / JUNIT, results, interrupted)]
    return Reconciled(tuple(problems), digests)


def _allure(folder: Path, results: Sequence[ScenarioResult]) -> Iterator[str]:
    shown: dict[str, list[str]] = {}
    for file in sorted(folder.glob(SHOWN)):
        try:
            result = json.loads(file.read_text("utf-8"))
            shown.setdefault(str(result["name"]), []).append(str(result.get("status")))
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            yield f"Allure: {file.name} can't be read: {error}"
    planned = Counter(result.name for result in results)
    for name in shown:
        if name not in planned:
            yield f"Allure shows {name!r}, which was not planned"
    for result in results:
        statuses = shown.get(result.name, [])
        if len(statuses) != planned[result.name] or planned[result.name] > 1:
            yield f"Allure shows {result.name!r} {_times(len(statuses))}, and it was planned {_times(planned[result.name])}"
        elif statuses[0] not in ALLURE_SHOWS[result.outcome]:
            yield f"Allure shows {result.name!r} as {statuses[0]}, and it ended as {_words(result.outcome)}"


def _junit(folder: Path, results: Sequence[ScenarioResult], interrupted: bool) -> Iterator[str]:
    shown: dict[str, list[JUnitCase]] = {}
    try:
        for case in cases(folder):
            shown.setdefault(case.name, []).append(case)
    except ValueError as error:
        yield f"JUnit: {error}"
        return
    planned = {result.name for result in results}
    for name in shown:
        if name not in planned:
            yield f"JUnit shows {name!r}, which was not planned"
    for result in results:
        found = shown.get(result.name, [])
        fewest = 0 if result.outcome == "not_run" or interrupted else 1
        if not fewest <= len(found) <= 1:
            yield f"JUnit shows {result.name!r} {_times(len(found))}"
        elif found and _seen(found[0]) not in JUNIT_SHOWS[result.outcome]:
            yield f"JUnit shows {result.name!r} as {_seen(found[0])}, and it ended as {_words(result.outcome)}"


def _seen(case: JUnitCase) -> str:
    return "failed" if case.red else "skipped" if case.skipped else "passed"


def _times(number: int) -> str:
    return {0: "not at all", 1: "once"}.get(number, f"{number} times")


def _words(outcome: str) -> str:
    return outcome.replace("_", " ")
