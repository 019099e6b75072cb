"""Outputs that are stored as something else than what Stata wrote."""

from collections.abc import Callable
from functools import partial
from typing import Any

from rehearsal.faults.model import Fault
from rehearsal.faults.patching import instead_of


def _output_kept_as(change: Callable[[bytes], bytes]) -> None:
    """Alters one table when it is stored, after Stata ended."""
    from rehearsal.reference_ss.worker.evidence import RunEvidence

    @instead_of(RunEvidence, "_keep")
    def keep(original: Any, self: Any, kind: str, name: str, content: bytes) -> None:
        original(self, kind, name, change(content) if name.endswith("table_R02_fit.csv") else content)


def _better_fit(table: bytes) -> bytes:
    head, row = table.decode().splitlines()
    n, _, *others = row.split(",")
    return f"{head}\n{','.join([n, '0.9871', *others])}\n".encode()


_fault = partial(
    Fault, group="artifacts", scenario="Artifacts are contract-indexed and survive restart", severity="critical",
    verdict="NOT READY", where=("worker",),
)  # fmt: skip
FAULTS = (
    _fault(
        name="output-is-a-placeholder",
        what="A promised table is stored as a line break.",
        apply=partial(_output_kept_as, lambda _: b"\n"),
        check="artifacts.bytes_match_the_index",
        saw=r"table_R02_fit\.csv: declared, and empty",
    ),
    _fault(
        name="table-altered-after-stata",
        what="R-squared is changed in the table after Stata wrote it.",
        apply=partial(_output_kept_as, _better_fit),
        check="artifacts.outputs_are_those_that_stata_wrote",
        saw=r"others than Stata wrote under their name: \S+table_R02_fit\.csv",
    ),
)
