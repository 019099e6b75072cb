"""What a Stata log says, as immutable models.

Nothing here carries a serial number, a licensee or an institution: what is read of the licence is its form only.
"""

from typing import Literal

from ss_audit.evidence.model import Fact

Kind = Literal["batch", "log", "smcl", "not a stata log"]
Newline = Literal["LF", "CRLF", "mixed", "none"]


class Banner(Fact):
    """The head of a batch log. `version` is "18.0"; `now` is True for StataNow.

    `edition` is "MP", "SE", "BE" or "IC", None where the head doesn't say it. `licence_form` is "old" (up to early 16)
    or "new"; `serial_digits` is the length of the serial number, never the number. `expires` is the ISO date after
    which the licence ends, None for a perpetual one. `oddities` are the ways in which the parts of the head do not
    belong to the version that it claims.
    """

    version: str
    now: bool = False
    edition: str | None = None
    licence_form: Literal["old", "new"] | None = None
    serial_digits: int | None = None
    expires: str | None = None
    oddities: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The version with its line: "18.0", "18.5now"."""
        return f"{self.version}now" if self.now else self.version


class EchoedCommand(Fact):
    """One command as the log echoes it.

    `text` has prompts removed and continuation lines joined as they stand (a break at the line's edge and a `///`
    continuation both join without a blank). `output` are the lines printed before the next echo, trailing blank lines
    removed. `depth` counts the blocks (braces, program, input) that enclose the command; `level` is 1 in the do-file
    that Stata was started with, one more in each do-file that it runs, 0 for a command given directly. `number` is the
    number of a line inside a loop or program. `line` and `last_line` are its place in the log, from 1. `tight` says
    that the echo follows other output without the blank line that Stata prints.
    """

    text: str
    output: tuple[str, ...] = ()
    depth: int = 0
    level: int = 1
    number: int | None = None
    line: int = 0
    last_line: int = 0
    tight: bool = False


class StataLog(Fact):
    """A Stata log, read.

    `outcome` is "ok", "rN" (Stata's return code, as "r601"), or "killed" (cut off before its end); for something that
    is no Stata log it is "killed". `complete` says that the trailer was found. `return_codes` are all `r(N);` lines
    of the last session in order, `trailer_codes` those of the trailer. `lines` are the lines of that session after the
    head. `sessions` counts the heads in the file: wrappers append runs, the last one counts. `wrapped` says that lines
    that are not Stata's stand before or after it.
    """

    kind: Kind
    encoding: str = "utf-8"
    newline: Newline = "LF"
    banner: Banner | None = None
    rehearsal: bool = False
    notes: tuple[str, ...] = ()
    do_file: str | None = None
    do_echo: str | None = None
    commands: tuple[EchoedCommand, ...] = ()
    return_codes: tuple[int, ...] = ()
    trailer_codes: tuple[int, ...] = ()
    outcome: str = "killed"
    complete: bool = False
    sessions: int = 0
    wrapped: bool = False
    opened_on: str | None = None
    closed_on: str | None = None
    linesize: int = 80
    lines: tuple[str, ...] = ()
    first_line: int = 1
    starts_with_blank: bool = False
    ends_with_newline: bool = False

    @property
    def version(self) -> str | None:
        """The version that the head claims ("17.0", "18.5now"), None without one."""
        return self.banner.label if self.banner else None

    @property
    def edition(self) -> str | None:
        """The edition that the head claims."""
        return self.banner.edition if self.banner else None
