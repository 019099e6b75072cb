"""Tables of a log recomputed from the run's own CSV, every printed digit compared.

`recompute` says whether the numbers are those of the data as Stata stores them; `would_match_float64` tells apart
numbers that come from the CSV's decimals in double precision, as an engine that isn't Stata would print them.
"""

import math
from collections.abc import Callable, Sequence
from typing import Literal

from ss_audit.evidence.model import Fact
from ss_audit.stata_log.claims import Claim, claims
from ss_audit.stata_log.data import Data, Storage, read_data
from ss_audit.stata_log.tables import Table

Side = Literal["float32", "float64", "indistinguishable"]


class Disagreement(Fact):
    """A printed number that the data do not give."""

    cell: str
    printed: str
    computed: float


class Recomputation(Fact):
    """`agreeing` of `compared` cells agree within one unit in the last printed place.

    With `excuse` set nothing is counted, and it says why: the table holds nothing that the CSV can answer, or the
    numbers differ where the do-file had changed or restricted the data before. `table` and `line` say which it is.
    """

    table: str
    line: int
    compared: int = 0
    agreeing: int = 0
    disagreements: tuple[Disagreement, ...] = ()
    excuse: str | None = None


class StorageEvidence(Fact):
    """How a table's numbers bear on how the data were stored.

    Of `cells` compared, `differing` print differently for single and for double precision; in `float32_matches` and
    `float64_matches` of those the log prints the one or the other. `may_be_double` says that Stata may have stored the
    data as double (a column written with more digits than a float holds, or a do-file that asks for it), so that
    "float64" is no contradiction.
    """

    cells: int
    differing: int
    float32_matches: int
    float64_matches: int
    side: Side
    may_be_double: bool = False


def recompute(table: Table, csv_text: str) -> Recomputation:
    """A table and the text of the CSV that the run loaded → how the printed numbers compare.

    Errors: none; what cannot be computed is not compared.
    """
    data = read_data(csv_text)
    found = [claims(table, data, storage) for storage in ways_of_storing(data, as_double=table.origin.as_double)]
    name, line = table.kind, table.origin.line
    if not found[0]:
        return Recomputation(table=name, line=line, excuse="nothing in it can be computed from the data given")
    result = min((verdict(name, line, each) for each in found), key=lambda checked: len(checked.disagreements))
    if result.disagreements and (doubt := table.origin.doubt):
        return Recomputation(table=name, line=line, excuse=doubt)
    return result


def ways_of_storing(data: Data, *, as_double: bool) -> list[Storage]:
    """The ways in which Stata may have stored the data: one, or two where a column has more digits than a float."""
    if as_double:
        return ["float64"]
    return ["float32", "by digits"] if data.has_long_digits else ["float32"]


def verdict(name: str, line: int, found: Sequence[Claim], agrees: Callable[[Claim], bool] | None = None) -> Recomputation:
    """Claims of one table → how many agree. `agrees` judges one claim, by default by its last printed place."""
    wrong = [c for c in found if not (agrees(c) if agrees else c.printed.agrees(c.computed))]
    return Recomputation(
        table=name,
        line=line,
        compared=len(found),
        agreeing=len(found) - len(wrong),
        disagreements=tuple(
            Disagreement(cell=c.cell, printed=c.printed.text, computed=float(f"{c.computed:.12g}")) for c in wrong
        ),
    )


def would_match_float64(table: Table, csv_text: str) -> StorageEvidence:
    """Whether a table's digits are those of data in single or in double precision, where the two print differently."""
    data = read_data(csv_text)
    single, double = claims(table, data, "float32"), claims(table, data, "float64")
    return storage_evidence(single, double, may_be_double=table.origin.as_double or data.has_long_digits)


def storage_evidence(
    single: Sequence[Claim], double: Sequence[Claim], *, may_be_double: bool, least: float = 1e-14
) -> StorageEvidence:
    """The same cells computed both ways → which of the two the printed digits are. `least` as in Printed.agrees."""
    differing = as_single = as_double = 0
    for one, other in zip(single, double, strict=True):
        in_single = one.printed.rounds_from(one.computed, least)
        in_double = other.printed.rounds_from(other.computed, least)
        if _prints_alike(one, other, least):
            continue
        differing += 1
        as_single += in_single and not in_double
        as_double += in_double and not in_single
    side: Side = "indistinguishable"
    if as_single != as_double:
        side = "float32" if as_single > as_double else "float64"
    return StorageEvidence(
        cells=len(single), differing=differing, float32_matches=as_single, float64_matches=as_double, side=side,
        may_be_double=may_be_double,
    )  # fmt: skip


def _prints_alike(one: Claim, other: Claim, least: float) -> bool:
    if not (math.isfinite(one.computed) and math.isfinite(other.computed)):
        return True
    unit = max(one.printed.unit, abs(one.computed) * least)
    return round(one.computed / unit) == round(other.computed / unit) if unit else True
