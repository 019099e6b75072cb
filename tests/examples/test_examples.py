"""The settings in examples/ are accepted as they stand, give every means, and lack here only what is not here."""

import shlex
import shutil
import tomllib
from pathlib import Path

import pytest

from ss_audit.doctor.examination import examined
from ss_audit.doctor.model import Item
from ss_audit.settings import Settings, load
from ss_audit.settings_remote import COMMANDS
from ss_audit.stack.operator_command import filled, program_of
from ss_audit.stack.remote.processes import processes_in

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.toml"))
REMOTE = [path for path in EXAMPLES if tomllib.loads(path.read_text("utf-8"))["stack"] != "checkout"]
REAL = {"SS_STATA_CMD": "true", "SS_LLM_PROVIDER": "openai", "SS_LLM_API_KEY": "key-of-the-test"}
NOT_HERE = {"SS", "task codes", "interpreter", "Stata", "template library", "LLM host", "LLM host list", "LLM answers"}
"""What an example names and no machine but the operator's has."""


def named(path: Path) -> str:
    return path.stem


def copied(example: Path, folder: Path) -> Path:
    shutil.copy(example, folder / "audit.toml")
    return folder


def looked_at(example: Path) -> tuple[Item, ...]:
    """What the doctor says, with the example's values said as anybody would say them."""
    given = tomllib.loads(example.read_text("utf-8"))
    words = {name: ",".join(value) if isinstance(value, list) else str(value) for name, value in given.items()}
    return examined(words, False, environment=REAL)


def test_there_is_one_for_each_way_to_run_ss() -> None:
    assert [named(path) for path in EXAMPLES] == ["checkout", "compose", "kubernetes", "windows-over-ssh"]


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_it_is_accepted_as_it_stands(example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the home of somebody whose SS lies where the example says."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("src/main.py", "venv/bin/python"):
        file = tmp_path / "home" / "SS" / name
        file.parent.mkdir(parents=True)
        file.touch(0o755)
    given = tomllib.loads(example.read_text("utf-8"))
    found = load({}, REAL, copied(example, tmp_path))
    assert given.keys() <= Settings.model_fields.keys()
    assert set(found.origin) == set(given)
    assert (found.settings.profile, found.stand_ins) == ("production", ())


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_the_doctor_names_only_what_is_absent_here(example: Path) -> None:
    items = looked_at(example)
    missing = {item.what: item for item in items if item.state == "missing"}
    commands = {what for what in missing if what in (*COMMANDS, "library_source")}
    given = tomllib.loads(example.read_text("utf-8"))
    assert [what for what in commands if shutil.which(program_of(given[what])) is not None] == []
    assert missing.keys() - commands <= NOT_HERE, [missing[what] for what in missing.keys() - commands - NOT_HERE]
    assert not [item for item in items if "unknown setting" in item.detail]


@pytest.mark.parametrize("example", REMOTE, ids=named)
def test_it_gives_a_means_for_every_scenario(example: Path) -> None:
    assert [
        item.detail for item in looked_at(example) if item.what == "scenario" and "no means of its own" in item.detail
    ] == []


@pytest.mark.parametrize("example", REMOTE, ids=named)
def test_what_is_filled_in_stays_one_word(example: Path) -> None:
    given = tomllib.loads(example.read_text("utf-8"))
    nasty = "/tmp/it's a; $(folder) {package}"
    for name in [name for name in (*COMMANDS, "library_source") if name in given]:
        before = shlex.split(given[name])
        after = filled(given[name], {"library": nasty, "ado_file": nasty, "package": "ssaudit_x"})
        assert len(before) == len(after)
        scripts = [word for word, flag in zip(after[1:], after, strict=False) if flag == "-c"]
        assert not [script for script in scripts if nasty in script], "a path inside a script is a script"


def test_the_windows_script_speaks_the_format_of_start_commands() -> None:
    said = (ROOT / "examples" / "windows" / "processes.ps1").read_text("utf-8")
    assert all(f"{key} = " in said for key in ("role", "pid", "started", "command"))
    told = '[{"role": "api", "pid": 4, "started": "2026-01-31T08:15:00Z", "command": "C:\\\\ss\\\\python.exe -m src.main"}]'
    (api,) = processes_in(told, "start")
    assert (api.pid, api.started_at, api.command[0]) == (4, 1769847300.0, "C:\\ss\\python.exe")
