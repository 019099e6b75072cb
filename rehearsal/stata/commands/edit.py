"""keep, drop, rename, label, format, order, sort, gsort, recast, compress, preserve, restore, clear."""

from __future__ import annotations

import re

from rehearsal.stata.dataset import Dataset, check_name, default_format, order_rows, sort_data
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.numfmt import integer, is_format
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import Parsed, parse
from rehearsal.stata.values import NUMERIC_TYPES, fits, is_missing, store
from rehearsal.stata.words import split_words, unquote


@command("keep", by=True)
def keep(session: Session, rest: str) -> None:
    """`keep varlist` or `keep if exp`."""
    _select(session, rest, keeping=True)


@command("drop", by=True)
def drop(session: Session, rest: str) -> None:
    """`drop varlist` or `drop if exp`."""
    _select(session, rest, keeping=False)


def _select(session: Session, rest: str, keeping: bool) -> None:
    parsed = parse(rest)
    data = session.dataset
    if parsed.anything:
        if parsed.condition or parsed.rows:
            raise syntax_error()
        names = session.varlist(parsed.anything)
        data.drop([name for name in list(data.columns) if (name not in names) == keeping])
        return
    if not (parsed.condition or parsed.rows):
        raise syntax_error()
    chosen = set(session.each_row(parsed))
    data.clear_group()
    rows = [i for i in range(data.n) if (i in chosen) == keeping]
    gone = data.n - len(rows)
    if gone:
        data.keep_rows(rows)
    session.set_r(N_drop=gone)
    session.out.line(f"({integer(gone)} {'observation' if gone == 1 else 'observations'} deleted)")


@command("ren:ame")
def rename(session: Session, rest: str) -> None:
    """`rename old new` or `rename (olds) (news)`; r(110) when a new name is taken."""
    data = session.dataset
    found = re.match(r"\s*\((.*)\)\s*\((.*)\)\s*$", rest)
    old, new = (found[1].split(), found[2].split()) if found else ([], [])
    if not found:
        words = rest.partition(",")[0].split()
        if len(words) != 2:
            raise syntax_error()
        if "*" in words[0]:
            raise gap("rename with wildcards")
        old, new = words[:1], words[1:]
    if len(old) != len(new):
        raise syntax_error()
    names = [data.get(name).name for name in old]
    mapping = dict(zip(names, new, strict=True))
    for name in new:
        check_name(name)
        if name in data.columns and name not in mapping:
            raise StataError(110, f"variable {name} already defined")
    columns = {}
    for name, column in data.columns.items():
        column.name = mapping.get(name, name)
        columns[column.name] = column
    data.columns = columns
    data.sorted_by = [mapping.get(name, name) for name in data.sorted_by]
    data.changed = True


@command("la:bel")
def label(session: Session, rest: str) -> None:
    """`label variable|data|define|values|drop|list ...`."""
    words = rest.split(None, 1)
    kind, tail = words[0], words[1] if len(words) > 1 else ""
    data = session.dataset
    if len(kind) >= 3 and "variable".startswith(kind):
        name, _, text = tail.partition(" ")
        data.get(name).label = unquote(text)
    elif "data".startswith(kind) and len(kind) >= 2:
        data.label = unquote(tail)
    elif "define".startswith(kind) and len(kind) >= 3:
        _define(data, tail)
    elif "values".startswith(kind) and len(kind) >= 3:
        words = tail.partition(",")[0].split()
        if len(words) < 2:
            raise syntax_error()
        for name in session.varlist(" ".join(words[:-1])):
            data.columns[name].value_label = "" if words[-1] == "." else words[-1]
    elif kind == "drop":
        for name in tail.split():
            data.value_labels.pop(name, None)
    elif kind in ("list", "dir"):
        for name, labels in data.value_labels.items():
            session.out.line(f"{name}:")
            for number, text in sorted(labels.items()):
                session.out.line(f"{number:12d} {text}")
    else:
        raise gap(f"command label {kind}")


def _define(data: Dataset, text: str) -> None:
    body, _, options = text.partition(",")
    words = split_words(body)
    if len(words) < 3 or len(words) % 2 == 0:
        raise syntax_error()
    name = words[0]
    flags = options.split()
    present = data.value_labels.get(name)
    if present is not None and not {"add", "modify", "replace"} & set(flags):
        raise StataError(110, f"label {name} already defined")
    labels = {} if "replace" in flags or present is None else present
    for number, shown in zip(words[1::2], words[2::2], strict=True):
        labels[int(float(number))] = shown
    data.value_labels[name] = labels


@command("form:at")
def format_(session: Session, rest: str) -> None:
    """`format varlist %fmt`; r(120) for a format that does not suit."""
    words = rest.split()
    formats = [word for word in words if word.startswith("%")]
    names = session.varlist(" ".join(word for word in words if not word.startswith("%")))
    if len(formats) == 1 and formats[0].lstrip("%-").startswith(("t", "d")):
        raise gap(f"format {formats[0]}")
    if len(formats) != 1 or not is_format(formats[0]):
        raise StataError(120, "invalid %format")
    for name in names:
        if session.dataset.columns[name].is_text != formats[0].rstrip("c").endswith("s"):
            raise StataError(120, "invalid %format")
        session.dataset.columns[name].format = formats[0]


