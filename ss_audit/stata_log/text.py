"""Bytes of a log as lines: encoding, newlines, and how wide a line is on Stata's page."""

import re
import unicodedata

from ss_audit.stata_log.model import Newline


def decode(raw: bytes) -> tuple[str, str]:
    """The text and the name of its encoding. Stata writes UTF-8 from 14 on; older ones may write Latin-1."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if raw.startswith(mark):
            return raw.decode(name, errors="replace"), name
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return raw.decode("latin-1"), "latin-1"


def newline_of(text: str) -> Newline:
    """Which line ends the text uses."""
    windows = text.count("\r\n")
    unix = text.count("\n") - windows
    if windows and unix:
        return "mixed"
    if windows:
        return "CRLF"
    return "LF" if unix else "none"


def lines_of(text: str) -> list[str]:
    """The lines without their ends. Only line feeds end a line: a form feed or U+2028 in a cell does not."""
    lines = text.replace("\r\n", "\n").split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    return lines


def widths(line: str) -> tuple[int, int, int]:
    """The line's length in characters, in bytes of UTF-8, and in columns of a terminal."""
    columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)
    return len(line), len(line.encode("utf-8", errors="replace")), columns


def fills_the_page(line: str, linesize: int) -> bool:
    """Whether a line is long enough to have been broken at the page's edge (column `linesize` - 1).

    Which of the three widths Stata counts for text that isn't ASCII was not measured, so any of them will do. A wide
    character that would not have fitted leaves the line up to three columns short.
    """
    if line.isascii():
        return len(line) >= linesize - 1
    return any(width >= linesize - 4 for width in widths(line))


def unwrapped(lines: list[str], linesize: int = 80) -> list[str]:
    """Output lines with those joined that Stata broke at the page's edge and continued with "> "."""
    joined: list[str] = []
    last = ""
    for line in lines:
        if joined and line.startswith("> ") and fills_the_page(last, linesize):
            joined[-1] += line[2:]
        else:
            joined.append(line)
        last = line
    return joined


def one_blank(text: str) -> str:
    """The text with runs of blanks and tabs as one blank, without those at its ends."""
    return re.sub(r"[ \t]+", " ", text).strip()
