"""`plan.json`: what a run was meant to execute, as it stands in the bundle, with what an audit can't do without.

So that a run can be judged again without the project's own files, and a plan that lost a scenario is seen against the spec
and against the checks.
"""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from ss_audit.every_check import all_checks
from ss_audit.evidence.model import Fact
from ss_audit.plan import Plan
from ss_audit.project_files import read_spec
from ss_audit.spec import SpecError

PLAN = "plan.json"


class PlanOnRecord(Fact):
    """The plan, the spec's scenario names (none when it could not be read), and the scenarios that checks belong to which
    move the verdict."""

    schema_name: str = "ss-audit/plan/1"
    spec_scenarios: tuple[str, ...]
    judged_scenarios: tuple[str, ...] = ()
    plan: Plan

    @cached_property
    def lost(self) -> tuple[str, ...]:
        """What the plan lost of what every audit has to execute, in words; empty when it is whole."""
        return tuple(self._lost())

    def _lost(self) -> Iterator[str]:
        if self.plan.spec_problem is not None or not self.spec_scenarios:
            yield f"the spec could not be read: {self.plan.spec_problem or 'it names no scenario'}"
        planned = Counter(scenario.name for scenario in self.plan.scenarios)
        must = {scenario.name for scenario in self.plan.scenarios if scenario.must}
        for whose, names in (("spec", self.spec_scenarios), ("audit", self._others_judged)):
            gone = [name for name in names if planned[name] != 1]
            if gone:
                yield f"the features do not have the {whose}'s scenario {_quoted(gone)}"
            relaxed = [name for name in names if planned[name] == 1 and name not in must]
            if relaxed:
                yield f"the {whose}'s scenario {_quoted(relaxed)} is not @must in the features"

    @property
    def _others_judged(self) -> tuple[str, ...]:
        return tuple(name for name in self.judged_scenarios if name not in self.spec_scenarios)

    def written(self) -> bytes:
        """`plan.json`."""
        return self.model_dump_json(indent=2).encode("utf-8")


def on_record(plan: Plan, root: Path) -> PlanOnRecord:
    """The plan with the names in the spec of the project at `root`, and those in the checks of this copy of the audit."""
    try:
        names = read_spec(root).scenario_names
    except (OSError, UnicodeDecodeError, SpecError):
        names = ()
    judged = dict.fromkeys(check.scenario for check in all_checks().values() if not check.advisory)
    return PlanOnRecord(spec_scenarios=names, judged_scenarios=tuple(judged), plan=plan)


def _quoted(names: list[str]) -> str:
    return f"“{'” and “'.join(names)}”"
