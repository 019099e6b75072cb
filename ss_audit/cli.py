"""`ss-audit`: the commands for people and pipelines. Each ends with the exit code that README and docs promise."""

import argparse
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from ss_audit.evidence.model import now
from ss_audit.runner import ROOT
from ss_audit.settings import SettingsError, load
from ss_audit.trace import trace_report


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point. Out: the exit code."""
    parser = argparse.ArgumentParser(prog="ss-audit", description="The production audit of SS.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="audit with the settings in force: 0 READY, 1 NOT READY, 2 INCONCLUSIVE", add_help=False)
    commands.add_parser("rehearse", help="audit with stand-ins: 0 as it must be, 1 not, 2 not carried out", add_help=False)
    trace = commands.add_parser("trace", help="what links spec, features and checks")
    trace.add_argument("--check", action="store_true", help="end with 1 when a link is missing or stale")
    given, rest = parser.parse_known_args(arguments)
    if given.command == "trace":
        report, status = trace_report(ROOT, given.check)
        print(report)
        return status
    return _run(rest) if given.command == "run" else _rehearse(rest)


def _run(rest: Sequence[str]) -> int:
    verdict = _behave(rest)
    return {"READY": 0, "NOT READY": 1}.get(str(verdict.get("verdict")), 2)


def _rehearse(rest: Sequence[str]) -> int:
    verdict = _behave(["-D", "profile=rehearsal", *rest])
    if verdict.get("verdict") not in ("READY", "NOT READY") or not verdict.get("rehearsal"):
        return 2
    return 0 if verdict["rehearsal"]["as_expected"] else 1


def _behave(rest: Sequence[str]) -> dict[str, Any]:
    """Runs behave as a process of its own and reads the verdict that it left; nothing when it left none."""
    run_id = f"{now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    userdata = dict(word.partition("=")[::2] for flag, word in pairwise(rest) if flag in ("-D", "--define"))
    try:
        reports = ROOT / load(userdata, folder=ROOT).settings.reports_dir
    except SettingsError as error:
        print(f"The audit can't start: {error}", file=sys.stderr)
        return {}
    command = [sys.executable, "-m", "behave", *rest, "-D", f"run_id={userdata.get('run_id', run_id)}"]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    while True:
        try:
            process.wait()
            break
        except KeyboardInterrupt:
            continue  # the audit got it as well and is ending in order
    return _verdict(reports / userdata.get("run_id", run_id) / "verdict.json")


def _verdict(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        print("The audit ended without a verdict: exit code 2.", file=sys.stderr)
        return {}
    return found if isinstance(found, dict) else {}


if __name__ == "__main__":
    raise SystemExit(main())
