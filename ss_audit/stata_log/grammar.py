"""Reading a Stata log: batch logs (`-b`, `/e`), `log using` logs in text and SMCL, of Stata 11 to 19."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from ss_audit.stata_log import smcl, trailer
from ss_audit.stata_log.banner import REHEARSAL_MARK, is_art_top, read_banner, read_notes
from ss_audit.stata_log.blocks import do_file_of
from ss_audit.stata_log.commands import read_commands
from ss_audit.stata_log.model import Banner, EchoedCommand, Kind, StataLog
from ss_audit.stata_log.text import decode, lines_of, newline_of, unwrapped

_RULE = re.compile(r"^-{20,}$")
_OPENED = re.compile(r"^ ?opened on:\s+(.+)$")
_CLOSED = re.compile(r"^ ?closed on:\s+(.+)$")


class _Session(NamedTuple):
    """One run of Stata in a file: where its head and its body begin, both as indices of lines."""

    kind: Kind
    head: int
    body: int
    runs: int
    banner: Banner | None
    rehearsal: bool
    notes: tuple[str, ...]
    linesize: int


def read_log(raw: bytes) -> StataLog:
    """A log's bytes → what it says. Where runs were appended to one file, the last one is read.

    Errors: none; what is no Stata log has the kind "not a stata log".
    """
    text, encoding = decode(raw)
    newline, lines = newline_of(text), lines_of(text)
    ends_with_newline = text.endswith("\n")
    if lines and smcl.is_smcl(lines[0]):
        lines = smcl.plain(lines)
        found: _Session | None = _log_session(lines, "smcl") or _Session("smcl", 0, 0, 1, None, False, (), 80)
    else:
        found = _batch_session(lines) or _log_session(lines, "log") or _bare_session(lines)
    if found is None:
        return StataLog(kind="not a stata log", encoding=encoding, newline=newline, ends_with_newline=ends_with_newline)
    body = lines[found.body :]
    commands, linesize = read_commands(
        body, first_line=found.body + 1, linesize=found.linesize, level=0 if found.kind == "batch" else 1
    )
    do_echo = commands[0] if commands and found.kind == "batch" and do_file_of(commands[0].text) else None
    ending = trailer.read_ending(
        body,
        runs_a_do_file=found.kind != "batch" or do_echo is not None,
        do_files_open=_do_files_open(commands, body) if found.kind == "batch" else 0,
    )
    closed = _last(_CLOSED, body) if found.kind != "batch" else None
    outcome, complete = ending.outcome, ending.complete
    if not complete and closed is not None:
        outcome, complete = "ok", True
    return StataLog(
        kind=found.kind,
        encoding=encoding,
        newline=newline,
        banner=found.banner,
        rehearsal=found.rehearsal,
        notes=found.notes,
        do_file=do_file_of(do_echo.text) if do_echo else None,
        do_echo=do_echo.text if do_echo else None,
        commands=commands,
        return_codes=trailer.codes_in(body),
        trailer_codes=ending.codes,
        outcome=outcome,
        complete=complete,
        sessions=found.runs,
        wrapped=ending.foreign_after or any(line.strip() for line in lines[: found.head]),
        opened_on=_first(_OPENED, body),
        closed_on=_last(_CLOSED, body),
        linesize=linesize,
        lines=tuple(body),
        first_line=found.body + 1,
        starts_with_blank=found.head > 0 and not lines[found.head - 1].strip(),
        ends_with_newline=ends_with_newline,
    )


def _batch_session(lines: Sequence[str]) -> _Session | None:
    """The last run that begins with Stata's head or with that of a rehearsal engine."""
    heads = [i for i, line in enumerate(lines) if is_art_top(line) and read_banner(lines[i : i + 40])]
    marks = [i for i, line in enumerate(lines) if REHEARSAL_MARK.search(line) and not line.startswith((".", ">"))]
    if not heads and not (marks and not any(_is_prompt(line) for line in lines[: marks[0]])):
        return None
    start = heads[-1] if heads else next(i for i, line in enumerate(lines) if line.strip())
    body = _first_prompt(lines, start)
    head = unwrapped(list(lines[start:body]))
    rehearsal = any(REHEARSAL_MARK.search(line) for line in head)
    return _Session(
        "batch", start, body, max(len(heads), 1), read_banner(head) if heads else None, rehearsal, read_notes(head), 80
    )


def _log_session(lines: Sequence[str], kind: Kind) -> _Session | None:
    """A log that `log using` opened: a rule, then name, file, type and the moment of opening."""
    for i, line in enumerate(lines[:40]):
        if _RULE.match(line) and any(x.lstrip().startswith("log type:") for x in lines[i + 1 : i + 12]):
            if any(x.strip() for x in lines[:i]):
                return None
            return _Session(kind, i, i, 1, None, False, (), len(line) + 1)
    return None


def _bare_session(lines: Sequence[str]) -> _Session | None:
    """A batch log without a head: it begins with the echo of the command that Stata was started with."""
    first = next((i for i, line in enumerate(lines) if line.strip()), None)
    if first is None or not (lines[first].startswith(". ") and do_file_of(lines[first][2:])):
        return None
    return _Session("batch", first, first, 0, None, False, (), 80)


def _do_files_open(commands: Sequence[EchoedCommand], body: Sequence[str]) -> int:
    """Do-files whose start was echoed outside of blocks, less the ends in the log. Silent ones show neither."""
    started = sum(1 for c in commands if c.depth == 0 and re.match(r"^do\s", c.text.strip()) and not _failed(c))
    return started - sum(1 for line in body if line == trailer.END)


def _failed(command: EchoedCommand) -> bool:
    return bool(command.output) and bool(re.match(r"^file .* not found$", command.output[0]))


def _first_prompt(lines: Sequence[str], start: int) -> int:
    return next((i for i in range(start, len(lines)) if _is_prompt(lines[i])), len(lines))


def _is_prompt(line: str) -> bool:
    return line == "." or line.startswith(". ")


def _first(pattern: re.Pattern[str], lines: Sequence[str]) -> str | None:
    return next((m.group(1).strip() for line in lines if (m := pattern.match(line))), None)


def _last(pattern: re.Pattern[str], lines: Sequence[str]) -> str | None:
    return _first(pattern, list(reversed(lines)))
