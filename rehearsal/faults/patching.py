"""How a fault changes a part of the rehearsal: one function put in the place of another, which it may still call."""

from collections.abc import Callable
from functools import wraps
from typing import Any


def instead_of(owner: Any, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorates the function that takes the place of `owner.name`; its first argument is the function that stood there."""
    original = getattr(owner, name)

    def put(replacement: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(original)
        def changed(*given: Any, **named: Any) -> Any:
            return replacement(original, *given, **named)

        setattr(owner, name, changed)
        return changed

    return put
