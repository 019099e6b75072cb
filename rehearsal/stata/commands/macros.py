"""local, global, macro, scalar, tempvar, tempname, tempfile, args, syntax-free macro work."""

from __future__ import annotations

import re

from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.numfmt import as_display, as_macro
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.words import split_words, unquote

_NAME = re.compile(r"\s*(\+\+|--)?([A-Za-z_0-9]\w*)(\+\+|--)?")


@command("loc:al")
def local(session: Session, rest: str) -> None:
    """`local name [= exp | : function | text]`, `local ++name`."""
    name, text = _definition(session, rest)
    session.macros.set_local(name, text)


@command("gl:obal")
def global_(session: Session, rest: str) -> None:
    """`global name [= exp | : function | text]`."""
    name, text = _definition(session, rest)
    session.macros.set_global(name, text)


def _definition(session: Session, rest: str) -> tuple[str, str]:
    found = _NAME.match(rest)
    if not found:
        raise syntax_error()
    before, name, after = found.groups()
    if len(name) > 32:
        raise StataError(198, f"{name} invalid name")
    if before or after:
        sign = "+" if "+" in (before or after or "") else "-"
        return name, session.evaluate_macro(f"{session.macros.locals.get(name, '0')} {sign} 1")
    body = rest[found.end() :]
    stripped = body.strip()
    if body and not body[0].isspace() and body[0] not in '=:"`':
        raise StataError(198, f"{(name + body).split()[0]} invalid name")
    if stripped.startswith("="):
        return name, session.evaluate_macro(stripped[1:])
    if stripped.startswith(":"):
        return name, session.extended(stripped[1:].strip())
    return name, unquote(stripped) if stripped.startswith(('"', '`"')) else stripped


@command("ma:cro")
def macro(session: Session, rest: str) -> None:
    """`macro drop|list|dir|shift`."""
    words = rest.split()
    if not words:
        raise syntax_error()
    if words[0] in ("drop",):
        for name in words[1:]:
            if name == "_all":
                session.macros.globals.clear()
            else:
                session.macros.globals.pop(name, None)
                if name.startswith("_"):
                    session.macros.locals.pop(name[1:], None)
        return
    if words[0] in ("dir", "list", "l"):
        for name, text in session.macros.globals.items():
            session.out.line(f"{name + ':':<16}{text}")
        for name, text in session.macros.locals.items():
            session.out.line(f"{'_' + name + ':':<16}{text}")
        return
    if words[0] == "shift":
        _shift(session, int(words[1]) if len(words) > 1 else 1)
        return
    raise gap(f"command macro {words[0]}")


def _shift(session: Session, by: int) -> None:
    local = session.macros.locals
    positional: list[str] = []
    while str(len(positional) + 1) in local:
        positional.append(local.pop(str(len(positional) + 1)))
    for index, word in enumerate(positional[by:]):
        local[str(index + 1)] = word
    local["*"] = " ".join(positional[by:])


@command("tempvar")
def tempvar(session: Session, rest: str) -> None:
    """`tempvar names`: names for variables that go when the do-file or program ends."""
    _temporary(session, rest)


@command("tempname")
def tempname(session: Session, rest: str) -> None:
    """`tempname names`: names for scalars, matrices and handles that go likewise."""
    _temporary(session, rest)


def _temporary(session: Session, rest: str) -> None:
    names = rest.split()
    if not names:
        raise syntax_error()
    for name in names:
        temporary = session.temp_name()
        session.macros.set_local(name, temporary)
        session.temporaries[-1].append(temporary)


@command("tempfile")
def tempfile(session: Session, rest: str) -> None:
    """`tempfile names`: paths of files that go when the session ends."""
    for name in rest.split():
        session.macros.set_local(name, str(session.temp_file()))


@command("sca:lar")
def scalar(session: Session, rest: str) -> None:
    """`scalar name = exp`, `scalar list`, `scalar drop`."""
    text = re.sub(r"^\s*(?:def\w*)\s+(?=\w)", "", rest)
    words = text.split()
    if words and words[0] == "drop":
        for name in words[1:]:
            if name == "_all":
                session.scalars.clear()
            elif session.scalars.pop(name, None) is None:
                raise StataError(111, f"{name} not found")
        return
    if not words or words[0] in ("list", "li", "dir", "l"):
        for name in words[1:] or list(session.scalars):
            if name not in session.scalars:
                raise StataError(111, f"{name} not found")
            session.out.line(f"{name:>10} = {as_display(session.scalars[name]):>10}")
        return
    found = re.match(r"\s*([A-Za-z_]\w*)\s*=(?!=)(.*)$", text, re.DOTALL)
    if not found:
        raise syntax_error()
    session.scalars[found[1]] = session.value(found[2])


@command("args")
def args(session: Session, rest: str) -> None:
    """`args names`: names for the positional arguments."""
    for index, name in enumerate(rest.split()):
        session.macros.set_local(name, session.macros.locals.get(str(index + 1), ""))


@command("token:ize")
def tokenize(session: Session, rest: str) -> None:
    """`tokenize text [, parse(c)]`: the words as positional arguments."""
    text, _, options = rest.partition(",")
    words = split_words(unquote(text.strip()))
    found = re.search(r'p\w*\("(.)"\)', options)
    if found:
        words = [piece for piece in re.split(f"({re.escape(found[1])})", unquote(text.strip())) if piece]
    for name in [key for key in session.macros.locals if key.isdigit() and key != "0"]:
        del session.macros.locals[name]
    for index, word in enumerate(words):
        session.macros.set_local(str(index + 1), word)


@command("numlist")
def numlist(session: Session, rest: str) -> None:
    """`numlist "list"`: the numbers in r(numlist)."""
    from rehearsal.stata.words import parse_numlist

    words = [as_macro(number) for number in parse_numlist(unquote(rest.partition(",")[0]))]
    session.set_r(numlist=" ".join(words))
