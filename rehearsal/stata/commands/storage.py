"""use, save, append-free storage of data sets, erase, copy, mkdir."""

from __future__ import annotations

import shutil
from pathlib import Path

from rehearsal.stata.commands.edit import reset_data
from rehearsal.stata.dta import dump, load
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session, clock
from rehearsal.stata.syntax import parse
from rehearsal.stata.words import split_words, unquote


def dta_path(name: str) -> Path:
    """`name` as a path, with .dta when it has no extension."""
    path = Path(name).expanduser()
    return path if path.suffix else path.with_suffix(".dta")


@command("u:se")
def use(session: Session, rest: str) -> None:
    """`use [varlist] [if] [in] using file [, clear]`; r(601), r(610), r(4)."""
    parsed = parse(rest, "clear nol:abel")
    name = parsed.using if parsed.using is not None else unquote(parsed.anything)
    if not name:
        raise syntax_error()
    reset_data(session, parsed)
    path = dta_path(name)
    if not path.is_file():
        raise StataError(601, f"file {path} not found")
    data = load(path.read_bytes())
    data.filename = str(path)
    session.dataset = data
    if parsed.using is not None:
        if parsed.condition or parsed.rows:
            data.keep_rows(session.rows(parsed))
        if parsed.anything:
            names = session.varlist(parsed.anything)
            data.drop([column for column in list(data.columns) if column not in names])
        data.changed = False
    if data.label:
        session.out.line(f"({data.label})")


@command("sa:ve")
def save(session: Session, rest: str) -> None:
    """`save [file] [, replace]` as .dta release 118; r(602) when the file is there."""
    parsed = parse(rest, "replace nol:abel empty:ok orphans all")
    data = session.dataset
    name = unquote(parsed.anything) or data.filename
    if not name:
        raise StataError(198, "invalid file specification")
    if not data.columns and "emptyok" not in parsed.options:
        raise StataError(102, "no variables defined")
    path = dta_path(name)
    existed = path.exists()
    if existed and "replace" not in parsed.options:
        raise StataError(602, f"file {path} already exists")
    try:
        path.write_bytes(dump(data))
    except OSError:
        raise StataError(603, f"file {path} could not be opened") from None
    data.filename = str(path)
    data.timestamp = f"{clock()[0]} {clock()[1][:5]}"
    data.changed = False
    if not existed and "replace" in parsed.options:
        session.out.paragraph(f"(file {path} not found)")
    suffix = "" if path.suffix == ".dta" else " as .dta format"
    session.out.paragraph(f"file {path} saved{suffix}")


@command("er:ase", "rm")
def erase(_session: Session, rest: str) -> None:
    """`erase file`; r(601) when it is not there."""
    path = Path(unquote(rest)).expanduser()
    if not path.is_file():
        raise StataError(601, f"file {path} not found")
    path.unlink()


@command("copy")
def copy(_session: Session, rest: str) -> None:
    """`copy file1 file2 [, replace]`; the network is a gap."""
    parsed = parse(rest, "replace public text")
    words = split_words(parsed.anything)
    if len(words) != 2:
        raise syntax_error()
    if "://" in words[0]:
        raise gap("copying from the network")
    source, target = (Path(word).expanduser() for word in words)
    if not source.is_file():
        raise StataError(601, f"file {source} not found")
    if target.is_dir():
        target = target / source.name
    if target.exists() and "replace" not in parsed.options:
        raise StataError(602, f"file {target} already exists")
    shutil.copyfile(source, target)


@command("mkdir")
def mkdir(_session: Session, rest: str) -> None:
    """`mkdir folder`; r(693) when it cannot be made."""
    parsed = parse(rest, "pub:lic")
    try:
        Path(unquote(parsed.anything)).mkdir()
    except OSError:
        raise StataError(693, f"could not create directory {unquote(parsed.anything)}") from None
