"""What a prompt of SS's asks, once it is read. No wording of any prompt is known here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Operation(StrEnum):
    """What SS wants done, by the names that SS records in its own LLM metadata."""

    DRAFT = "draft_preview"
    FAMILIES = "do_template.select_families"
    TEMPLATE = "do_template.select_template"
    PLAN = "plan.generate"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the uploaded data. `kind` is `numeric`, `string`, or empty where the prompt doesn't say."""

    name: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A template or a family that the prompt offers.

    `name` is what it is called (name and slug), `text` is everything else that the prompt says about it.
    """

    id: str
    name: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One prompt, read.

    `keys` are the keys that the answer may have, in order; empty means that the prompt names none. `schema_version` is the
    one that the prompt asks for, `limit` the most families or steps that it allows. `draft` holds the variables that an
    earlier answer found, where the prompt repeats them.
    """

    operation: Operation
    requirement: str
    columns: tuple[Column, ...] = ()
    offers: tuple[Offer, ...] = ()
    draft: Mapping[str, Any] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    schema_version: int = 2
    limit: int = 1
