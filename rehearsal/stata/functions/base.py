"""What a function is: a Python callable on values, with the kinds that it takes and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rehearsal.stata.values import MISSING, clean, is_missing


@dataclass(frozen=True)
class Function:
    """`takes`: one letter per argument, n number, s string, * either; a last `+` repeats the letter before it.

    `least` is the smallest number of arguments. Missing numbers reach the callable as they are.
    """

    call: Callable[..., Any]
    takes: str
    gives_text: bool = False
    least: int = -1

    def kinds(self, count: int) -> str | None:
        """The letters for `count` arguments, or None when that many are wrong."""
        if self.takes.endswith("+"):
            base = self.takes[:-1]
            return base + base[-1] * (count - len(base)) if count >= len(base) else None
        least = self.least if self.least >= 0 else len(self.takes)
        return self.takes[:count] if least <= count <= len(self.takes) else None


def numeric(call: Callable[..., float], arguments: int = 1, least: int = -1) -> Function:
    """A numeric function that is `.` when an argument is missing or where mathematics gives no number."""

    def safe(*values: float) -> float:
        if any(is_missing(value) for value in values):
            return MISSING
        try:
            return clean(float(call(*values)))
        except (ValueError, ZeroDivisionError, OverflowError):
            return MISSING

    return Function(safe, "n" * arguments, least=least)
