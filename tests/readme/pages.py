"""The pages that people read first, and the commands that stand in them."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md", "reports/README.md", "docs/decisions.md", "docs/evidence-format.md", "docs/remote.md",
    "docs/github-actions.md",
)  # fmt: skip
_BLOCK = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`(?P<text>[^`\n]+)`(?!`)")
_OURS = re.compile(r"(?:make|behave|ss-audit) \S")
_MAKE_VARIABLE = re.compile(r" (?P<name>[A-Z_]+)=\S+")


def text_of(page: str) -> str:
    """The text of a page of the project, by its path."""
    return (ROOT / page).read_text("utf-8")


def commands_in(markdown: str) -> tuple[str, ...]:
    """The commands of this project: all in `sh` blocks, and those within a sentence; what is set for make is left out."""
    return tuple(_MAKE_VARIABLE.sub("", line) if line.startswith("make ") else line for line in _written(markdown))


def make_variables_in(markdown: str) -> set[str]:
    """The names of the variables that are set for make."""
    return {name for line in _written(markdown) if line.startswith("make ") for name in _MAKE_VARIABLE.findall(line)}


def _written(markdown: str) -> Iterator[str]:
    for block in _BLOCK.finditer(markdown):
        if block["language"] == "sh":
            yield from (line for line in block["text"].replace("\\\n", " ").splitlines() if line.strip())
    outside = _BLOCK.sub("", markdown)
    yield from (found["text"] for found in _INLINE.finditer(outside) if _OURS.match(found["text"]))
