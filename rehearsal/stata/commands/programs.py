"""program drop/dir/list, syntax, gettoken, marksample."""

from __future__ import annotations

import re

from rehearsal.stata.dataset import Column
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse, parse_options
from rehearsal.stata.values import is_missing
from rehearsal.stata.words import split_top, split_words, unquote


@command("pr:ogram")
def program(session: Session, rest: str) -> None:
    """`program drop|dir|list`; definitions are taken by the interpreter."""
    words = rest.split()
    if words and words[0] == "drop":
        for name in words[1:]:
            if name in ("_all", "_allado"):
                session.programs.clear()
            elif session.programs.pop(name, None) is None:
                raise StataError(111, f"{name} not found")
        return
    if words and words[0] == "dir":
        for name in session.programs:
            session.out.line(f"{name:>20}")
        return
    if words and words[0] in ("list", "li"):
        for name in words[1:]:
            found = session.programs.get(name)
            if found is None:
                raise StataError(111, f"{name} not found")
            session.out.line(f"{name}:")
            for index, line in enumerate(found.lines):
                session.out.line(f"{index + 1:3d}. {line.text}")
        return
    raise syntax_error()


@command("syntax")
def syntax(session: Session, rest: str) -> None:
    """The common forms: varlist|varname|anything|newvarname, if, in, using, =exp, options with defaults."""
    pattern = re.sub(r"\s+", " ", rest.strip())
    given = session.macros.locals.get("0", "")
    found = re.match(r"((?:[^(),]|\([^()]*\))*)(?:,(.*))?$", pattern)
    if not found:
        raise syntax_error()
    main = found[1].rstrip()
    required, optional = _option_spec("[" * main.endswith("[") + (found[2] or ""))
    main = main.rstrip("[")
    spec = " ".join([*(item[0] for item in required), *(item[0] for item in optional)])
    head, tail = [*split_top(given, ",", 1), ""][:2]
    parsed = parse(head, split_exp="=" in main)
    options = parse_options(tail, spec)
    local = session.macros
    _assign_main(session, main, parsed.anything)
    for name, text, keyword in (
        ("if", parsed.condition, "if "),
        ("in", parsed.rows, "in "),
        ("using", parsed.using or "", "using "),
    ):
        allowed = bool(re.search(rf"(?<!\w){name}(?!\w)", main))
        if text and not allowed:
            raise StataError(101, f"{name} not allowed")
        shown = f'using "{text}"' if name == "using" and text else keyword + text if text else ""
        if allowed:
            local.set_local(name, shown)
    if "=" in main:
        local.set_local("exp", f"= {parsed.exp}" if parsed.exp else "")
    for item, name, _ in required:
        if item.rstrip("=").replace(":", "") not in options:
            raise StataError(198, f"option {name}() required")
        local.set_local(name, unquote(options.get(name)))
    for item, name, default in optional:
        full = item.rstrip("=").replace(":", "")
        if item.endswith("="):
            local.set_local(name, unquote(options.get(full, default)))
        else:
            local.set_local(name, name if full in options else "")


def _option_spec(text: str) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """Required and optional options as (spec for the parser, local name, default)."""
    required: list[tuple[str, str, str]] = []
    optional: list[tuple[str, str, str]] = []
    inside = False
    for found in re.finditer(r"\[|\]|([A-Za-z_]\w*)(?:\(([^()]*)\))?", text):
        token = found[0]
        if token in "[]":
            inside = token == "["
            continue
        name, argument = found[1], found[2]
        upper = re.match(r"[A-Z]+", name)
        minimal = len(upper[0]) if upper else len(name)
        lower = name.lower()
        spec = lower if minimal >= len(name) else lower[:minimal] + ":" + lower[minimal:]
        default = ""
        if argument is not None:
            spec += "="
            words = argument.split()
            default = words[1] if len(words) > 1 and words[0] in ("real", "integer", "numlist") else ""
        (optional if inside or argument is None or default else required).append((spec, lower, default))
    return required, optional


def _assign_main(session: Session, main: str, anything: str) -> None:
    local = session.macros
    found = re.search(r"\[?\s*(varlist|varname|newvarname|newvarlist|anything|namelist|name)(?:\(([^)]*)\))?", main)
    if not found:
        if anything:
            raise StataError(101, "varlist not allowed")
        return
    kind, details = found[1], found[2] or ""
    optional = found[0].startswith("[")
    if not anything:
        if not optional:
            raise StataError(100, "varlist required")
        local.set_local("varlist", " ".join(session.dataset.columns) if kind == "varlist" else "")
        return
    if kind in ("varlist", "varname"):
        names = session.varlist(anything)
        if "numeric" in details and any(session.dataset.columns[name].is_text for name in names):
            bad = next(name for name in names if session.dataset.columns[name].is_text)
            raise StataError(109, f"string variables not allowed in varlist;\n{bad} is a string variable")
        if kind == "varname" and len(names) > 1:
            raise StataError(103, "too many variables specified")
        local.set_local("varlist", " ".join(names))
    else:
        local.set_local(
            "varlist" if kind.startswith("newvar") else kind.replace("name", "namelist", 1) if kind == "name" else kind,
            anything,
        )


@command("marksample")
def marksample(session: Session, rest: str) -> None:
    """`marksample name`: a variable that is 1 in the observations that `syntax` let through."""
    parsed = parse(rest, "nov:arlist s:trok zero:weight")
    local = session.macros
    name = session.temp_name()
    condition = local.locals.get("if", "").removeprefix("if ").strip()
    rows = local.locals.get("in", "").removeprefix("in ").strip()
    parsed.condition, parsed.rows = condition, rows
    chosen = set(session.rows(parsed))
    data = session.dataset
    columns = (
        []
        if "novarlist" in parsed.options
        else [data.columns[each] for each in local.locals.get("varlist", "").split() if each in data.columns]
    )
    values: list[float | str] = [
        float(i in chosen and not any(not c.is_text and is_missing(c.numbers[i]) for c in columns)) for i in range(data.n)
    ]
    data.add(Column(name, "byte", values))
    session.temporaries[-1].append(name)
    local.set_local(parsed.anything.strip(), name)


@command("gettoken")
def gettoken(session: Session, rest: str) -> None:
    """`gettoken first [rest] : source [, parse("c")]`."""
    target, colon, source = rest.partition(":")
    names = target.split()
    origin = source.split(",")[0].strip()
    if not colon or not names or not origin:
        raise syntax_error()
    parse_on = re.search(r'p\w*\("([^"]*)"\)', source)
    text = session.macros.locals.get(origin, "").lstrip()
    if parse_on:
        marks = parse_on[1].replace(" ", "")
        found = re.match(rf"[{re.escape(marks)}]|[^{re.escape(parse_on[1])}]+", text) if text else None
        word = found[0] if found else ""
        after = text[len(word) :]
    else:
        words = split_words(text)
        word = words[0] if words else ""
        after = re.sub(r'^\s*(?:"[^"]*"|\S+)', "", text)
    session.macros.set_local(names[0], word)
    if len(names) > 1:
        session.macros.set_local(names[1], after)


@command("mata", "python")
def mata(_session: Session, _rest: str) -> None:
    """A gap: the engine has no other language in it."""
    raise gap("command mata or python")
