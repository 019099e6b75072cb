"""Do-files that are not the chosen template, filled in as the plan says, although they look like it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of

WRITTEN_AGAIN = """\
file open again using "table_R02_fit.csv", write text replace
file write again "n,r2,f,df_residual,rmse" _n
file write again "120,0.9871,2741.3,117,0.21" _n
file close again
"""


def _rendering(change: Callable[[str, Mapping[str, str]], str]) -> None:
    """Alters the do-file of a regression. In: its text and the bound values. Out: the text that is run."""
    from rehearsal.reference_ss.worker import dofile

    @instead_of(dofile, "render")
    def render(original: Any, template: Any, values: Mapping[str, str]) -> str:
        text: str = original(template, values)
        return change(text, values) if "__INDEPVARS__" in values else text


def _roles_swapped() -> None:
    def swapped(text: str, values: Mapping[str, str]) -> str:
        outcome, (first, *others) = values["__DEPVAR__"], values["__INDEPVARS__"].split()
        swapped_terms = " ".join([outcome, *others])
        text = text.replace(f"regress {outcome} {values['__INDEPVARS__']}", f"regress {first} {swapped_terms}")
        return text.replace(f'local terms "{values["__INDEPVARS__"]} _cons"', f'local terms "{swapped_terms} _cons"')

    _rendering(swapped)


def _first_hundred_only() -> None:
    def restricted(text: str, values: Mapping[str, str]) -> str:
        columns = f"{values['__DEPVAR__']} {values['__INDEPVARS__']}"
        for command in ("summarize", "regress"):
            text = text.replace(f"{command} {columns}", f"{command} {columns} in 1/100")
        return text

    _rendering(restricted)


def _written_again() -> None:
    _rendering(lambda text, _: text + WRITTEN_AGAIN if "table_R02_fit.csv" in text else text)


_fault = partial(
    Fault, group="binding", scenario="Template selection is not hard-coded", check="selection.what_is_executed_was_chosen",
    severity="critical", verdict="NOT READY", where=("worker",),
)  # fmt: skip
FAULTS = (
    _fault(
        name="do-file-swaps-roles",
        what="The plan binds outcome and treatment as asked, and the do-file that runs regresses the treatment on the outcome.",
        apply=_roles_swapped,
        saw="the template goes on with 'regress",
    ),
    _fault(
        name="do-file-restricts-sample",
        what="The do-file that runs computes everything from the first hundred rows only.",
        apply=_first_hundred_only,
        saw="the do-file with 'summarize .* in 1/100'",
        run=("Real Stata runner is evidenced",),
    ),
    _fault(
        name="do-file-appended-commands",
        what="Commands after the template write a table anew, with other numbers.",
        apply=_written_again,
        saw="after the template's last command the do-file goes on with 'file open again",
    ),
)
