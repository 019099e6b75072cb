"""`ss-audit`: the commands for people and pipelines. Each ends with the exit code that README and docs promise."""

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from behave.userdata import parse_user_define

from ss_audit.cli_audit import audited
from ss_audit.cli_faults import faults
from ss_audit.cli_report import report
from ss_audit.cli_verify import verify
from ss_audit.doctor.examination import examined
from ss_audit.doctor.page import is_all_there, page
from ss_audit.inspect_log import UnreadableError, inspected
from ss_audit.known_secrets import redactor_for
from ss_audit.runner import ROOT
from ss_audit.settings import read
from ss_audit.trace import trace_report


def main(arguments: Sequence[str] | None = None) -> int:
    """The entry point. Out: the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal can't show must not end a verification
    parser = argparse.ArgumentParser(prog="ss-audit", description="The production audit of SS.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="audit with the settings in force: 0 READY, 1 NOT READY, 2 INCONCLUSIVE", add_help=False)
    commands.add_parser("rehearse", help="audit with stand-ins: 0 as it must be, 1 not, 2 not carried out", add_help=False)
    trace = commands.add_parser("trace", help="what links spec, features and checks")
    trace.add_argument("--check", action="store_true", help="end with 1 when a link is missing or stale")
    doctor = commands.add_parser("doctor", help="what an audit would use, and what is missing: 0 all there, 2 not")
    doctor.add_argument("-D", "--define", action="append", default=[], metavar="NAME=VALUE", help="a setting, as for run")
    doctor.add_argument("--call-provider", action="store_true", help="make one minimal call; its cost is said before and after")
    log = commands.add_parser("inspect-log", help="what a Stata log is and how the run in it ended: 0, 2 unreadable")
    log.add_argument("file", type=Path, metavar="FILE")
    log.add_argument("--json", action="store_true", help="for programs")
    matrix = commands.add_parser("faults", help="the fault matrix, into docs/: 0 all killed, 1 not")
    matrix.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these rows; docs/ stays as it is")
    matrix.add_argument("--check", action="store_true", help="write nothing; end with 1 also when docs/ says something else")
    matrix.add_argument("--keep", type=Path, metavar="FOLDER", help="keep each row's run there")
    seal = commands.add_parser("verify", help="offline: checks a bundle and judges its evidence again: 0 intact, 1 not")
    seal.add_argument("bundle", type=Path, metavar="BUNDLE")
    seal.add_argument("--digest", metavar="sha256:…", help="the digest that was kept of it")
    seal.add_argument("--key", type=Path, metavar="PUBLIC.pem", help="the public half of the key that it was signed with")
    again = commands.add_parser("report", help="writes a run's pages again from its bundle: 0 written, 2 not")
    again.add_argument("bundle", type=Path, metavar="BUNDLE")
    again.add_argument("--to", type=Path, metavar="FOLDER", help="where the pages go; by default beside the bundle")
    given, rest = parser.parse_known_args(arguments)
    if rest and given.command not in ("run", "rehearse"):
        parser.error(f"{given.command} takes no {' '.join(rest)}")
    if given.command == "inspect-log":
        return _inspect_log(given.file, given.json)
    if given.command == "report":
        return report(given.bundle, given.to)
    if given.command == "verify":
        return verify(given.bundle, given.digest, given.key)
    if given.command == "trace":
        found, status = trace_report(ROOT, given.check)
        print(found)
        return status
    try:
        if given.command == "doctor":
            return _doctor(given.define, given.call_provider)
        if given.command == "faults":
            return faults(given.only, given.check, given.keep)
        return _run(rest) if given.command == "run" else _rehearse(rest)
    except KeyboardInterrupt:
        return 2


def _run(rest: Sequence[str]) -> int:
    verdict = audited(rest)
    return {"READY": 0, "NOT READY": 1}.get(str(verdict.get("verdict")), 2)


def _rehearse(rest: Sequence[str]) -> int:
    verdict = audited(["-D", "profile=rehearsal", *rest])
    if verdict.get("verdict") not in ("READY", "NOT READY") or not verdict.get("rehearsal"):
        return 2
    return 0 if verdict["rehearsal"]["as_expected"] else 1


def _doctor(defined: Sequence[str], call_provider: bool) -> int:
    given = dict(parse_user_define(word) for word in defined)
    items = examined(given, call_provider)
    print(redactor_for(read(given, None, ROOT).in_force).mask(page(items)))
    return 0 if is_all_there(items) else 2


def _inspect_log(file: Path, as_json: bool) -> int:
    try:
        print(inspected(file, as_json))
    except UnreadableError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
