"""The line of the features that shows a check, so that a reader of a finding finds it there."""

from collections.abc import Mapping
from pathlib import Path

from ss_audit.plan import PlannedScenario
from ss_audit.project_files import read_steps
from ss_audit.step_source import StepError, step_definitions

ROOT = Path(__file__).resolve().parents[3]


def feature_lines(planned: Mapping[str, PlannedScenario]) -> Mapping[str, str]:
    """By check. In: the scenarios of a run's plan; the steps are those of this copy of the audit, so that a run of another
    version may have lines that nobody knows any more: those are left out."""
    try:
        steps = step_definitions(read_steps(ROOT))
    except (OSError, StepError):
        return {}
    shown: dict[str, str] = {}
    for scenario in planned.values():
        for step in scenario.steps:
            for check in (c for d in steps if d.shows and d.matches(step) for c in d.shows):
                shown.setdefault(check, f"Then {step.text}")
    return shown
