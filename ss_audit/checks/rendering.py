"""Whether a do-file was made from a template: its commands, in order and without others between, placeholders filled in."""

import re

PLACEHOLDER = re.compile(r"__[A-Z][A-Z0-9_]*__|\{\{\s*\w+\s*\}\}")
LINE_END = re.compile(r"\r\n|\n|\r")


def unlike_the_template(template: str, do_file: str) -> str | None:
    """Where the do-file leaves the template, in words; None when it holds the template.

    Comments, blank lines, the byte order mark and the kind of line ending don't count. What stands before the
    template's first command and after its last is SS's own; a line that is all placeholder may be left out.
    """
    wanted, written = _commands(template), _commands(do_file)
    if not wanted:
        return "the template holds no command"
    starts = [i for i, line in enumerate(written) if _fits(wanted[0], line)]
    if not starts:
        return f"the do-file does not hold {wanted[0]!r}"
    furthest, where = max((_matched(wanted, written[start:]) for start in starts), key=lambda found: found[0])
    if furthest == len(wanted):
        return None
    return (
        f"after {furthest} of {len(wanted)} commands the template goes on with {wanted[furthest]!r}, the do-file with {where!r}"
    )


def _matched(wanted: list[str], written: list[str]) -> tuple[int, str]:
    """How many of the wanted lines are there in a row, and the written line at which that ends."""
    position = 0
    for count, line in enumerate(wanted):
        there = written[position] if position < len(written) else None
        follows = wanted[count + 1] if count + 1 < len(wanted) else None
        if _may_be_empty(line) and (there is None or (follows is not None and _fits(follows, there))):
            continue
        if there is None or not _fits(line, there):
            return count, there or "nothing"
        position += 1
    return len(wanted), ""


def _commands(text: str) -> list[str]:
    lines = (line.strip() for line in LINE_END.split(text.lstrip("\ufeff")))
    return [line for line in lines if line and not line.startswith(("*", "//"))]


def _fits(template_line: str, line: str) -> bool:
    """Blanks beside a placeholder count as part of what is filled in: filled in with nothing at a line's end, they go."""
    literal = [re.escape(part.strip()) for part in PLACEHOLDER.split(template_line)]
    return re.fullmatch(r".*".join(literal), line) is not None


def _may_be_empty(template_line: str) -> bool:
    return not PLACEHOLDER.sub("", template_line).strip()
