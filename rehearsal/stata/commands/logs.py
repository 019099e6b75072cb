"""log using, log close, log on, log off: text logs beside the batch log."""

from __future__ import annotations

from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.registry import command
from rehearsal.stata.session import OpenLog, Session, clock, full_path
from rehearsal.stata.syntax import parse

_UNNAMED = "<unnamed>"


@command("log")
def log(session: Session, rest: str) -> None:
    """`log using file [, text replace append name()]`, `log close|on|off [name|_all]`; r(604), r(606), r(602)."""
    parsed = parse(rest, "append replace t:ext s:mcl name:= nomsg msg")
    words = parsed.anything.split()
    name = parsed.options.get("name") or _UNNAMED
    if parsed.using is not None and not words:
        return _open(
            session, parsed.using, name, "append" in parsed.options, "replace" in parsed.options, "smcl" in parsed.options
        )
    if not words:
        if not session.logs:
            session.out.line("(no log file open)")
        for item in session.logs:
            _describe(session, item, "opened on", "")
        return None
    if words[0] in ("close", "cl", "clo", "clos"):
        return _close(session, words[1] if len(words) > 1 else name)
    if words[0] in ("off", "on"):
        return _switch(session, words[0] == "on", words[1] if len(words) > 1 else name)
    if words[0] in ("query", "q"):
        return None
    raise syntax_error()


def _open(session: Session, filename: str, name: str, append: bool, replace: bool, smcl: bool) -> None:
    if smcl or filename.endswith(".smcl"):
        raise gap("option smcl")
    if any(item.name == name for item in session.logs):
        raise StataError(604, "log file already open")
    path = full_path(filename)
    path = path if path.suffix else path.with_suffix(".log")
    exists = path.exists()
    if exists and not (append or replace):
        raise StataError(602, f"file {path} already exists")
    try:
        stream = path.open("a" if append else "w", encoding="utf-8", newline="\n")
    except OSError:
        raise StataError(603, f"file {path} could not be opened") from None
    if not exists and (replace or append):
        session.out.paragraph(f"(file {path} not found)")
    item = OpenLog(name, path, stream)
    session.logs.append(item)
    session.out.attach(stream)
    session.out.rule()
    _describe(session, item, "opened on", "")
    session.set_r(filename=str(path), status="on", type="text")


def _describe(session: Session, item: OpenLog, moment: str, indent: str) -> None:
    out = session.out
    date, time = clock()
    out.line(f"      name:  {item.name}")
    out.line(f"       log:  {item.path}")
    out.line("  log type:  text")
    out.line(f" {moment}:  {date}, {time}{indent}")


def _close(session: Session, name: str) -> None:
    if name == "_all":
        if not session.logs:
            return
        for item in session.logs[:]:
            _close(session, item.name)
        return
    item = _find(session, name)
    _describe(session, item, "closed on", "")
    session.out.rule()
    session.logs.remove(item)
    if item.stream.closed:
        return
    session.out.detach(item.stream)
    item.stream.close()


def _find(session: Session, name: str) -> OpenLog:
    for item in session.logs:
        if item.name == name:
            return item
    raise StataError(606, "no log file open") if name == _UNNAMED else StataError(606, f"log {name} not found")


def _switch(session: Session, on: bool, name: str) -> None:
    item = _find(session, name)
    if on:
        session.out.attach(item.stream)
    else:
        session.out.detach(item.stream)
