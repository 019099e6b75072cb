"""Whoever reads a blocker finds the line of the features that shows it."""

from pathlib import Path

from ss_audit.every_check import all_checks
from ss_audit.plan import read_plan
from ss_audit.report.told.feature_lines import feature_lines

ROOT = Path(__file__).parents[2]


def test_every_check_has_its_line() -> None:
    plan = read_plan(ROOT / "features")
    lines = feature_lines({scenario.id: scenario for scenario in plan.scenarios})
    assert lines.keys() == all_checks().keys()
    assert lines["stata.the_runner_is_real"] == "Then the program that ran was a real Stata"
    assert feature_lines({}) == {}
