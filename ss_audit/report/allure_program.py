"""Allure 3's command: where it is, and a call of it that is quiet, bounded in time, and tells nobody anything."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LOCKED = ROOT / ".ci" / "node_modules" / ".bin" / "allure"
PATIENCE = 180.0


class AllureFailed(Exception):
    """Allure made no report. The text says why, in a line."""


def found() -> Path | None:
    """The program: the one that the project locks, else one of version 3 on the PATH; None without it or without Node.js."""
    if shutil.which("node") is None:
        return None
    if LOCKED.exists():
        return LOCKED
    on_path = shutil.which("allure")
    return Path(on_path) if on_path and _version(on_path).startswith("3.") else None


def generate(program: Path, place: Path, results: Path, configuration: Mapping[str, Any]) -> str:
    """The page that Allure makes of these results. `place` is a folder of ours for whatever it writes. Raises AllureFailed."""
    output, config = place / "report", place / "allurerc.json"
    config.write_text(json.dumps({**configuration, "output": str(output)}, ensure_ascii=False), "utf-8")
    said = _called([str(program), "generate", "--config", str(config), str(results)], place, PATIENCE)
    page = output / "index.html"
    if not page.is_file():
        raise AllureFailed(f"Allure wrote no page: {said[-300:] or 'and it said nothing'}")
    return page.read_text("utf-8")


def _version(program: str) -> str:
    """What `allure --version` says; Allure 2 needs Java, takes other options, and is called the same."""
    try:
        return _called([program, "--version"], ROOT, 30.0).strip()
    except AllureFailed:
        return ""


def _called(command: list[str], place: Path, patience: float) -> str:
    """Runs it without SS's variables and without a home of anybody's. Out: all that it said."""
    environment = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(place), "TMPDIR": str(place)}
    quiet = {"ALLURE_NO_ANALYTICS": "1", "DO_NOT_TRACK": "1", "NO_COLOR": "1", "NODE_NO_WARNINGS": "1"}
    try:
        ended = subprocess.run(
            command, cwd=place, env=environment | quiet, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=patience, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise AllureFailed(f"Allure was not done after {patience:g} s") from None
    except OSError as error:
        raise AllureFailed(f"Allure could not be started: {error}") from None
    said = ended.stdout.decode("utf-8", "replace")
    if ended.returncode:
        raise AllureFailed(f"Allure ended with {ended.returncode}: {said[-300:]}")
    return said
