"""Values that SS answered, as people write them down: no brackets and quotes of a programming language."""

from collections.abc import Mapping
from typing import Any


def written(value: Any) -> str:
    """`name = value, …` of a mapping, `one, other` of a list, "none" of what is empty; parts of parts in parentheses."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {_part(part)}" for name, part in value.items()) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(_part(part) for part in value) or "none"
    if value is None or value == "":
        return "nothing"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _part(value: Any) -> str:
    inside = isinstance(value, Mapping | list | tuple) and len(value) > 0
    return f"({written(value)})" if inside else written(value)
