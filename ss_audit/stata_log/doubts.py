"""What in a Stata log speaks against its having been written by Stata.

Each rule was measured on genuine logs. "strong": broken in none of them. "weak": broken in a few, by wrappers, editors
or settings. No doubt is no proof: text can be imitated.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from ss_audit.evidence.model import Fact
from ss_audit.stata_log import trailer
from ss_audit.stata_log.banner import BUILDS
from ss_audit.stata_log.blocks import closes_braces, hides_its_body, is_comment, opens
from ss_audit.stata_log.known_answers import known_answers
from ss_audit.stata_log.model import EchoedCommand, StataLog
from ss_audit.stata_log.wording import wording_doubts


class Doubt(Fact):
    """`what` is what was seen, `reason` why Stata doesn't write so."""

    what: str
    reason: str
    strength: Literal["strong", "weak"] = "strong"


def doubts(log: StataLog) -> tuple[Doubt, ...]:
    """All doubts about one log. Errors: none; about something that is no Stata log nothing is said."""
    if log.kind == "not a stata log" or log.rehearsal:
        return ()
    found: list[Doubt] = []
    if log.kind == "batch":
        found += _head(log)
        found += _ending(log)
    found += _layout(log)
    found += [Doubt(what=what, reason=reason) for what, reason in wording_doubts(log)]
    answers = known_answers(log)
    for line, printed, due in answers.wrong[:3]:
        found.append(
            Doubt(what=f"line {line} prints {printed} for runiform()", reason=f"after that seed Stata's next number is {due}")
        )
    return tuple(found)


def _head(log: StataLog) -> Iterator[Doubt]:
    if log.banner is None:
        yield Doubt(what="there is no head", reason="a batch log begins with Stata's name, version and licence")
        return
    known = log.banner.version.split(".")[0] in BUILDS
    for oddity in log.banner.oddities:
        yield Doubt(what=f"head of version {log.banner.label}", reason=oddity, strength="strong" if known else "weak")
    if not log.starts_with_blank and not log.wrapped:
        yield Doubt(what="the head stands in the first line", reason="Stata writes a blank line before it")
    major = int(log.banner.version.split(".")[0])
    if major >= 14 and not (log.notes and log.notes[0] == "Stata is running in batch mode."):
        yield Doubt(what="the first note is not that of batch mode", reason="from 14 on it is always the first note")
    elif major < 14 and "Stata running in batch mode" not in log.notes:
        yield Doubt(what="no note names batch mode", reason="up to 13 one of the notes does")
    if log.do_echo is not None and not log.do_echo.endswith(" "):
        reason = "Stata echoes its command line with a blank at the end"
        yield Doubt(what="the echo of the do command ends without a blank", reason=reason, strength="weak")
    if log.banner.expires and (day := _opened(log)) and day > log.banner.expires:
        yield Doubt(what="the log was opened after the licence's end", reason="Stata does not start then")


def _opened(log: StataLog) -> str | None:
    try:
        return datetime.strptime((log.opened_on or "").split(",")[0].strip(), "%d %b %Y").date().isoformat()
    except ValueError:
        return None


def _ending(log: StataLog) -> Iterator[Doubt]:
    if 0 in log.return_codes:
        yield Doubt(what="the log prints r(0);", reason="Stata prints a return code only when it is not 0")
    if len(set(log.trailer_codes)) > 1:
        yield Doubt(what="the return codes at the end differ", reason="each level repeats the code of the one error")
    ends = [i for i, line in enumerate(log.lines) if line == trailer.END]
    if log.trailer_codes and ends:
        before = [line for line in log.lines[max(0, ends[-1] - 3) : ends[-1]] if trailer.CODE.match(line)]
        if not before:
            reason = "the failing command prints its return code, then each do-file repeats it after its end"
            yield Doubt(what="the return code stands only after the end of the do-file", reason=reason)
    if not log.ends_with_newline and not log.wrapped:
        yield Doubt(what="the last line has no end", reason="Stata ends every line", strength="weak")


def _layout(log: StataLog) -> Iterator[Doubt]:
    if log.newline == "mixed":
        yield Doubt(what="line ends are mixed", reason="one run of Stata writes one kind", strength="weak")
    if log.encoding == "latin-1" and log.banner and int(log.banner.version.split(".")[0]) >= 14:
        yield Doubt(what="the text is not UTF-8", reason="from 14 on Stata writes UTF-8", strength="weak")
    for what, reason, lines in (
        ("a command is echoed right after output", "Stata leaves a blank line between", _tight(log)),
        ("two commands are echoed without a blank line between", "Stata leaves one after each", _crowded(log)),
        ("the body of a loop is echoed without line numbers", "Stata numbers the lines of loops", _unnumbered(log)),
    ):
        if lines:
            yield Doubt(what=f"{what} (line {lines[0]}, {len(lines)} in all)", reason=reason)
    if not any(re.match(r"^set\s+li", c.text.strip()) for c in log.commands) and (wide := _unbroken(log)):
        reason = "Stata breaks what it echoes at the page's edge (column 79 in batch mode)"
        yield Doubt(what=f"an echoed line is not broken (line {wide[0]})", reason=reason, strength="weak")


def _tight(log: StataLog) -> list[int]:
    return [c.line for c in log.commands if c.tight and c.level == 1 and not closes_braces(c.text)]


def _crowded(log: StataLog) -> list[int]:
    """Commands outside of blocks that are followed by the next without the blank line that ends their output."""
    found = []
    for this, following in zip(log.commands, log.commands[1:], strict=False):
        in_block = this.depth or following.depth or opens(this.text) or hides_its_body(this.text)
        if not in_block and not is_comment(this.text) and following.line == this.last_line + 1 and _one_line(this.text):
            found.append(following.line)
    return found


def _one_line(text: str) -> bool:
    return not re.match(r"^(#|else\b|\}|/\*)", text.strip()) and "/*" not in text


def _unnumbered(log: StataLog) -> list[int]:
    found = []
    for this, following in zip(log.commands, log.commands[1:], strict=False):
        opened = opens(this.text)
        if opened == "loop" and this.number is None and not this.output and following.number is None:
            found.append(following.line)
    return found


def _unbroken(log: StataLog) -> list[int]:
    return [c.line for c in log.commands if c.text.isascii() and _width(log, c) > log.linesize - 1]


def _width(log: StataLog, command: EchoedCommand) -> int:
    at = command.line - log.first_line
    return len(log.lines[at]) if 0 <= at < len(log.lines) else 0
