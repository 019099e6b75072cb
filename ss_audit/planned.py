"""`plan.json`: what a run was meant to execute, as it stands in the bundle, with the scenario names that the spec gives.

So that a run can be judged again without the project's own files, and a plan that lost a scenario is seen against the spec.
"""

from collections import Counter
from functools import cached_property
from pathlib import Path

from ss_audit.evidence.model import Fact
from ss_audit.plan import Plan
from ss_audit.project_files import read_spec
from ss_audit.spec import SpecError

PLAN = "plan.json"


class PlanOnRecord(Fact):
    """The plan and the spec's scenario names; of a spec that could not be read, none (its own scenario tells of that)."""

    schema_name: str = "ss-audit/plan/1"
    spec_scenarios: tuple[str, ...]
    plan: Plan

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """The spec's scenarios that are not planned exactly once."""
        planned = Counter(scenario.name for scenario in self.plan.scenarios)
        return tuple(name for name in self.spec_scenarios if planned[name] != 1)

    def written(self) -> bytes:
        """`plan.json`."""
        return self.model_dump_json(indent=2).encode("utf-8")


def on_record(plan: Plan, root: Path) -> PlanOnRecord:
    """The plan with the names in the spec of the project at `root`."""
    try:
        names = read_spec(root).scenario_names
    except (OSError, UnicodeDecodeError, SpecError):
        names = ()
    return PlanOnRecord(spec_scenarios=names, plan=plan)
