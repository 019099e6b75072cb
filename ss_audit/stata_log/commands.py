"""The body of a log as commands with their output.

Echoed lines stand after a prompt: ". ", or inside loops, programs and input a number. Bodies of numbered blocks are
echoed before anything of them runs, so every line there is an echo; elsewhere a line is an echo when it has the prompt.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ss_audit.stata_log.blocks import Block, closes_braces, code_of, hides_its_body, is_visible_do, opens
from ss_audit.stata_log.model import EchoedCommand
from ss_audit.stata_log.text import fills_the_page

_NUMBERED = re.compile(r"^\s{0,3}(\d+)\. ?(.*)$")
_LINESIZE = re.compile(r"^set\s+li(?:n|ne|nes|nesi|nesiz|nesize)?\s+(\d+)\b")
# A row of `matrix list` whose name is "." looks like an echo; no command begins with a number or a missing value.
_MATRIX_ROW = re.compile(r"^\.\s{2,}[-.\d]")
_DELIMIT = re.compile(r"^#d(?:e|el|eli|elim|elimi|elimit)?\s*(;|cr)")
_ENDS_DO = "end of do-file"


@dataclass
class _Open:
    """A block that is open in the echo: its kind, the braces inside it, the number that its next line will have."""

    kind: Block
    next_number: int = 0
    braces: int = 1

    @property
    def numbered(self) -> bool:
        return self.kind != "braces"


@dataclass
class _Reader:
    linesize: int
    level: int
    stack: list[_Open] = field(default_factory=list)
    commands: list[EchoedCommand] = field(default_factory=list)
    echo: list[str] = field(default_factory=list)
    output: list[str] = field(default_factory=list)
    start: int = 0
    last: int = 0
    number: int | None = None
    depth: int = 0
    begun_at: int = 1
    tight: bool = False
    by_semicolon: bool = False
    preamble: list[str] = field(default_factory=list)

    def read(self, lines: Sequence[str], first_line: int) -> None:
        for offset, line in enumerate(lines):
            at = first_line + offset
            if self.echo and not self.output and line.startswith(">") and self._continues(lines[offset - 1]):
                self.echo.append(line[2:])
                self.last = at
            elif (found := self._prompt(line)) is not None:
                self._begin(found[0], found[1], at)
            else:
                self._print(line)
        self._finish()

    def _continues(self, before: str) -> bool:
        text = "".join(self.echo)
        commented = text.count("/*") > text.count("*/")
        return self.by_semicolon or commented or text.rstrip().endswith("///") or fills_the_page(before, self.linesize)

    def _prompt(self, line: str) -> tuple[str, int | None] | None:
        pending = self._pending_block()
        block = pending or (self.stack[-1] if self.stack else None)
        if block and block.numbered and not self.output_stands:
            m = _NUMBERED.match(line)
            if m and int(m.group(1)) == block.next_number:
                return m.group(2), block.next_number
        if line == "." or line.startswith(". "):
            return None if self.output_stands and _MATRIX_ROW.match(line) else (line[2:], None)
        return None

    @property
    def output_stands(self) -> bool:
        """Whether printed text stands since the last echo, so that a number can't be a prompt. Input prints a head."""
        reading_input = opens("".join(self.echo)) == "input"
        return any(x.strip() for x in self.output) and not reading_input

    def _pending_block(self) -> _Open | None:
        kind = opens("".join(self.echo)) if self.echo else None
        if kind is None or (self.stack and self.stack[-1].numbered):
            return None
        return _Open(kind, 2 if kind == "loop" else 1, 0 if kind in ("program", "input") else 1)

    def _begin(self, text: str, number: int | None, at: int) -> None:
        tight = bool(self.output) and bool(self.output[-1].strip())
        self._finish()
        if self.stack and self.stack[-1].numbered and number is not None:
            self.stack[-1].next_number = number + 1
        self.echo, self.start, self.last, self.number, self.tight = [text], at, at, number, tight
        self.begun_at = self.level
        closing = self.stack and self.stack[-1].kind in ("loop", "braces") and self.stack[-1].braces == 1
        self.depth = sum(b.braces if b.kind in ("loop", "braces") else b.braces + 1 for b in self.stack)
        if self.depth and (closes_braces(text) or (closing is False and code_of(text) == "end")):
            self.depth -= 1

    def _print(self, line: str) -> None:
        if self.echo:
            self.output.append(line)
        else:
            self.preamble.append(line)
        if line == _ENDS_DO and self.level > 1:
            self.level -= 1
            self.stack.clear()

    def _finish(self) -> None:
        """Stores the command that was being read and follows the blocks that it opens or closes."""
        if not self.echo:
            return
        text = "".join(self.echo)
        while self.output and not self.output[-1].strip():
            self.output.pop()
        self.commands.append(
            EchoedCommand(
                text=text, output=tuple(self.output), depth=self.depth, level=self.begun_at, number=self.number,
                line=self.start, last_line=self.last, tight=self.tight and not self.depth,
            )
        )  # fmt: skip
        if m := _LINESIZE.match(text.strip()):
            self.linesize = int(m.group(1))
        if m := _DELIMIT.match(text.strip()):
            self.by_semicolon = m.group(1) == ";"
        self._follow(text)
        if not self.stack and is_visible_do(text) and _ENDS_DO not in self.output:
            self.level += 1
        self.echo, self.output = [], []

    def _follow(self, text: str) -> None:
        pending = self._pending_block()
        block = self.stack[-1] if self.stack else None
        if pending:
            if not hides_its_body(text):
                self.stack.append(pending)
        elif block:
            code = code_of(text)
            if block.kind in ("program", "input") and code == "end":
                self.stack.pop()
                return
            if closes_braces(text):
                block.braces -= 1
            if code.endswith("{") and not text.lstrip().startswith("*"):
                block.braces += 1
            if block.kind in ("loop", "braces") and block.braces <= 0:
                self.stack.pop()
        if self.stack and self.stack[-1].numbered and any(x.strip() for x in self.output) and not pending:
            self.stack.pop()


def read_commands(
    lines: Sequence[str], *, first_line: int = 1, linesize: int = 80, level: int = 1
) -> tuple[tuple[EchoedCommand, ...], int]:
    """Lines of a log's body → the commands echoed there, and the line size in force at its end.

    `first_line` is the number of the first of them in the file. `level` is the do-file level at which the body begins.
    Lines before the first echo belong to no command. Errors: none; what can't be an echo is output.
    """
    reader = _Reader(linesize=linesize, level=level)
    reader.read(lines, first_line)
    return tuple(reader.commands), reader.linesize
