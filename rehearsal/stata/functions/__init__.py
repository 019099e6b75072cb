"""Stata's functions. `lookup` finds one by name; the modules hold them by field."""

from __future__ import annotations

from rehearsal.stata.functions.base import Function


def lookup(name: str) -> Function | None:
    """The function of that name, or None; modules are loaded when first asked."""
    from rehearsal.stata.functions import dates, logic, maths, probability, strings

    tables = (maths.FUNCTIONS, strings.FUNCTIONS, logic.FUNCTIONS, probability.FUNCTIONS, dates.FUNCTIONS)
    return next((table[name] for table in tables if name in table), None)
