"""Rules for the catalogue: each fault is one defect of the rehearsal, small enough to read, and names who must notice it."""

import ast
import inspect
import json
import re
from functools import partial
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from textwrap import dedent

import pytest

import ss_audit.checks
from rehearsal.faults import catalogue
from rehearsal.faults.model import Change, Fault
from ss_audit.checks.judgement import registry
from ss_audit.faults.catalogue import read_catalogue
from ss_audit.plan import read_plan
from ss_audit.project_files import read_spec
from ss_audit.settings import Settings

ROOT = Path(__file__).parents[2]
LONGEST_APPLY = 25
FAULTS, VARIANTS = catalogue.faults(), catalogue.variants()
CHANGES: tuple[Change, ...] = (*FAULTS, *VARIANTS)
for module in iter_modules(ss_audit.checks.__path__):
    import_module(f"ss_audit.checks.{module.name}")


def by_name(change: Change) -> str:
    return change.name


def test_names_are_unique_and_say_something() -> None:
    names = [change.name for change in CHANGES]
    assert len(set(names)) == len(names)
    assert [name for name in names if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)] == []
    assert [change.name for change in CHANGES if not change.what.endswith(".") or len(change.what) > 140] == []


def test_there_are_as_many_as_promised() -> None:
    assert len(FAULTS) >= 90
    assert len(VARIANTS) >= 10


@pytest.mark.parametrize("fault", FAULTS, ids=by_name)
def test_who_must_notice_it_exists(fault: Fault) -> None:
    check = registry().get(fault.check)
    assert check is not None, f"there is no check {fault.check}"
    assert fault.scenario == check.scenario
    planned = {scenario.name for scenario in read_plan(ROOT / "features").scenarios}
    assert set(fault.run) - {"*"} <= planned
    assert re.compile(fault.saw).pattern, "what it must see has to be said"
    assert (fault.blame is None) == (fault.verdict == "NOT READY")


@pytest.mark.parametrize("change", CHANGES, ids=by_name)
def test_it_is_one_small_change_of_the_rehearsal(change: Change) -> None:
    assert change.settings or change.env or change.edits or change.apply or change.name == "nothing-changed"
    assert (change.apply is None) == (not change.where), "apply and where belong together"
    assert {name.partition(".")[0] for name in change.settings} <= set(Settings.model_fields)
    assert [name for name in change.env if not name.startswith("SS_") or name.startswith("SS_AUDIT_")] == []
    if change.apply is not None:
        applied = change.apply.func if isinstance(change.apply, partial) else change.apply
        source = dedent(inspect.getsource(applied))
        assert source.count("\n") <= LONGEST_APPLY, "a fault that can't be read at a glance may hold a second one"


def test_faults_change_the_rehearsal_and_nothing_else() -> None:
    found = []
    for file in sorted((ROOT / "rehearsal" / "faults").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            found += [f"{file.name}: {name}" for name in modules if name.split(".")[0] in ("ss_audit", "behave", "steps")]
    assert found == [], "a fault is a defect of what is audited, never of the audit"


@pytest.mark.parametrize("change", [change for change in CHANGES if change.edits], ids=by_name)
def test_what_is_edited_is_there_and_no_code_of_the_audit(change: Change) -> None:
    for name, old, _ in change.edits:
        assert old in (ROOT / name).read_text("utf-8")
        assert name.startswith(("openspec/", "rehearsal/"))


def test_the_audit_reads_the_catalogue_as_it_is() -> None:
    read = read_catalogue()
    assert [fault.name for fault in read.faults] == [fault.name for fault in FAULTS]
    assert [variant.name for variant in read.variants] == [variant.name for variant in VARIANTS]
    with pytest.raises(KeyError, match="no-such-fault"):
        read.only(("no-such-fault",))


def test_nothing_that_is_about_ss_passes_on_a_null_system() -> None:
    spec = set(read_spec(ROOT).scenario_names)
    rows = {row["name"]: row for row in json.loads((ROOT / "docs" / "fault-matrix.json").read_text("utf-8"))["faults"]}
    null_systems = [fault.name for fault in FAULTS if "null_api" in fault.settings.get("api_command", "")]
    assert len(null_systems) >= 5
    for name in null_systems:
        assert {s for s, outcome in rows[name]["cells"].items() if outcome == "pass"} & spec == {"Spec pack is present"}, name
        assert set(rows[name]["cells"]) >= spec, name


def test_every_check_notices_a_fault() -> None:
    """A check that notices none is removed, or there is a fault that it must notice."""
    noticed = {
        check
        for row in json.loads((ROOT / "docs" / "fault-matrix.json").read_text("utf-8"))["faults"]
        for check in row["noticed"]
    }
    assert sorted(set(registry()) - noticed) == []
