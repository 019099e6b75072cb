"""All faults and sound variants, from one module a group."""

from importlib import import_module

from rehearsal.faults.model import Change, Fault, Variant

GROUPS = (
    "null_systems",
    "processes",
    "fake_stata",
    "stata_records",
    "fake_llm",
    "llm_records",
    "environment",
    "library",
    "template_choice",
    "missing",
    "binding",
    "do_files",
    "plan_contents",
    "dependencies",
    "journey",
    "own_data",
    "artifacts",
    "stored_outputs",
    "access",
    "timing",
    "answers",
    "sound_answers",
    "sound_asking",
    "sound_keeping",
    "sound_waiting",
    "sound_shapes",
)


def faults() -> tuple[Fault, ...]:
    """Every fault, group by group."""
    return tuple(fault for group in GROUPS for fault in getattr(import_module(f"rehearsal.faults.{group}"), "FAULTS", ()))


def variants() -> tuple[Variant, ...]:
    """Every sound variant, the reference SS itself first."""
    unchanged = Variant(name="nothing-changed", what="The reference SS as it is.")
    return unchanged, *(one for group in GROUPS for one in getattr(import_module(f"rehearsal.faults.{group}"), "VARIANTS", ()))


def named(name: str) -> Change:
    """The fault or variant of this name. Raises `KeyError`."""
    return {change.name: change for change in (*faults(), *variants())}[name]
