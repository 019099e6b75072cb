"""The table of commands that the engine has, with their abbreviations."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rehearsal.stata.syntax import abbreviations

if TYPE_CHECKING:
    from rehearsal.stata.session import Session

Handler = Callable[["Session", str], None]

_HANDLERS: dict[str, tuple[str, Handler]] = {}
_BYABLE: set[str] = set()


def command(*specs: str, by: bool = False) -> Callable[[Handler], Handler]:
    """Registers a handler under names such as `su:mmarize` (minimal abbreviation before the colon).

    The handler takes the session and what follows the command's name. `by` says that `by varlist:` may precede it.
    """

    def register(handler: Handler) -> Handler:
        for spec in specs:
            full = spec.replace(":", "")
            for short in abbreviations(spec):
                _HANDLERS.setdefault(short, (full, handler))
            _HANDLERS[full] = (full, handler)
            if by:
                _BYABLE.add(full)
        return handler

    return register


def find(name: str) -> tuple[str, Handler] | None:
    """The full name and the handler of the command that `name` is or abbreviates."""
    return _HANDLERS.get(name)


def allows_by(full_name: str) -> bool:
    """Whether `by varlist:` may precede the command."""
    return full_name in _BYABLE


def load_all() -> None:
    """Imports the modules that register commands."""
    from rehearsal.stata import commands

    commands.load()
