"""Parameters that are bound to something else than what was asked for."""

import copy
from collections.abc import Callable
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

SCENARIO = "The frozen parameters are the ones that were asked for"


def _binding(change: Callable[[dict[str, str], Any], dict[str, str]]) -> None:
    """Alters what parameters are bound to. In: the bound values and the columns. Out: what they become."""
    from rehearsal.reference_ss.journey import binding

    @instead_of(binding, "bind")
    def bind(original: Any, meta: Any, draft: Any, columns: Any, corrections: Any) -> Any:
        bindings = original(meta, draft, columns, corrections)
        return bindings.model_copy(update={"values": change(dict(bindings.values), columns)})


def _outcome_and_regressors_swapped() -> None:
    def swapped(values: dict[str, str], _columns: Any) -> dict[str, str]:
        if "__INDEPVARS__" not in values:
            return values
        first, *others = values["__INDEPVARS__"].split()
        return {**values, "__DEPVAR__": first, "__INDEPVARS__": " ".join([values["__DEPVAR__"], *others])}

    _binding(swapped)


def _one_control_left_out() -> None:
    def shorter(values: dict[str, str], _columns: Any) -> dict[str, str]:
        return {name: value.rpartition(" ")[0] or value for name, value in values.items()}

    _binding(shorter)


def _one_column_too_many() -> None:
    def longer(values: dict[str, str], columns: Any) -> dict[str, str]:
        used = " ".join(values.values()).split()
        stranger = next(column.name for column in columns if column.is_numeric and column.name not in used)
        return {name: f"{value} {stranger}" if name == "__INDEPVARS__" else value for name, value in values.items()}

    _binding(longer)


def _do_file_on_another_column() -> None:
    from rehearsal.reference_ss.worker import dofile

    @instead_of(dofile, "render")
    def render(original: Any, template: Any, values: Any) -> Any:
        others = copy.copy(values)
        if " " in others.get("__INDEPVARS__", ""):
            others["__INDEPVARS__"] = others["__INDEPVARS__"].rpartition(" ")[0]
        return original(template, others)


def _fault(name: str, what: str, apply: Callable[[], None], check: str, saw: str, **more: Any) -> Fault:
    given = {"severity": "major", "where": ("api",), **more}
    return Fault(
        name=name, group="binding", what=what, scenario=SCENARIO, check=check, saw=saw,
        verdict="NOT READY", apply=apply, **given,
    )  # fmt: skip


FAULTS = (
    _fault(
        "outcome-and-regressor-swapped",
        "The plan regresses the treatment on the outcome.",
        _outcome_and_regressors_swapped,
        "plan.binds_the_columns_of_the_question",
        r"in another role: \w+",
        severity="critical",
    ),
    _fault(
        "one-control-left-out",
        "The plan leaves out the last of the columns that were asked for.",
        _one_control_left_out,
        "plan.binds_the_columns_of_the_question",
        r"not bound: \w+",
        severity="critical",
    ),
    _fault(
        "one-column-too-many",
        "The plan controls for a column that nobody asked about.",
        _one_column_too_many,
        "plan.binds_the_columns_of_the_question",
        r"nobody asked about: \w+",
        severity="critical",
    ),
    _fault(
        "do-file-on-other-columns",
        "The plan binds what was asked for, and the do-file that runs leaves a column out.",
        _do_file_on_another_column,
        "plan.runs_on_what_was_bound",
        r"not in the do-file: \w+",
        severity="critical",
        where=("worker",),
    ),
)
