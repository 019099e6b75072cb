"""Reading the logs that SS writes while it runs: where we stood, what came since, and the events in it."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

LOST = "[audit: the log was replaced or cut here; lines before this one may be missing]"
LEFT_OUT = "[audit: {} bytes of the log are left out here]"
BLOCK = 1 << 16
MOST = 1 << 22
"""Bytes that are read from each end of what a log got; who logs more is not followed through all of it."""


class Cursor(NamedTuple):
    """A place in a log: the file's identity (None: there was no file) and the offset of the first line not yet read."""

    inode: int | None
    offset: int


class LogFile:
    """One log file that another process appends to. Lines are UTF-8; what is not shows as U+FFFD."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def mark(self) -> Cursor:
        """The end of the last whole line: a line that is being written belongs to what comes after."""
        try:
            with self.path.open("rb") as log:
                status = os.fstat(log.fileno())
                return Cursor(status.st_ino, _end_of_last_line(log, status.st_size))
        except FileNotFoundError:
            return Cursor(None, 0)

    def ends_with_a_whole_line(self) -> bool:
        """Whether nobody is in the middle of a line; so too for an empty log."""
        return self.mark().offset == self.path.stat().st_size

    def since(self, cursor: Cursor) -> tuple[str, ...]:
        """Every whole line since then; a last line without its end is left for the next time.

        When the file was replaced or cut in between, the first line says so and all of the new file follows. Of more than
        8 MiB the middle is left out, at whole lines, and a line in its place says how much that is.
        """
        lost, begin, left_out, end = self._after(cursor)
        told = (LOST,) if lost else ()
        if not left_out:
            return (*told, *_lines(begin[: begin.rfind(b"\n") + 1]))
        first, last = begin[: begin.rfind(b"\n") + 1], end[end.find(b"\n") + 1 : end.rfind(b"\n") + 1]
        gap = left_out + len(begin) + end.rfind(b"\n") + 1 - len(first) - len(last)
        return (*told, *_lines(first), LEFT_OUT.format(gap), *_lines(last))

    def tail(self, since: Cursor, count: int = 15) -> tuple[str, ...]:
        """The last `count` non-empty lines since then, an unfinished one included: who dies seldom ends the line."""
        _, begin, _, end = self._after(since)
        return tuple(line for line in _lines(end or begin) if line.strip())[-count:]

    def _after(self, cursor: Cursor) -> tuple[bool, bytes, int, bytes]:
        """Whether lines were lost; what came since: its beginning, the number of bytes in between, its end."""
        try:
            with self.path.open("rb") as log:
                status = os.fstat(log.fileno())
                same = cursor.inode in (None, status.st_ino) and status.st_size >= cursor.offset
                log.seek(cursor.offset if same else 0)
                size = status.st_size - log.tell()
                if size <= 2 * MOST:
                    return not same, log.read(size), 0, b""
                begin = log.read(MOST)
                log.seek(status.st_size - MOST)
                return not same, begin, size - 2 * MOST, log.read(MOST)
        except FileNotFoundError:
            return cursor.inode is not None, b"", 0, b""


def events(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The lines that are JSON objects, parsed; whatever else a process prints (tracebacks, banners) is passed over."""
    found = (_event(line) for line in lines)
    return [event for event in found if event is not None]


def _end_of_last_line(log: BinaryIO, size: int) -> int:
    """Found from the end, block by block: logs grow, and their end is asked for often."""
    end = size
    while end > 0:
        start = max(0, end - BLOCK)
        log.seek(start)
        if (at := log.read(end - start).rfind(b"\n")) >= 0:
            return start + at + 1
        end = start
    return 0


def _event(line: str) -> dict[str, Any] | None:
    if not line.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _lines(content: bytes) -> tuple[str, ...]:
    text = content.decode("utf-8", "replace")
    return tuple(line.removesuffix("\r") for line in text.split("\n"))[: -1 if text.endswith("\n") or not text else None]
