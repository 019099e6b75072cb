"""What of the features is to run: without what is not planned under the settings in force, and whether anything is left."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from ss_audit.plan import lacking

NAMES_A_FILE = re.compile(r"^@|\.feature(?::\d+)?$")


def without_unplanned(features: Iterable[Any], given: Collection[str], config: Any) -> tuple[str, ...]:
    """Takes the scenarios out of behave's features that need a setting which was not given. In: behave's configuration.

    Out: for each of them that a selection asked for, why it is not there. behave would show it as skipped, and JUnit and
    Allure would then show what no plan has.
    """
    selects = bool(config.name or config.tags or any(NAMES_A_FILE.search(str(path)) for path in config.paths))
    missed: list[str] = []
    for feature in features:
        for scenario in feature.walk_scenarios():
            needed = lacking(scenario.effective_tags, given)
            if not needed:
                continue
            if selects and scenario.should_run(config):
                missed.append(f"“{scenario.name}” is planned only where {' and '.join(needed)} is given: -D {needed[0]}=…")
            feature.run_items.remove(scenario)
    return tuple(missed)


def anything_to_run(features: Iterable[Any], config: Any) -> bool:
    """Whether a scenario of these features fits the selection."""
    return any(scenario.should_run(config) for feature in features for scenario in feature.walk_scenarios())


def selection_told(config: Any) -> str:
    """What was asked for, as it is written on the command line."""
    tags = [config.tags] if isinstance(config.tags, str) else (config.tags or ())
    paths = [str(path) for path in config.paths or () if str(path) != "features"]
    return " ".join([*(f'-n "{name}"' for name in config.name or ()), *(f"--tags={tag}" for tag in tags if tag), *paths])
