"""Whether a do-file was made from a template: its commands, in order and without others, filled in as the plan binds."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ss_audit.ss import facts
from ss_audit.stata_log.command_line import read_command

PLACEHOLDER = re.compile(r"__[A-Z][A-Z0-9_]*__|\{\{\s*\w+\s*\}\}")
LINE_END = re.compile(r"\r\n|\n|\r")
AN_END = re.compile(r"(?:cap(?:ture)? )?(?:log close(?: \w+)?|(?P<run>exit(?: 0)?(?: ?, ?(?:clear|STATA|STATA clear))?))")


def unlike_the_template(
    template: str, do_file: str, bound: Mapping[str, Any] = MappingProxyType({}), *, alone: bool = False
) -> str | None:
    """Where the do-file leaves the template, in words; None when it holds the template.

    In: `bound`, the values that the plan gives to placeholders; any text fits one that it does not name. `alone`: nothing
    may come after the template but the end of the log and of the run. Comments, blank lines, the byte order mark, the kind
    of line ending and the number of blanks don't count. What stands before the template's first command is SS's own; a line
    that is all placeholder may be left out.
    """
    wanted, written = _commands(filled(template, bound)), _commands(do_file)
    if not wanted:
        return "the template holds no command"
    starts = [i for i, line in enumerate(written) if _fits(wanted[0], line)]
    if not starts:
        return f"the do-file does not hold {wanted[0]!r}"
    matches = [_matched(wanted, written[start:]) for start in starts]
    count, left = max(matches, key=lambda found: (found[0], -len(_beyond_the_end(found[1]))))
    if count < len(wanted):
        where = left[0] if left else "nothing"
        return (
            f"after {count} of {len(wanted)} commands the template goes on with {wanted[count]!r}, the do-file with {where!r}"
        )
    more = _beyond_the_end(left) if alone else []
    return f"after the template's last command the do-file goes on with {more[0]!r}" if more else None


def filled(template: str, bound: Mapping[str, Any]) -> str:
    """The template with what is bound in its place. A value that is no text, number or list of them leaves it open."""
    values = {name: text for name, value in bound.items() if (text := _as_text(value)) is not None}
    values = {facts.plain(name): text for name, text in values.items()} | values
    return PLACEHOLDER.sub(lambda found: values.get(found[0], values.get(facts.plain(found[0]), found[0])), template)


def restricted_by(template: str) -> frozenset[str]:
    """The commands, by their full names, that the template itself restricts to a part of the data or weights."""
    joined = re.sub(r"///.*(\r\n|\n|\r)", " ", template)
    lines = [read_command(line) for line in _commands(joined)]
    return frozenset(line.name for line in lines if line.qualifier or line.weight or line.by or line.has_macros)


def _as_text(value: Any) -> str | None:
    if isinstance(value, list):
        parts = [_as_text(item) for item in value]
        return None if None in parts else " ".join(part for part in parts if part)
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _matched(wanted: list[str], written: list[str]) -> tuple[int, list[str]]:
    """How many of the wanted lines are there in a row, and the written lines that are left where that ends."""
    position = 0
    for count, line in enumerate(wanted):
        there = written[position] if position < len(written) else None
        follows = wanted[count + 1] if count + 1 < len(wanted) else None
        if _may_be_empty(line) and (there is None or (follows is not None and _fits(follows, there))):
            continue
        if there is None or not _fits(line, there):
            return count, written[position:]
        position += 1
    return len(wanted), written[position:]


def _beyond_the_end(left: list[str]) -> list[str]:
    """What is left after the template, without what ends a log or a run; after `exit` nothing is run."""
    for position, line in enumerate(left):
        end = AN_END.fullmatch(line)
        if end is None:
            return left[position:]
        if end["run"]:
            break
    return []


def _commands(text: str) -> list[str]:
    lines = (" ".join(line.split()) for line in LINE_END.split(text.lstrip("\ufeff")))
    return [line for line in lines if line and not line.startswith(("*", "//"))]


def _fits(template_line: str, line: str) -> bool:
    """Blanks beside a placeholder count as part of what is filled in: filled in with nothing at a line's end, they go."""
    literal = [re.escape(part.strip()) for part in PLACEHOLDER.split(template_line)]
    return re.fullmatch(r".*".join(literal), line) is not None


def _may_be_empty(template_line: str) -> bool:
    return not PLACEHOLDER.sub("", template_line).strip()
