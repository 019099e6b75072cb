"""Whether a log echoes a do-file: the echo, rebuilt, against the do-file's lines.

What Stata adds (prompts, numbers of lines in loops, breaks at the page's edge) is taken away; what it doesn't echo
(bodies of `quietly {`, Mata and Python blocks, lines after an error or an `exit`) is not expected. Blank lines and the
amount of white space do not count.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ss_audit.evidence.model import Fact
from ss_audit.stata_log import trailer
from ss_audit.stata_log.blocks import closes_braces, code_of, hides_its_body
from ss_audit.stata_log.difference import Difference
from ss_audit.stata_log.model import EchoedCommand, StataLog
from ss_audit.stata_log.text import lines_of, one_blank

_LONGEST_STATEMENT = 400
_LOOK_AHEAD = 60
_EXIT = re.compile(r"^exit\b(?!\s+[1-9])")
_OTHER_LANGUAGE = re.compile(r"^(mata|python)\s*:?$")


class EchoMatch(Fact):
    """`matched` of `total` lines of the do-file that had to be echoed were; blank lines are not counted.

    `first_difference.line` is a line of the do-file; with an empty `expected` the log echoes a line that the do-file
    does not have. `found_line` is a line of the log.
    """

    matched: int
    total: int
    first_difference: Difference | None = None

    @property
    def complete(self) -> bool:
        """Every line that had to be echoed was, and nothing else, and there was at least one."""
        return self.total > 0 and self.matched == self.total and self.first_difference is None


@dataclass
class _Matcher:
    do_lines: list[str]
    entries: list[EchoedCommand]
    at: int = 0
    entry: int = 0
    matched: int = 0
    last: str = ""
    difference: Difference | None = None

    def run(self) -> None:
        while self.entry < len(self.entries):
            if not self._step():
                self._differ()
                if not self._resume():
                    return

    def _step(self) -> bool:
        target = one_blank(self.entries[self.entry].text)
        if not target:
            self.entry += 1
            if self.at < len(self.do_lines) and not self.do_lines[self.at].strip():
                self.at += 1
            return True
        self._skip_blank()
        taken = self._taken(self.at, target)
        if not taken and (after := self.after_hidden()):
            hidden = self.at
            self.at = after
            self._skip_blank()
            taken = self._taken(self.at, target)
            if not taken:
                self.at = hidden
        if not taken:
            return False
        self.matched += sum(1 for line in self.do_lines[self.at : self.at + taken] if line.strip())
        self.at += taken
        self.entry += 1
        self.last = target
        return True

    def _skip_blank(self) -> None:
        while self.at < len(self.do_lines) and not self.do_lines[self.at].strip():
            self.at += 1

    def _taken(self, start: int, target: str) -> int:
        """How many lines of the do-file, from `start`, make up an echoed command; 0 when they do not."""
        text = ""
        for i in range(start, min(start + _LONGEST_STATEMENT, len(self.do_lines))):
            text += self.do_lines[i]
            so_far = one_blank(text)
            if so_far == target:
                return i - start + 1
            if not target.startswith(so_far):
                return 0
        return 0

    def after_hidden(self) -> int | None:
        """The line after a body that is run without an echo, when the last echoed line opened one."""
        if _OTHER_LANGUAGE.match(code_of(self.last)):
            ends = (i for i in range(self.at, len(self.do_lines)) if self.do_lines[i].strip() == "end")
            return next((i + 1 for i in ends), None)
        if not hides_its_body(self.last):
            return None
        braces = 1
        for i in range(self.at, len(self.do_lines)):
            line = self.do_lines[i]
            braces -= closes_braces(line)
            braces += code_of(line).endswith("{") and not line.lstrip().startswith("*")
            if braces <= 0:
                return i + 1
        return None

    def _differ(self) -> None:
        if self.difference is None:
            found = self.entries[self.entry]
            self.difference = Difference(
                line=min(self.at + 1, max(len(self.do_lines), 1)),
                expected=self._statement(),
                found=one_blank(found.text),
                found_line=found.line,
            )

    def _statement(self) -> str:
        """The statement that the do-file holds next, with its continuation lines; "" at its end."""
        text = ""
        for line in self.do_lines[self.at :]:
            text += line
            if not line.rstrip().endswith("///"):
                break
        return one_blank(text)

    def _resume(self) -> bool:
        """After a difference: the nearest place where both go on alike."""
        for distance in range(1, _LOOK_AHEAD):
            for skipped in range(distance + 1):
                entry, line = self.entry + distance - skipped, self.at + skipped
                if entry >= len(self.entries) or line >= len(self.do_lines):
                    continue
                target = one_blank(self.entries[entry].text)
                if len(target) > 1 and self._taken(line, target):
                    self.entry, self.at = entry, line
                    return True
        return False


def echo_matches(log: StataLog, do_file_text: str) -> EchoMatch:
    """A log and the text of the do-file that should have run → how far the one echoes the other.

    Of a `log using` log the lines after the do-file's `log using` are expected, up to `log close`. A log that ends in
    an error, or was cut off, is expected to echo the do-file up to there.
    """
    do_lines = lines_of(do_file_text)
    if do_lines:
        do_lines[0] = do_lines[0].lstrip("\ufeff")
    first = _first_line(log, do_lines)
    matcher = _Matcher(do_lines=do_lines, entries=_entries(log), at=first)
    matcher.run()
    stop = _expected_until(log, matcher)
    total = sum(1 for line in do_lines[first:stop] if line.strip())
    difference = matcher.difference
    if difference is None and matcher.at < stop:
        missing = next((i for i in range(matcher.at, stop) if do_lines[i].strip()), None)
        if missing is not None and not _is_hidden_end(matcher, stop):
            difference = Difference(line=missing + 1, expected=do_lines[missing].strip())
    if difference is None:
        total = matcher.matched
    return EchoMatch(matched=min(matcher.matched, total), total=total, first_difference=difference)


def _entries(log: StataLog) -> list[EchoedCommand]:
    entries = [c for c in log.commands if c.level == 1]
    if entries and not entries[-1].text.strip() and trailer.END in entries[-1].output:
        entries.pop()
    if log.outcome not in ("ok", "killed"):
        while entries and closes_braces(entries[-1].text) and _fails(entries[-1]):
            entries.pop()
    return entries


def _fails(command: EchoedCommand) -> bool:
    return any(trailer.CODE.match(line) for line in command.output) and command.number is None


def _first_line(log: StataLog, do_lines: Sequence[str]) -> int:
    if log.kind == "batch":
        return 0
    opened = (i for i, line in enumerate(do_lines) if re.match(r"^(qui\w*\s+)?log\s+using\b", line.strip()))
    return next((i + 1 for i in opened), 0)


def _expected_until(log: StataLog, matcher: _Matcher) -> int:
    if log.outcome != "ok" or _EXIT.match(code_of(matcher.last)):
        return matcher.at
    if log.kind != "batch" and re.match(r"^(cap\w*\s+)?log\s+c", code_of(matcher.last)):
        return matcher.at
    return len(matcher.do_lines)


def _is_hidden_end(matcher: _Matcher, stop: int) -> bool:
    """Whether the do-file ends in a body that is not echoed."""
    after = matcher.after_hidden()
    return after is not None and not any(line.strip() for line in matcher.do_lines[after:stop])
