"""file open, write, read, close."""

from __future__ import annotations

import re
from pathlib import Path

from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.numfmt import as_display, format_value, is_format
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.words import quote_end, unquote

_COUNT = re.compile(r"_(n(?:ewline)?|t(?:ab)?|p(?:age)?|s(?:kip)?|char)(?:\((\d+)\))?(?=\s|$|\"|`|\()")


@command("file")
def file(session: Session, rest: str) -> None:
    """`file open|write|read|close handle ...` for text files."""
    words = rest.split(None, 2)
    if not words:
        raise syntax_error()
    action = words[0]
    handle = words[1].rstrip(",") if len(words) > 1 else ""
    tail = words[2] if len(words) > 2 else ""
    if action == "open":
        _open(session, handle, tail)
    elif action == "write":
        _write(session, handle, tail)
    elif action == "read":
        _read(session, handle, tail)
    elif action == "close":
        _close(session, handle)
    elif action in ("seek", "set", "query", "sersetwrite", "sersetread"):
        raise gap(f"command file {action}")
    else:
        raise syntax_error()


def _open(session: Session, handle: str, tail: str) -> None:
    parsed = parse(tail, "r:ead w:rite rw read write t:ext b:inary replace append all")
    if handle in session.files:
        raise StataError(110, f"file handle {handle} already exists")
    if parsed.using is None:
        raise syntax_error()
    if "binary" in parsed.options:
        raise gap("option binary")
    path = Path(parsed.using).expanduser()
    existed = path.exists()
    try:
        if "read" in parsed.options:
            if not existed:
                raise StataError(601, f"file {path} not found")
            session.files[handle] = path.open("r", encoding="utf-8", errors="replace")
            return
        if existed and not ({"replace", "append"} & set(parsed.options.given)):
            raise StataError(602, f"file {path} already exists")
        appending = "append" in parsed.options
        session.files[handle] = path.open("a" if appending else "w", encoding="utf-8", newline="")
    except OSError:
        raise StataError(603, f"file {path} could not be opened") from None
    if not existed and "replace" in parsed.options:
        session.out.paragraph(f"(file {path} not found)")


def _write(session: Session, handle: str, text: str) -> None:
    stream = session.files.get(handle)
    if stream is None:
        raise StataError(198, f"file handle {handle} not found")
    if not stream.writable():
        raise StataError(198, "file opened for reading")
    stream.write(compose(session, text))


def compose(session: Session, text: str) -> str:
    """What `file write h text` writes: strings, (expressions), %formats before them, _n, _tab and their kin."""
    out: list[str] = []
    fmt = ""
    index = 0
    while index < len(text):
        if text[index] in " \t":
            index += 1
            continue
        counted = _COUNT.match(text, index)
        if counted:
            count = int(counted[2] or 1)
            kind = counted[1]
            out.append(chr(count) if kind == "char" else {"n": "\n", "t": "\t", "p": "\f", "s": " "}[kind[0]] * count)
            index = counted.end()
            continue
        if text[index] == '"' or text.startswith('`"', index):
            end = quote_end(text, index)
            piece = unquote(text[index:end])
            out.append(format_value(piece, fmt) if fmt else piece)
            fmt, index = "", end
            continue
        if text[index] == "(":
            end = closing(text, index)
            value = session.value(text[index + 1 : end])
            out.append(format_value(value, fmt) if fmt else as_display(value))
            fmt, index = "", end + 1
            continue
        found = re.match(r"%\S+", text[index:])
        if not found or not is_format(found[0]):
            raise syntax_error()
        fmt, index = found[0], index + found.end()
    return "".join(out)


def closing(text: str, start: int) -> int:
    """The index of the parenthesis that closes the one at `start`; r(132) when none does."""
    depth = 0
    index = start
    while index < len(text):
        if text[index] == '"':
            index = quote_end(text, index)
            continue
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if not depth:
            return index
        index += 1
    raise StataError(132, "too few ')' or ']'")


def _read(session: Session, handle: str, tail: str) -> None:
    stream = session.files.get(handle)
    if stream is None:
        raise StataError(198, f"file handle {handle} not found")
    line = stream.readline()
    session.macros.set_local(tail.strip(), line.rstrip("\r\n"))
    session.set_r(eof=0 if line else 1, status="win" if line else "eof")


def _close(session: Session, handle: str) -> None:
    if handle == "_all":
        for stream in session.files.values():
            stream.close()
        session.files.clear()
        return
    open_stream = session.files.pop(handle, None)
    if open_stream is None:
        raise StataError(198, f"file handle {handle} not found")
    open_stream.close()
