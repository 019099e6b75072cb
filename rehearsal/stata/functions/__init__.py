"""Stata's functions. `lookup` finds one by name; the modules hold them by field."""

from __future__ import annotations

from rehearsal.stata.functions.base import Function


def lookup(name: str) -> Function | None:
    """The function of that name, or None; modules are loaded when first asked."""
    from rehearsal.stata.functions import dates, logic, maths, probability, strings

    for module in (maths, strings, logic, probability, dates):
        found = module.FUNCTIONS.get(name)
        if found is not None:
            return found
    return None
