"""Extended macro functions: what follows `local x :`."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.numfmt import as_display, format_value, is_format
from rehearsal.stata.values import Value
from rehearsal.stata.words import raw_words, split_words, unquote

if TYPE_CHECKING:
    from rehearsal.stata.session import Session

_LIST_NAME = re.compile(r"[A-Za-z_]\w*")


def extended_function(session: Session, text: str) -> str:
    """The result of `: text`; r(198) for what is no extended function."""
    word, _, rest = text.strip().partition(" ")
    rest = rest.strip()
    if word == "word":
        return _word(rest, session)
    if word in ("length", "strlen", "ustrlen", "udstrlen"):
        kind, _, argument = rest.partition(" ") if word == "length" else (word, "", rest)
        names = argument.split() if kind in ("local", "global") else []
        subject = session.macros.locals.get(names[0], "") if names else unquote(rest)
        return str(len(subject))
    if word in ("type", "format", "value"):
        return _variable(session, word, rest)
    if word in ("variable", "var"):
        _, _, name = rest.partition(" ")
        return session.dataset.get(name.strip()).label
    if word in ("label", "data"):
        return _label(session, word, rest)
    if word in ("display", "di"):
        return _display(session, rest)
    if word in ("subinstr", "subinword"):
        return _subinstr(session, rest)
    if word == "list":
        return _list(session, rest)
    if word in ("rownames", "colnames", "rowfullnames", "colfullnames"):
        matrix = session.matrix(rest)
        if matrix is None:
            raise StataError(111, f"matrix {rest} not found")
        return " ".join(matrix.rows if word.startswith("row") else matrix.columns)
    if word in ("sortedby",):
        return " ".join(session.dataset.sorted_by)
    if word == "piece":
        return _piece(rest)
    if word in ("environment", "env"):
        return os.environ.get(rest, "")
    if word in ("upper", "lower", "proper"):
        return {"upper": str.upper, "lower": str.lower, "proper": str.title}[word](rest)
    if word in ("dir", "dirs", "files"):
        return _files(rest)
    if word == "permname":
        return unquote(rest)
    if word in ("char", "constraint", "serset", "tempvar", "tempfile", "all", "pwd", "sysdir", "properties", "results"):
        if word == "tempvar":
            return session.temp_name()
        if word == "tempfile":
            return str(session.temp_file())
        if word == "pwd":
            return str(Path.cwd())
        raise gap(f"extended macro function {word}")
    raise syntax_error()


def _word(rest: str, session: Session) -> str:
    head, _, tail = rest.partition(" ")
    if head == "count":
        return str(len(split_words(tail)))
    _, _, words = tail.strip().partition(" ") if tail.strip().startswith("of") else ("", "", "")
    items = split_words(words)
    index = int(session.number(head))
    return items[index - 1] if 1 <= index <= len(items) else ""


def _variable(session: Session, word: str, rest: str) -> str:
    if word == "value":
        return session.dataset.get(rest.replace("label", "", 1).strip()).value_label
    column = session.dataset.get(rest)
    return column.kind if word == "type" else column.format


def _label(session: Session, word: str, rest: str) -> str:
    if word == "data":
        return session.dataset.label
    parts = rest.split()
    if len(parts) < 2:
        raise syntax_error()
    name = parts[0]
    if name.startswith("("):
        name = session.dataset.get(name.strip("()")).value_label
    labels = session.dataset.value_labels.get(name, {})
    if parts[1] == "maxlength":
        return str(max((len(label) for label in labels.values()), default=0))
    number = int(float(parts[1]))
    return labels.get(number, "" if "strict" in rest else str(number))


def _display(session: Session, rest: str) -> str:
    out: list[str] = []
    fmt = ""
    for part in raw_words(rest):
        if is_format(part):
            fmt = part
            continue
        value: Value = session.value(part)
        out.append(format_value(value, fmt) if fmt else as_display(value))
        fmt = ""
    return "".join(out)


def _subinstr(session: Session, rest: str) -> str:
    where, _, arguments = rest.partition(" ")
    words = raw_words(arguments.split(",")[0] if "count(" in arguments else arguments)
    if len(words) < 3:
        raise syntax_error()
    source = session.macros.locals if where == "local" else session.macros.globals
    old, new = unquote(words[1]), unquote(words[2])
    whole_word = "word" in words[3:] or ", word" in arguments
    limit = -1 if "all" in words[3:] else 1
    text = source.get(words[0], "")
    if whole_word:
        return re.sub(rf"(?<!\S){re.escape(old)}(?!\S)", new.replace("\\", r"\\"), text, count=max(limit, 0))
    return text.replace(old, new, limit)


def _piece(rest: str) -> str:
    words = raw_words(rest)
    if len(words) < 4:
        raise syntax_error()
    which, size, text = int(words[0]), int(words[1]), unquote(" ".join(words[3:]))
    pieces: list[str] = []
    while text:
        if len(text) <= size:
            pieces.append(text)
            break
        cut = text.rfind(" ", 0, size + 1)
        cut = cut if cut > 0 else size
        pieces.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return pieces[which - 1] if 1 <= which <= len(pieces) else ""


def _files(rest: str) -> str:
    words = split_words(rest)
    if len(words) < 2:
        raise syntax_error()
    folder, kind = words[0], words[1]
    pattern = words[2] if len(words) > 2 else "*"
    keep = Path.is_dir if kind.startswith("dir") else Path.is_file
    return " ".join(f'"{path.name}"' for path in sorted(Path(folder).glob(pattern)) if keep(path))


def _list(session: Session, rest: str) -> str:
    local = session.macros.locals

    def items(name: str) -> list[str]:
        return split_words(local.get(name.strip(), ""))

    head, _, tail = rest.partition(" ")
    if head in ("sizeof", "uniq", "dups", "sort", "clean", "retokenize") and tail:
        words = items(tail)
        if head == "sizeof":
            return str(len(words))
        if head == "uniq":
            return " ".join(dict.fromkeys(words))
        if head == "dups":
            return " ".join(word for index, word in enumerate(words) if word in words[:index])
        return " ".join(sorted(words) if head == "sort" else words)
    found = re.match(r"posof\s+(\".*?\"|\S+)\s+in\s+(\w+)$", rest)
    if found:
        words = items(found[2])
        wanted = unquote(found[1])
        return str(words.index(wanted) + 1 if wanted in words else 0)
    found = re.match(r"(\w+)\s*(===|==|\||&|-|in)\s*(\w+)$", rest)
    if not found:
        raise syntax_error()
    left, right = items(found[1]), items(found[3])
    match found[2]:
        case "|":
            return " ".join(left + [word for word in right if word not in left])
        case "&":
            return " ".join(word for word in left if word in right)
        case "-":
            return " ".join(word for word in left if word not in right)
        case "==":
            return str(int(left == right))
        case "===":
            return str(int(sorted(left) == sorted(right)))
        case _:
            return str(int(all(word in right for word in left)))
