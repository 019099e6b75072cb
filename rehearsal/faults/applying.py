"""Switching a fault on, in the process that it is about."""

from rehearsal.faults.catalogue import named
from rehearsal.faults.model import Process

VARIABLE = "SS_REHEARSAL_FAULT"


def apply(names: str, process: Process) -> None:
    """Applies the changes of these names (several with commas between) to the process that calls, where they are about it.

    Raises SystemExit for a name that the catalogue does not have: a fault that is silently not there would go unnoticed.
    """
    for name in names.split(","):
        try:
            change = named(name)
        except KeyError:
            raise SystemExit(
                f"{VARIABLE}={name}: the catalogue has no such fault (python -m rehearsal.faults lists them)"
            ) from None
        if change.apply is not None and process in change.where:
            change.apply()
