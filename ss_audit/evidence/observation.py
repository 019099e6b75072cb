"""Observations: what an experiment saw, made of evidence entries, as the checks read it.

In the event log an observation stands as its structure with references to its entries, so that it can be rebuilt from
the log alone and judged again.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

from ss_audit.evidence.masked_fields import is_of_ours
from ss_audit.evidence.model import Evidence, Fact

REFERENCE = "$evidence"


class Observation(Fact):
    """Base of every observation. Fields are evidence entries, plain facts, other records, or tuples and dicts of these."""

    def evidence(self) -> tuple[Evidence, ...]:
        """Every entry that it is made of, each once, in the order of its fields."""
        return tuple({entry.id: entry for entry in _entries(self)}.values())

    def referenced(self, masked: Callable[[Any], Any] = lambda value: value) -> dict[str, Any]:
        """Its structure as JSON data in which each entry is a reference. `masked` gets what may come from outside."""
        return _fields(self, masked)

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


def _fields(fact: Fact, masked: Callable[[Any], Any]) -> dict[str, Any]:
    fields = type(fact).model_fields
    kept = {name: is_of_ours(name, field.annotation) for name, field in fields.items()}
    return {name: _with_references(getattr(fact, name), _as_it_is if kept[name] else masked) for name in fields}


def _with_references(value: Any, masked: Callable[[Any], Any]) -> Any:
    if isinstance(value, Evidence):
        return {REFERENCE: value.id}
    if isinstance(value, Fact):
        return _fields(value, masked)
    if isinstance(value, Mapping):
        return {masked(key): _with_references(item, masked) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_with_references(item, masked) for item in value]
    return masked(value)


def _as_it_is(value: Any) -> Any:
    return value


def _resolved(value: Any, entries: Mapping[str, Evidence]) -> Any:
    if isinstance(value, Mapping):
        if REFERENCE in value:
            return entries[value[REFERENCE]]
        return {key: _resolved(item, entries) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, entries) for item in value]
    return value
