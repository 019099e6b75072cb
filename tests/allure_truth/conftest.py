"""A project of one scenario that needs no SS: what a whole audit of it shows is cheap to break and cheap to compare."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from whole_audit.conftest import begin, carry_out, project  # noqa: F401  (fixtures)
from whole_audit.running import Ended

SPEC = """# Spec: ss-production-e2e-audit

## Purpose

What a whole audit of one scenario is held against.

## Requirements

### Requirement: The audit spec pack exists and is executable

The audit spec pack MUST exist.

#### Scenario: Spec pack is present
- **WHEN** browsing it
- **THEN** `spec.md` and `task_cards/` exist
"""
FEATURE = "features/1_spec_pack.feature"
STEPS = "steps/spec_pack.py"
Small = Callable[..., Ended]


@pytest.fixture
def small(project: Path) -> Path:  # noqa: F811
    """The folder of a project whose whole audit is the scenario “Spec pack is present”, carried out without starting SS."""
    for feature in project.glob("features/*.feature"):
        if feature.name != Path(FEATURE).name:
            feature.unlink()
    (project / "openspec/specs/ss-production-e2e-audit/spec.md").write_text(SPEC, "utf-8")
    change(project / "environment.py", "    RUN.start()\n", "")
    change(project / "ss_audit/planned.py", "judged_scenarios=tuple(judged)", "judged_scenarios=names")
    return project


@pytest.fixture
def audit(small: Path, carry_out: Callable[..., Ended]) -> Small:  # noqa: F811
    """Carries out an audit of the small project as it is then."""

    def go(*words: str, **more: Any) -> Ended:
        return carry_out("behave", *words, cwd=small, environment={"PYTHONPATH": str(small)}, **more)

    return go


def change(file: Path, old: str, new: str) -> None:
    """Replaces what stands once in a file; fails where it stands no longer."""
    text = file.read_text("utf-8")
    assert text.count(old) == 1, f"{file.name} holds {text.count(old)} times: {old}"
    file.write_text(text.replace(old, new), "utf-8")
