"""One run of the shipped command against one change of the rehearsal, in a folder and processes of its own."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from ss_audit.faults.catalogue import Change, Fault
from ss_audit.faults.judging import Ended
from ss_audit.runner import ROOT
from ss_audit.stack.ports import free_port

FAULT_VARIABLE = "SS_REHEARSAL_FAULT"
PATIENCE = 240.0
SETTINGS = {"timeout_startup": "40", "timeout_http": "20", "timeout_job": "60", "views": "no"}
SWIFT = {"SS_LLM_RETRY_BACKOFF_BASE_SECONDS": "0.05"}
NOT_INHERITED = ("SS_", "AUDIT_", "S_ADO", "STATA")
LAST_WORDS = 400
PROJECT = ("environment.py", "features", "openspec", "pyproject.toml", "rehearsal", "ss_audit", "steps")


def carry_out(change: Change, place: Path) -> Ended:
    """Audits the rehearsal with this change: a fault by the scenarios that it names, anything else by a whole rehearsal.

    In: a folder for its reports and temporary files, which is made. A run that does not end within its patience is told to
    end, and counts as one without a verdict.
    """
    (place / "tmp").mkdir(parents=True)
    root = _edited(change.edits, place / "project") if change.edits else ROOT
    output = place / "output.txt"
    begun = time.monotonic()
    with output.open("wb") as sink:
        process = subprocess.Popen(
            _command(change, place), cwd=root, env=_environment(change, place, root), stdin=subprocess.DEVNULL,
            stdout=sink, stderr=subprocess.STDOUT,
        )  # fmt: skip
        late = _waited_for(process)
    seconds = time.monotonic() - begun
    said = output.read_text("utf-8", "replace").strip()[-LAST_WORDS:]
    if late:
        return Ended(exit_code=process.returncode, verdict={}, seconds=seconds, last_words=f"ended by us after {seconds:.0f} s")
    return Ended(exit_code=process.returncode, verdict=_verdict(place), seconds=seconds, last_words=said)


def bundle_in(place: Path) -> Path:
    """The bundle of the run that was carried out there."""
    return place / "reports" / "latest" / "bundle"


def _command(change: Change, place: Path) -> list[str]:
    seed = int.from_bytes(change.name.encode()) % 2**31  # the same in each matrix, another for each row
    settings = {**SETTINGS, "reports_dir": str(place / "reports"), "seed": str(seed), **change.settings}
    words = [word for name, value in settings.items() for word in ("-D", f"{name}={value}")]
    return [sys.executable, "-m", "ss_audit.cli", *_what_to_run(change), *words]


def _what_to_run(change: Change) -> list[str]:
    if not isinstance(change, Fault):
        return ["rehearse"]
    scenarios = dict.fromkeys((change.scenario, *change.run))
    if "*" in scenarios:
        return ["run"]
    return ["run", *(word for name in scenarios for word in ("-n", f"^{re.escape(name)}$"))]


def _environment(change: Change, place: Path, root: Path) -> dict[str, str]:
    """The few names that any program needs, and what the row asks for; nothing of the operator's own SS or Stata."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(NOT_INHERITED)}
    port = str(free_port("127.0.0.1"))
    given = {k: v.replace("{python}", sys.executable).replace("{free_port}", port) for k, v in change.env.items()}
    return {**inherited, **SWIFT, "TMPDIR": str(place / "tmp"), "PYTHONPATH": str(root), **given, FAULT_VARIABLE: change.name}


def _edited(edits: tuple[tuple[str, str, str], ...], copy: Path) -> Path:
    """A copy of the project with these edits. Raises `ValueError` for a text that is not there."""
    copy.mkdir()
    for name in PROJECT:
        whole = ROOT / name
        if whole.is_dir():
            shutil.copytree(whole, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(whole, copy / name)
    for name, old, new in edits:
        file = copy / name
        text = file.read_text("utf-8")
        if old not in text:
            raise ValueError(f"{name} does not hold {old!r}: the fault is out of date")
        file.write_text(text.replace(old, new, 1), "utf-8") if old else file.unlink()
    return copy


def _waited_for(process: subprocess.Popen[bytes]) -> bool:
    """Waits for its end. Out: whether it had to be told."""
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE / 4)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return True
    return False


def _verdict(place: Path) -> dict[str, Any]:
    try:
        found = json.loads((place / "reports" / "latest" / "verdict.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
