"""Stata's blocks, seen from one line of a do-file or of an echo: what it opens, what it closes, what it starts."""

import re
from typing import Literal

Block = Literal["loop", "program", "input", "braces"]

_PREFIX = r"(?:(?:cap(?:t|tu|tur|ture)?|qui(?:e|et|etl|etly)?|noi(?:s|si|sil|sily)?)\s*:?\s+)*"
_LOOP = re.compile(rf"^{_PREFIX}(?:foreach|forv(?:a|al|alu|alue|alues)?|while)\b.*\{{$")
_PROGRAM = re.compile(rf"^{_PREFIX}pr(?:o|og|ogr|ogra|ogram)?\s+(?:de(?:f|fi|fin|fine)?\s+)?(?!drop\b|dir\b|list\b)\w+")
_INPUT = re.compile(rf"^{_PREFIX}inp(?:u|ut)?\b")
_SILENT = re.compile(r"^(?:cap(?:t|tu|tur|ture)?|qui(?:e|et|etl|etly)?)\b(?!.*\bnoi).*\{$")
_DO = re.compile(rf"^{_PREFIX}(?:do|run)\s+(.+)$")


def code_of(text: str) -> str:
    """A line without trailing comments. A `//` inside a word (a path, an address) is no comment."""
    return re.sub(r"(?:^|\s)//.*$", "", re.sub(r"/\*.*?\*/", " ", text)).strip()


def is_comment(text: str) -> bool:
    """Whether the line holds nothing but a comment, or nothing at all."""
    return text.lstrip().startswith(("*", "//", "/*")) or not text.strip()


def opens(text: str) -> Block | None:
    """The block that a line opens, None for none. Loops, programs and input get their lines numbered in the echo."""
    code = code_of(text)
    if is_comment(text) or not code:
        return None
    if _LOOP.match(code):
        return "loop"
    if _PROGRAM.match(code):
        return "program"
    if _INPUT.match(code):
        return "input"
    return "braces" if code.endswith("{") else None


def closes_braces(text: str) -> bool:
    """Whether a line ends a block in braces."""
    return code_of(text).startswith("}")


def hides_its_body(text: str) -> bool:
    """Whether a line opens a block whose body Stata runs without echoing it (`quietly {`, `capture {`)."""
    return bool(_SILENT.match(code_of(text)))


def do_file_of(text: str) -> str | None:
    """The do-file that a `do` or `run` command names, without quotes; None for other commands."""
    if not (m := _DO.match(text.strip())):
        return None
    argument = m.group(1).strip()
    if quoted := re.match(r'`?"([^"]*)"', argument):
        return quoted.group(1)
    return argument


def is_visible_do(text: str) -> bool:
    """Whether a command runs a do-file whose echo and end appear in the log."""
    return bool(re.match(r"^(?:noi(?:sily)?\s*:?\s+)?do\s", text.strip()))