@command("order")
def order(session: Session, rest: str) -> None:
    """`order varlist [, first last after(v) before(v) alphabetic]`."""
    parsed = parse(rest, "first last a:fter:= before:= alpha:betic sequential")
    data = session.dataset
    names = session.varlist(parsed.anything)
    if "alphabetic" in parsed.options:
        names.sort()
    others = [name for name in data.columns if name not in names]
    place = 0
    if "last" in parsed.options:
        place = len(others)
    for option, shift in (("after", 1), ("before", 0)):
        if option in parsed.options:
            place = others.index(data.get(parsed.options.get(option)).name) + shift
    ordered = others[:place] + list(dict.fromkeys(names)) + others[place:]
    data.columns = {name: data.columns[name] for name in ordered}


@command("so:rt")
def sort(session: Session, rest: str) -> None:
    """`sort varlist`: ascending, missing last, ties in their present order."""
    parsed = parse(rest, "stable")
    names = session.varlist(parsed.anything)
    if not names:
        raise syntax_error()
    sort_data(session.dataset, names)


@command("gsort")
def gsort(session: Session, rest: str) -> None:
    """`gsort [+|-]var ...`: ascending and descending."""
    parsed = parse(rest, "mf:irst gen:erate:=", "")
    words = re.sub(r"([+-])\s+", r"\1", parsed.anything).split()
    names = [session.dataset.get(word.lstrip("+-")).name for word in words]
    down = frozenset(name for word, name in zip(words, names, strict=True) if word.startswith("-"))
    data = session.dataset
    rows = order_rows(data, names, down)
    for name in reversed([name for name in names if name in down and not data.columns[name].is_text]):
        values = data.columns[name].numbers
        if "mfirst" not in parsed.options and names[0] == name:
            rows = [i for i in rows if not is_missing(values[i])] + [i for i in rows if is_missing(values[i])]
    data.keep_rows(rows)
    data.sorted_by = [] if down else names


@command("recast")
def recast(session: Session, rest: str) -> None:
    """`recast type varlist [, force]`: to another numeric type where no value changes."""
    parsed = parse(rest, "force")
    words = parsed.anything.split(None, 1)
    if len(words) < 2 or words[0] not in NUMERIC_TYPES:
        raise syntax_error()
    for name in session.varlist(words[1]):
        column = session.dataset.columns[name]
        if column.is_text:
            raise StataError(109, "type mismatch")
        losing = sum(1 for value in column.numbers if store(value, words[0]) != value)
        if losing and "force" not in parsed.options:
            session.out.line(f"{name}:  {integer(losing)} values would be changed; not changed")
            continue
        column.values = [store(value, words[0]) for value in column.numbers]
        column.kind = words[0]


@command("compress")
def compress(session: Session, rest: str) -> None:
    """`compress [varlist]`: to the narrowest types that hold the values."""
    data = session.dataset
    before = data.row_width()
    for name in session.varlist(rest) if rest.strip() else list(data.columns):
        column = data.columns[name]
        kind = _narrowest(column.kind, column.values)
        if kind != column.kind:
            session.out.line(f"  variable {name} was {column.kind} now {kind}")
            if column.format == default_format(column.kind):
                column.format = default_format(kind)
            column.kind = kind
    session.out.line(f"  ({integer((before - data.row_width()) * data.n)} bytes saved)")


def _narrowest(kind: str, values: list[float | str]) -> str:
    if kind == "strL":
        return kind
    if kind.startswith("str"):
        return f"str{max([1, *(len(str(value).encode()) for value in values)])}"
    order = [k for k in ("byte", "int", "long") if NUMERIC_TYPES.index(k) < NUMERIC_TYPES.index(kind)]
    return next((k for k in order if all(fits(float(value), k) for value in values)), kind)


@command("preserve")
def preserve(session: Session, _rest: str) -> None:
    """Keeps a copy of the data for `restore`; r(621) when there is one."""
    if session.preserved:
        raise StataError(621, "already preserved")
    session.preserved.append(session.dataset.snapshot())


@command("restore")
def restore(session: Session, rest: str) -> None:
    """`restore [, not preserve]`: brings the kept copy back; r(622) when there is none."""
    parsed = parse(rest, "not preserve")
    if not session.preserved:
        raise StataError(622, "nothing to restore")
    saved = session.preserved.pop()
    if "not" in parsed.options:
        return
    session.dataset = saved
    if "preserve" in parsed.options:
        session.preserved.append(saved.snapshot())


@command("clear")
def clear(session: Session, rest: str) -> None:
    """`clear [all|matrix|programs|results]`: empties the data and what else is named."""
    what = rest.strip() or "data"
    if what in ("all", "*"):
        session.scalars.clear()
        session.matrices.clear()
        session.programs.clear()
        session.posts.clear()
        session.timers.clear()
        session.results = {"r": {}, "e": {}, "s": {}}
    elif what.startswith("mat"):
        session.matrices.clear()
        return
    elif what in ("programs", "ado"):
        session.programs.clear()
        return
    elif what in ("results", "mata", "rngstream", "frames", "collect"):
        return
    elif what != "data":
        raise syntax_error()
    session.dataset = Dataset()


def reset_data(session: Session, parsed: Parsed) -> None:
    """Makes room for new data; r(4) when the present ones have unsaved changes and `clear` was not said."""
    data = session.dataset
    if "clear" not in parsed.options and data.changed and data.columns:
        raise StataError(4, "no; dataset in memory has changed since last saved")
