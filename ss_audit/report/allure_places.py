"""A place in Allure for every planned scenario, from the start of the run: what was not run is seen, and not just missing.

Each place is a result file of its own that gives way to the one that allure-behave writes.
"""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ss_audit.evidence.model import now
from ss_audit.plan import Plan, PlannedScenario

NOT_BEGUN = "[not run] it was not run"
NOT_ENDED = "[not run] it was begun and did not come to its end"
SHOWN = "*-result.json"


class Places:
    """The places of one run's scenarios in this folder. Makes them all at once."""

    def __init__(self, folder: Path, plan: Plan, mask: Callable[[str], str]) -> None:
        self._mask = mask
        self._folder = folder
        self._files = {folder / f"planned-{n:04d}-result.json": s for n, s in enumerate(plan.scenarios, 1)}
        self._under_way: Path | None = None
        for file, scenario in self._files.items():
            self._write(file, _place(file, scenario, "skipped", NOT_BEGUN))

    def begun(self, name: str) -> None:
        """The next scenario of this name begins, so the one before has its own result by now."""
        self._give_way()
        file = next((f for f, s in self._files.items() if s.name == name), None)
        if file is not None:
            self._write(file, _place(file, self._files[file], "broken", NOT_ENDED))
            self._under_way = file

    def close(self) -> None:
        """All results that will be are there: the places that are taken go."""
        shown = self._shown()
        for file, scenario in list(self._files.items()):
            if shown[scenario.name] > 0:
                shown[scenario.name] -= 1
                file.unlink(missing_ok=True)

    def _give_way(self) -> None:
        """Of the scenario that was under way, when it has its own result. behave shows none of a scenario that it skips."""
        if self._under_way is not None and self._shown()[self._files[self._under_way].name]:
            self._files.pop(self._under_way)
            self._under_way.unlink(missing_ok=True)
        self._under_way = None

    def _shown(self) -> Counter[str | None]:
        return Counter(name_shown(file) for file in self._folder.glob(SHOWN) if file not in self._files)

    def _write(self, file: Path, place: dict[str, Any]) -> None:
        unfinished = file.with_name(f".{file.name}.part")
        unfinished.write_text(self._mask(json.dumps(place, ensure_ascii=False)), "utf-8")
        unfinished.replace(file)


def name_shown(file: Path) -> str | None:
    """The name of the scenario that a result file shows; None when it can't be read."""
    try:
        return str(json.loads(file.read_text("utf-8"))["name"])
    except (ValueError, LookupError, TypeError):
        return None


def _place(file: Path, scenario: PlannedScenario, status: str, message: str) -> dict[str, Any]:
    at = int(now().timestamp() * 1000)
    return {
        "uuid": file.name.removesuffix("-result.json"),
        "name": scenario.name,
        "fullName": f"{scenario.feature}: {scenario.name}",
        "historyId": scenario.id,
        "testCaseId": scenario.id,
        "status": status,
        "statusDetails": {"message": message},
        "stage": "finished",
        "start": at,
        "stop": at,
        "steps": [],
        "labels": [{"name": "tag", "value": tag} for tag in scenario.tags],
    }
