"""Observations: what an experiment saw, made of evidence entries, as the checks read it.

In the event log an observation stands as its structure with references to its entries, so that it can be rebuilt from
the log alone and judged again.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Self

from ss_audit.evidence.model import Evidence, Fact

REFERENCE = "$evidence"


class Observation(Fact):
    """Base of every observation. Fields are evidence entries, plain facts, other records, or tuples and dicts of these."""

    def evidence(self) -> tuple[Evidence, ...]:
        """Every entry that it is made of, each once, in the order of its fields."""
        return tuple({entry.id: entry for entry in _entries(self)}.values())

    def referenced(self) -> dict[str, Any]:
        """Its structure as JSON data in which each entry is a reference."""
        return {name: _with_references(getattr(self, name)) for name in type(self).model_fields}

    @classmethod
    def rebuilt(cls, structure: Mapping[str, Any], entries: Mapping[str, Evidence]) -> Self:
        """The observation from its structure and the entries of the log. Raises KeyError for an entry that is not there."""
        return cls.model_validate(_resolved(structure, entries))


def _entries(value: Any) -> Iterator[Evidence]:
    if isinstance(value, Evidence):
        yield value
    elif isinstance(value, Fact):
        for name in type(value).model_fields:
            yield from _entries(getattr(value, name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _entries(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _entries(item)


def _with_references(value: Any) -> Any:
    if isinstance(value, Evidence):
        return {REFERENCE: value.id}
    if isinstance(value, Fact):
        return {name: _with_references(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        return {key: _with_references(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_with_references(item) for item in value]
    return value


def _resolved(value: Any, entries: Mapping[str, Evidence]) -> Any:
    if isinstance(value, Mapping):
        if REFERENCE in value:
            return entries[value[REFERENCE]]
        return {key: _resolved(item, entries) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, entries) for item in value]
    return value
