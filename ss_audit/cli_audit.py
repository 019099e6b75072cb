"""An audit as a process of its own, started by `ss-audit`: whatever becomes of it, its end is known for what it is."""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any

from behave.userdata import parse_user_define

from ss_audit.evidence.model import now
from ss_audit.interruption import SIGNALS
from ss_audit.runner import ROOT
from ss_audit.settings import SettingsError, load
from ss_audit.verdict import EXIT_CODES

QUIET = "--quiet"
"""Ours, and not behave's option of that name, which leaves out parts of a listing that is not shown."""


def audited(arguments: Sequence[str]) -> dict[str, Any]:
    """Runs behave with these arguments. Out: the verdict.json that it ended with; empty when it ended with none."""
    arguments = [word for given in arguments for word in (("-D", "quiet=yes") if given == QUIET else (given,))]
    given = _defined(arguments)
    try:
        settings = load(given, folder=ROOT).settings
    except SettingsError as error:
        print(f"The audit can't start: {error}", file=sys.stderr)
        return {}
    run_id = settings.run_id or f"{now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
    folder = ROOT / settings.reports_dir / run_id
    if folder.exists():
        print(f"The audit can't start: there is a run in {folder} already", file=sys.stderr)
        return {}
    command = [sys.executable, "-m", "ss_audit.cli_behave", *arguments, "-D", f"run_id={run_id}"]
    code = _waited_for(subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"}))
    try:
        verdict = json.loads((folder / "verdict.json").read_text("utf-8"))
        meant = EXIT_CODES[verdict["verdict"]]
    except (OSError, ValueError, LookupError, TypeError):
        meant = None
    if code != meant:  # also where a verdict was written and the run then died before it was sealed
        print("The audit ended without a verdict: exit code 2.", file=sys.stderr)
        return {}
    assert isinstance(verdict, dict)
    return verdict


def _defined(arguments: Sequence[str]) -> dict[str, str]:
    """The settings among behave's arguments, in each of the ways in which they can be written."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-D", "--define", action="append", default=[])
    return dict(parse_user_define(word) for word in parser.parse_known_args(list(arguments))[0].define)


def _waited_for(process: subprocess.Popen[bytes]) -> int:
    """Waits for its end. Out: its exit status. A signal goes on to it, and it ends in order; that it may have got the signal
    itself does no harm."""

    def pass_on(_number: int, _frame: FrameType | None) -> None:
        process.send_signal(signal.SIGTERM)

    for number in SIGNALS:
        if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, pass_on)
    return process.wait()
