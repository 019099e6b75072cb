"""The commands, a module for each family; importing a module registers its commands."""

from __future__ import annotations

from importlib import import_module

_FAMILIES = (
    "checks",
    "correlate",
    "describe",
    "display",
    "duplicates",
    "edit",
    "egen",
    "exchange",
    "files",
    "flow",
    "generate",
    "listing",
    "logs",
    "macros",
    "matrices",
    "misstable",
    "post",
    "postestimation",
    "programs",
    "regress",
    "results",
    "settings",
    "storage",
    "summarize",
    "tabstat",
    "tabulate",
    "ttest",
)


def load() -> None:
    """Imports every family."""
    for family in _FAMILIES:
        import_module(f"rehearsal.stata.commands.{family}")
