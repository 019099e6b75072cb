"""Text of anybody's within Markdown, so that it stays text: in GitHub's dialect, in lists and in tables."""

import re
from collections.abc import Iterable

from ss_audit.report.told.visible import visible

SIGNS = re.compile(r"[\\`*_{}\[\]<>#|~&$^]")
LINKS_ITSELF = re.compile(r"(?<=:)//|(?<=www)\.|@", re.IGNORECASE)


def prose(text: str) -> str:
    """On one line, with nothing in it that is markup, a link or HTML."""
    line = visible(" ".join(text.split()))
    escaped = SIGNS.sub(lambda sign: f"\\{sign[0]}", line)
    return LINKS_ITSELF.sub(lambda sign: f"\\{sign[0]}", escaped)


def code(text: str) -> str:
    """On one line as a code span, whatever backticks are in it; "(empty)" for nothing."""
    line = visible(" ".join(text.split()))
    if not line:
        return "(empty)"
    fence = "`" * (max((len(run) for run in re.findall(r"`+", line)), default=0) + 1)
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{room}{line}{room}{fence}"


def cell(markdown: str) -> str:
    """A code span or escaped prose as a table's cell: a bar inside a code span would end the cell."""
    return re.sub(r"(?<!\\)\|", r"\\|", markdown)


def link(text: str, target: str) -> str:
    """A link; `target` is one of ours and is URL-encoded already."""
    return f"[{prose(text)}](<{target}>)" if re.search(r"[()\s]", target) else f"[{prose(text)}]({target})"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """A table and an empty line after it. The cells are markdown already."""
    heads = list(heads)
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return [*lines, *(f"| {' | '.join(cell(value) for value in row)} |" for row in rows), ""]
