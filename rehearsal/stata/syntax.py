"""The common shape of Stata's commands: `anything [=exp] [if] [in] [weight] [using file] [, options]`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.words import quote_end, split_top, unquote

_OPTION = re.compile(r"\s*([A-Za-z_]\w*)\s*(\()?")


@dataclass
class Options:
    """Options by full name; an option without argument has the value ''."""

    given: dict[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.given

    def get(self, name: str, default: str = "") -> str:
        return self.given.get(name, default)


@dataclass
class Parsed:
    """The parts of a command; an empty text, or None for `exp` and `using`, says that a part was not there."""

    anything: str
    exp: str | None = None
    condition: str = ""
    rows: str = ""
    weight: str = ""
    using: str | None = None
    options: Options = field(default_factory=Options)


def abbreviations(spec: str) -> list[str]:
    """`su:mmarize` as su, sum, ... summarize; without a colon only the full word."""
    head, colon, tail = spec.partition(":")
    return [head + tail[:k] for k in range(len(tail) + 1)] if colon else [head]


def parse(text: str, options: str = "", gaps: str = "", split_exp: bool = False) -> Parsed:
    """Takes a command apart.

    `options` lists what the command takes, `d:etail` with minimal abbreviation, a `=` after those with an argument;
    `gaps` lists what Stata takes and this engine does not. With `split_exp`, `=exp` is parted off too.
    """
    main, comma, rest = _cut(text, ",")
    parsed = Parsed("", options=parse_options(rest, options, gaps) if comma else Options())
    for key, part in _clauses(main, split_exp):
        if key == "":
            parsed.anything = part
        elif key == "=":
            parsed.exp = part
        elif key == "if":
            parsed.condition = part
        elif key == "in":
            parsed.rows = part
        elif key == "using":
            parsed.using = unquote(part)
        else:
            parsed.weight = part
        if key and not part.strip():
            raise syntax_error()
    return parsed


def _cut(text: str, separator: str) -> tuple[str, bool, str]:
    parts = split_top(text, separator, 1)
    return parts[0], len(parts) > 1, parts[1] if len(parts) > 1 else ""


def _clauses(text: str, split_exp: bool) -> list[tuple[str, str]]:
    marks: list[tuple[str, int, int]] = [("", 0, 0)]
    index = depth = 0
    while index < len(text):
        char = text[index]
        if char == '"' or text.startswith('`"', index):
            index = quote_end(text, index)
            continue
        if char in "([":
            if char == "[" and not depth and re.match(r"\[\s*([aipf]?w\w*)\s*=", text[index:]):
                marks.append(("[", index, index + 1))
            depth += 1
        elif char in ")]":
            depth -= 1
        elif not depth and char == "=" and split_exp and not any(mark[0] in ("=", "if") for mark in marks):
            marks.append(("=", index, index + 1))
        elif not depth and (index == 0 or text[index - 1] in " \t)]\"'"):
            found = re.match(r"(if|in|using)(?=[\s(\"`]|$)", text[index:])
            if found and not any(mark[0] == found[1] for mark in marks):
                marks.append((found[1], index, index + len(found[1])))
                index += len(found[1])
                continue
        index += 1
    ends = [mark[1] for mark in marks[1:]] + [len(text)]
    return [
        (key, text[start:end].rstrip().rstrip("]") if key == "[" else text[start:end].strip())
        for (key, _, start), end in zip(marks, ends, strict=True)
    ]


def parse_options(text: str, spec: str, gaps: str = "") -> Options:
    """Options from the text after the comma; r(198) for one that the command does not take."""
    known: dict[str, tuple[str, bool]] = {}
    for item in spec.split():
        takes = item.endswith("=")
        name = item.rstrip("=")
        for short in abbreviations(name):
            known.setdefault(short, (name.replace(":", ""), takes))
    lacking = {short for item in gaps.split() for short in abbreviations(item)}
    given: dict[str, str] = {}
    index = 0
    while index < len(text):
        if text[index] in " \t,":
            index += 1
            continue
        found = _OPTION.match(text, index)
        if not found:
            raise syntax_error()
        name, argument = found[1], ""
        index = found.end()
        has_argument = bool(found[2])
        if has_argument:
            argument, index = _argument(text, index)
        if name not in known:
            raise gap(f"option {name}") if name in lacking else StataError(198, f"option {name} not allowed")
        full, takes = known[name]
        if takes and not has_argument:
            raise StataError(198, f"option {full}() incorrectly specified")
        if has_argument and not takes:
            raise StataError(198, f"option {name}() not allowed")
        given[full] = argument.strip()
    return Options(given)


def _argument(text: str, start: int) -> tuple[str, int]:
    depth = 1
    index = start
    while index < len(text):
        if text[index] == '"' or text.startswith('`"', index):
            index = quote_end(text, index)
            continue
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if not depth:
            return text[start:index], index + 1
        index += 1
    raise StataError(132, "too few ')' or ']'")
