"""From the text of a do-file to its commands: comments out, `///` lines joined, `#delimit ;` obeyed.

Each command keeps the physical lines that it was read from, because the log echoes those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One command. `text`: without comments, ends stripped, empty for a blank or comment line; `echo`: as written."""

    text: str
    echo: tuple[str, ...]

    @property
    def blank(self) -> bool:
        return not self.text

    @property
    def opens(self) -> bool:
        return self.text.endswith("{") and not self.text.endswith("${")

    @property
    def closes(self) -> bool:
        return self.text.startswith("}")


class _Stripper:
    """Takes comments out of successive physical lines; remembers an open `/*` and an open quotation."""

    def __init__(self) -> None:
        self.depth = 0
        self.quotes: list[str] = []

    def strip(self, line: str, at_start: bool) -> tuple[str, bool]:
        """The line without comments, and whether `///` makes it go on."""
        out: list[str] = []
        index = 0
        if at_start and not self.depth and line.lstrip().startswith("*"):
            return "", line.rstrip().endswith("///")
        while index < len(line):
            pair = line[index : index + 2]
            if self.depth:
                if pair == "*/":
                    self.depth -= 1
                    index += 2
                elif pair == "/*":
                    self.depth += 1
                    index += 2
                else:
                    index += 1
                continue
            if not self.quotes and pair == "/*":
                self.depth += 1
                index += 2
                continue
            if not self.quotes and pair == "//" and (index == 0 or line[index - 1] in " \t"):
                return "".join(out), line.startswith("///", index)
            out.append(line[index : index + self._quote(line, index)])
            index += len(out[-1])
        return "".join(out), False

    def _quote(self, line: str, index: int) -> int:
        """Keeps track of quotes at `index`; how many characters that took."""
        pair = line[index : index + 2]
        if pair == '`"':
            self.quotes.append(pair)
            return 2
        if pair == "\"'" and self.quotes and self.quotes[-1] == '`"':
            self.quotes.pop()
            return 2
        if line[index] == '"':
            if self.quotes and self.quotes[-1] == '"':
                self.quotes.pop()
            elif not self.quotes:
                self.quotes.append('"')
        return 1


def scan(source: str) -> list[Line]:
    """The commands of `source` in order, blank and comment lines included."""
    physical = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if physical and physical[-1] == "":
        physical.pop()
    return list(_scan([line.expandtabs(8) for line in physical]))


def _scan(physical: list[str]) -> Iterator[Line]:
    index = 0
    semicolons = False
    while index < len(physical):
        if semicolons:
            lines, index, semicolons = _delimited(physical, index)
            yield from lines
            continue
        stripper = _Stripper()
        echo: list[str] = []
        text = ""
        while index < len(physical):
            line = physical[index]
            index += 1
            echo.append(line)
            part, goes_on = stripper.strip(line, not text.strip())
            text += part
            if goes_on:
                text += " "
            if not goes_on and not stripper.depth:
                break
            stripper.quotes.clear()
        text = text.strip()
        yield Line(text, tuple(echo))
        if text.lower().startswith(("#delimit", "#d ")) and text.split()[-1] in (";",):
            semicolons = True


def _delimited(physical: list[str], start: int) -> tuple[list[Line], int, bool]:
    """Commands up to the first line on which one ends with `;`."""
    stripper = _Stripper()
    echo: list[str] = []
    text = ""
    index = start
    while index < len(physical):
        line = physical[index]
        index += 1
        echo.append(line)
        part, _ = stripper.strip(line, not text.strip())
        text += part + " "
        if text.strip().lower() in ("#delimit cr", "#d cr"):
            return [Line(text.strip(), tuple(echo))], index, False
        if stripper.depth:
            continue
        if not text.strip():
            return [Line("", tuple(echo))], index, True
        if ";" in part and not stripper.quotes:
            pieces = _split_commands(text)
            if not pieces[-1].strip():
                lines = [Line(piece.strip(), ()) for piece in pieces[:-1]]
                lines[0] = Line(lines[0].text, tuple(echo))
                if lines[-1].text.lower() in ("#delimit cr", "#d cr"):
                    return lines, index, False
                return lines, index, True
    return ([Line(text.strip(), tuple(echo))] if text.strip() else []), index, True


def _split_commands(text: str) -> list[str]:
    pieces = [""]
    quoted = False
    for char in text:
        if char == '"':
            quoted = not quoted
        if char == ";" and not quoted:
            pieces.append("")
        else:
            pieces[-1] += char
    return pieces


def block_end(lines: list[Line], start: int) -> int:
    """The index of the line whose `}` closes the block that `lines[start]` opens; len(lines) when none does."""
    depth = 0
    for index in range(start, len(lines)):
        line = lines[index]
        if line.closes and index > start:
            depth -= 1
            if depth == 0:
                return index
        if line.opens:
            depth += 1
    return len(lines)


def define_end(lines: list[Line], start: int) -> int:
    """The index of the `end` that closes the program (or other end-closed block) opened at `start`."""
    for index in range(start + 1, len(lines)):
        if lines[index].text == "end":
            return index
    return len(lines)
