"""What an expression in SS's source can mean to the route scan: texts, routers, functions, classes, or not known."""

import ast
from dataclasses import dataclass, field
from typing import Any

from ss_audit.ss.source_tree import SourceFile

Value = Any
"""A str, bool, None, a tuple of values, or one of the classes below."""


@dataclass(frozen=True)
class Unresolved:
    """A value that reading the source alone does not give; `expression` is its source text."""

    expression: str


Text = str | Unresolved


@dataclass(frozen=True)
class External:
    """Something imported from outside the tree, by its dotted name: `fastapi.APIRouter`."""

    name: str

    @property
    def last(self) -> str:
        return self.name.rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Module:
    """A module of the tree, by its name there."""

    name: str


@dataclass(eq=False)
class Scope:
    """Names and their values; what a scope lacks is looked up in the one around it."""

    file: SourceFile
    around: "Scope | None" = None
    names: dict[str, Value] = field(default_factory=dict)
    returned: list[Value] = field(default_factory=list)

    def look_up(self, name: str) -> Value:
        """The value, or Unresolved when no scope has the name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.around
        return Unresolved(name)


@dataclass(eq=False)
class Class:
    """A class, which also stands for all its instances; `base` is the router class that it extends, if it does."""

    scope: Scope
    base: External | None = None


@dataclass(eq=False)
class Function:
    """A function with the scope that it closes over; a method knows its class."""

    node: ast.FunctionDef | ast.AsyncFunctionDef
    scope: Scope
    owner: Class | None = None


@dataclass(frozen=True)
class RouteEntry:
    """One route as it is registered on a router. `methods` may be a tuple of str or Unresolved."""

    methods: Value
    path: Text
    in_schema: bool
    at: str


@dataclass(frozen=True)
class ChildEntry:
    """A router included in, or an application mounted on, another. `child` is None for a mount of something foreign."""

    child: "Router | None"
    prefix: Text
    in_schema: bool
    at: str
    mounted: bool = False


@dataclass(eq=False)
class Router:
    """An APIRouter, FastAPI or Starlette object, by the call that makes it. `included`: in or on another one."""

    at: str
    prefix: Text = ""
    in_schema: bool = True
    entries: list[RouteEntry | ChildEntry] = field(default_factory=list)
    included: bool = False


def joined(left: Text, right: Text) -> Text:
    """Two texts one after the other; unresolved when either is, with `<…>` around what is not known."""
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    return Unresolved(_shown(left) + _shown(right))


def _shown(text: Text) -> str:
    if isinstance(text, str):
        return text
    return text.expression if "<" in text.expression else f"<{text.expression}>"
