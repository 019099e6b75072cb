"""`ss-audit faults`: the fault matrix, written to docs/, or held against what lies there."""

import subprocess
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from ss_audit.faults.catalogue import Catalogue, read_catalogue
from ss_audit.faults.document import stale, texts
from ss_audit.faults.matrix import Matrix, carried_out
from ss_audit.runner import ROOT

JSON_FILE = ROOT / "docs" / "fault-matrix.json"
PAGE = ROOT / "docs" / "fault-matrix.md"


class UnknownFault(Exception):
    """A name was given that the catalogue does not have."""


def faults(only: Sequence[str], check: bool, keep: Path | None) -> int:
    """Carries out the matrix, or of it the rows named. Out: 0 all killed, 1 not, or with `check` not what lies in docs/.

    2 is for a name that there is not. The documents are written only from a whole matrix, and never with `check`.
    """
    try:
        catalogue = _catalogue(only)
    except UnknownFault as unknown:
        print(unknown, file=sys.stderr)
        return 2
    except (subprocess.CalledProcessError, ValueError) as error:
        print(f"The catalogue of faults can't be used: {error}", file=sys.stderr)
        return 1
    matrix = carried_out(catalogue, keep, lambda line: print(line, flush=True))
    _say(matrix)
    good = matrix.all_as_they_must
    if only:
        return 0 if good else 1
    if check:
        found = stale(matrix, JSON_FILE, PAGE)
        print("\n".join([*found, "The documents are stale: run ss-audit faults" if found else "The documents are current."]))
        return 0 if good and not found else 1
    for file, text in texts(matrix, JSON_FILE, PAGE).items():
        file.write_text(text, "utf-8")
    return 0 if good else 1


def _catalogue(only: Sequence[str]) -> Catalogue:
    whole = read_catalogue()
    if not (whole.faults and whole.variants):
        raise ValueError("it lacks faults or sound variants, and a matrix without either shows nothing")
    known = [row.name for row in (*whole.faults, *whole.variants)]
    for name in only:
        if name not in known:
            near = ", ".join(get_close_matches(name, known, cutoff=0.4)) or "none; docs/fault-matrix.md lists them all"
            raise UnknownFault(f"There is no fault and no sound variant {name!r}. Near: {near}.")
    return whole.only(tuple(only)) if only else whole


def _say(matrix: Matrix) -> None:
    killed = sum(row.killed for row in matrix.faults)
    print(f"\n{killed} of {len(matrix.faults)} faults killed")
    if matrix.variants:
        sound = sum(row.as_expected for row in matrix.variants)
        print(f"{sound} of {len(matrix.variants)} sound variants judged as the reference SS is")
    for row in matrix.faults:
        if not row.killed:
            print(f"  not killed: {row.name}: {row.why_not}")
    for one in matrix.variants:
        if not one.as_expected:
            print(f"  false alarm: {one.name}: {'; '.join(one.deviations)}")
