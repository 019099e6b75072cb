"""Binding a template's parameters to columns of the data set: from the draft, and from the user's corrections."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from rehearsal.reference_ss.errors import SSError
from rehearsal.reference_ss.store.models import Column, Draft
from rehearsal.reference_ss.templates import Parameter, TemplateMeta

_GROUPS_COMPARED = 2


class Bindings(BaseModel):
    """`values` are the bound parameters, a list as names with blanks between; `missing` the required ones without a
    value; `unused_corrections` the corrections that name neither a parameter nor a variable of the draft."""

    values: dict[str, str]
    missing: list[str]
    unused_corrections: list[str]


def bind(meta: TemplateMeta, draft: Draft, columns: Sequence[Column], corrections: Mapping[str, str]) -> Bindings:
    """Give every parameter of a template its columns.

    A correction is {parameter: column or columns} or {variable of the draft: column instead}. Raises SSError (400):
    CONTRACT_COLUMN_NOT_FOUND for a name that is no column, CONTRACT_COLUMN_UNSUITABLE for a column of the wrong kind.
    """
    renamed = _renamed(draft, corrections)
    values: dict[str, str] = {}
    for parameter in meta.parameters:
        names = corrections.get(parameter.name, "").split() or _from_draft(parameter.name, renamed, columns)
        if names:
            _require_columns(parameter, names, columns)
            values[parameter.name] = " ".join(names)
    known = {parameter.name for parameter in meta.parameters} | set(_variables(draft))
    return Bindings(
        values=values,
        missing=[p.name for p in meta.parameters if p.required and p.name not in values],
        unused_corrections=sorted(set(corrections) - known),
    )


def candidates(parameter: str, columns: Sequence[Column]) -> list[str]:
    """The columns that a parameter can take."""
    return [column.name for column in columns if _unsuitable(parameter, column) is None]


def _variables(draft: Draft) -> list[str]:
    single = [draft.outcome_var, draft.treatment_var, draft.group_var]
    return [name for name in [*single, *draft.controls] if name]


def _renamed(draft: Draft, corrections: Mapping[str, str]) -> Draft:
    def correct(name: str | None) -> str | None:
        return corrections.get(name, name) if name else name

    return draft.model_copy(
        update={
            "outcome_var": correct(draft.outcome_var),
            "treatment_var": correct(draft.treatment_var),
            "group_var": correct(draft.group_var),
            "controls": [corrections.get(name, name) for name in draft.controls],
        }
    )


def _from_draft(parameter: str, draft: Draft, columns: Sequence[Column]) -> list[str]:
    outcome = [draft.outcome_var] if draft.outcome_var else []
    others = [draft.treatment_var] if draft.treatment_var else []
    others += draft.controls
    text_columns = {column.name for column in columns if not column.is_numeric}
    sources: dict[str, Callable[[], list[str]]] = {
        "__DEPVAR__": lambda: outcome,
        "__INDEPVARS__": lambda: [name for name in others if name not in outcome],
        "__GROUP_VAR__": lambda: [draft.group_var] if draft.group_var else [],
        "__NUMERIC_VARS__": lambda: [name for name in outcome + others if name not in text_columns],
    }
    source = sources.get(parameter)
    return list(dict.fromkeys(source())) if source else []


def _require_columns(parameter: Parameter, names: list[str], columns: Sequence[Column]) -> None:
    by_name = {column.name: column for column in columns}
    absent = [name for name in names if name not in by_name]
    if absent:
        raise SSError(
            400,
            "CONTRACT_COLUMN_NOT_FOUND",
            f"{parameter.name} is bound to what is no column: {', '.join(absent)}",
            param=parameter.name,
            missing_columns=absent,
            available_columns=list(by_name),
            candidates=candidates(parameter.name, columns),
        )
    if not parameter.type.startswith("list") and len(names) > 1:
        raise _unsuitable_error(parameter, names, "takes one column", columns)
    for name in names:
        reason = _unsuitable(parameter.name, by_name[name])
        if reason:
            raise _unsuitable_error(parameter, [name], reason, columns)


def _unsuitable(parameter: str, column: Column) -> str | None:
    if parameter == "__GROUP_VAR__":
        return None if column.distinct == _GROUPS_COMPARED else f"needs {_GROUPS_COMPARED} groups, not {column.distinct}"
    return None if column.is_numeric else "needs a numeric column"


def _unsuitable_error(parameter: Parameter, names: list[str], reason: str, columns: Sequence[Column]) -> SSError:
    details: dict[str, Any] = {"param": parameter.name, "columns": names, "reason": reason}
    return SSError(
        400,
        "CONTRACT_COLUMN_UNSUITABLE",
        f"{parameter.name} cannot be bound to {' '.join(names)}: {reason}",
        **details,
        candidates=candidates(parameter.name, columns),
    )
