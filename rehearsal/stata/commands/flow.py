"""exit, error, continue, do, run, version, sleep: what moves the run itself."""

from __future__ import annotations

import time
from pathlib import Path

from rehearsal.stata.errors import ContinueLoop, StataError, StopDo, StopStata, syntax_error
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.words import split_words

_MESSAGES = {
    1: "",
    2: "connection timed out",
    4: "no; dataset in memory has changed since last saved",
    5: "not sorted",
    9: "assertion is false",
    100: "varlist required",
    109: "type mismatch",
    110: "already defined",
    111: "not found",
    198: "invalid syntax",
    199: "unrecognized command",
    301: "last estimates not found",
    459: "something that should be true of your data is not",
    601: "file not found",
    602: "file already exists",
    2000: "no observations",
    2001: "insufficient observations",
}


@command("e:xit")
def exit_(session: Session, rest: str) -> None:
    """`exit [#] [, clear STATA]`: ends the do-file or program, with # as return code, or Stata itself."""
    parsed = parse(rest, "clear STATA")
    code = int(session.number(parsed.anything)) if parsed.anything else 0
    if "STATA" in parsed.options:
        raise StopStata(code)
    if code:
        raise StataError(code)
    raise StopDo


@command("err:or")
def error(session: Session, rest: str) -> None:
    """`error #`: fails with that return code and its standard message."""
    code = int(session.number(rest))
    if code:
        raise StataError(code, _MESSAGES.get(code, ""))


@command("continue")
def continue_(_session: Session, rest: str) -> None:
    """`continue [, break]` in a loop."""
    parsed = parse(rest, "break")
    if parsed.anything:
        raise syntax_error()
    raise ContinueLoop("break" in parsed.options)


@command("do")
def do(session: Session, rest: str) -> None:
    """`do file [arguments]`, echoed."""
    path, arguments = _target(rest)
    session.out.line()
    session.interpreter.run_do(path, arguments)


@command("run")
def run(session: Session, rest: str) -> None:
    """`run file [arguments]`, not echoed."""
    path, arguments = _target(rest)
    with session.out.set_mode("quiet"):
        session.interpreter.run_do(path, arguments)


def _target(rest: str) -> tuple[Path, list[str]]:
    words = split_words(rest.partition(",")[0])
    if not words:
        raise syntax_error()
    path = Path(words[0]).expanduser()
    path = path if path.suffix else path.with_suffix(".do")
    if not path.is_file():
        raise StataError(601, f"file {path} not found")
    return path, words[1:]


@command("vers:ion")
def version(session: Session, rest: str) -> None:
    """`version [#]`: accepted up to the language that the engine follows; r(9) above."""
    words = rest.replace(",", " ").split()
    if not words:
        session.out.line("version 18.0 (of the language that the rehearsal engine follows; this is not Stata)")
        return
    try:
        wanted = float(words[0])
    except ValueError:
        raise StataError(198, "invalid syntax") from None
    if wanted > 19.5:
        raise StataError(9, f"this is version 18.0 of the language; it cannot run version {words[0]} programs")


@command("sleep")
def sleep(session: Session, rest: str) -> None:
    """`sleep #`: waits # milliseconds."""
    time.sleep(max(session.number(rest), 0) / 1000)
