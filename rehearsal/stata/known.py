"""Which names are Stata's own: so that a gap of this engine can be told from a command that does not exist."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from rehearsal.stata.syntax import abbreviations


@cache
def _names(filename: str) -> frozenset[str]:
    text = files("rehearsal.stata").joinpath(filename).read_text(encoding="utf-8")
    names: set[str] = set()
    for line in text.splitlines():
        for word in line.partition("#")[0].split():
            names.update(abbreviations(word))
    return frozenset(names)


def is_stata_command(name: str) -> bool:
    """Whether `name` is, or abbreviates, a command of Stata."""
    return name in _names("command_names.txt")


def is_stata_function(name: str) -> bool:
    """Whether `name` is a function of Stata."""
    return name in _names("function_names.txt")
