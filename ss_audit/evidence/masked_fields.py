"""Masking a record field by field: what comes from outside is masked, what is ours by its type is not.

Ours are the names of the fields, moments and numbers, words of which the model has a list (`Literal`), ids and digests. A
mask in one of these would break the record; none of them can hold a secret, since nobody else chose it.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

DIGEST = "sha256"


def fields_masked(record: BaseModel, masked: Callable[[Any], Any]) -> dict[str, Any]:
    """The record as JSON data. `masked` gets each value that may come from outside."""
    return _of_record(record, record.model_dump(mode="json"), masked)


def is_of_ours(name: str, annotation: Any) -> bool:
    """Whether the value of such a field can only be a word, an id or a digest of ours."""
    return name == "id" or name.endswith(DIGEST) or _is_literal(annotation)


def _is_literal(annotation: Any) -> bool:
    if get_origin(annotation) is Literal:
        return True
    arguments = [argument for argument in get_args(annotation) if argument not in (type(None), ...)]
    return bool(arguments) and all(map(_is_literal, arguments))


def _of_record(record: BaseModel, dumped: Mapping[str, Any], masked: Callable[[Any], Any]) -> dict[str, Any]:
    fields = type(record).model_fields
    return {
        name: value if is_of_ours(name, fields[name].annotation) else _of_value(getattr(record, name), value, masked)
        for name, value in dumped.items()
    }


def _of_value(value: Any, dumped: Any, masked: Callable[[Any], Any]) -> Any:
    if isinstance(value, BaseModel):
        return _of_record(value, dumped, masked)
    if isinstance(value, tuple | list):
        return [_of_value(item, item_dumped, masked) for item, item_dumped in zip(value, dumped, strict=True)]
    if isinstance(value, str | Mapping):
        return masked(dumped)
    return dumped
