"""One emitter feeds every log: the batch log and the text logs that the do-file opens.

Lines longer than the line size break after `linesize - 1` columns and go on after `> `, as Stata's do. What is shown
depends on the mode of the command that runs: `noisy` shows everything, `quiet` only errors, `silent` nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TextIO

from rehearsal.stata.width import columns, split_at

Mode = Literal["noisy", "quiet", "silent"]


class Emitter:
    """Writes text to the batch log and to every attached text log alike."""

    def __init__(self, batch_log: TextIO) -> None:
        self._sinks: list[TextIO] = [batch_log]
        self.mode: Mode = "noisy"
        self.echoing = True
        self.linesize = 80
        self.column = 0

    @property
    def width(self) -> int:
        return self.linesize - 1

    def attach(self, sink: TextIO) -> None:
        self._sinks.append(sink)

    def detach(self, sink: TextIO) -> None:
        self._sinks.remove(sink)

    @contextmanager
    def set_mode(self, mode: Mode) -> Iterator[None]:
        before = self.mode, self.echoing
        self.mode = mode
        if mode == "quiet":
            self.echoing = False
        try:
            yield
        finally:
            self.mode, self.echoing = before

    def echo_line(self, text: str = "") -> None:
        """A command as the log repeats it: also in a `capture {` block, not in a `quietly {` block."""
        if self.echoing:
            self._put(text + "\n")

    def write(self, text: str) -> None:
        """Ordinary output, wrapped; `text` may hold line ends and need not end in one."""
        if self.mode == "noisy":
            self._put(text)

    def line(self, text: str = "") -> None:
        self.write(text + "\n")

    def error(self, text: str) -> None:
        """What Stata shows in red: also under `quietly`, not under `capture`."""
        if self.mode != "silent":
            self._put(text)

    def note(self, text: str) -> None:
        """What the engine has to say about itself: one line, never wrapped, and in every mode, `capture` included."""
        self._put(text + "\n", wrap=False)

    def rule(self) -> None:
        self.line("-" * self.width)

    def paragraph(self, text: str, indent: int = 4) -> None:
        """A note in Stata's paragraph mode: 77 columns, later lines indented, overlong words broken with `> `."""
        width = self.width - 2
        lines: list[str] = []
        current = ""
        for word in text.split(" "):
            candidate = f"{current} {word}" if current.strip() else current + word
            if columns(candidate) <= width:
                current = candidate
                continue
            if current.strip():
                lines.append(current)
            current = " " * indent + word
            while columns(current) > width:
                head, tail = split_at(current, width)
                lines.append(head)
                current = " " * indent + "> " + tail
        lines.append(current)
        self.write("\n".join(lines) + "\n")

    def _put(self, text: str, wrap: bool = True) -> None:
        pieces: list[str] = []
        for index, part in enumerate(text.split("\n")):
            if index:
                pieces.append("\n")
                self.column = 0
            while part:
                room = self.width - self.column if wrap else columns(part)
                if columns(part) <= room:
                    pieces.append(part)
                    self.column += columns(part)
                    break
                head, part = split_at(part, room) if room > 0 else ("", part)
                pieces.append(head + "\n> ")
                self.column = 2
        out = "".join(pieces)
        for sink in self._sinks:
            sink.write(out)
        if "\n" in out:
            for sink in self._sinks:
                sink.flush()
