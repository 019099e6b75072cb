"""The catalogue of faults as the rehearsal prints it. It is asked by command, as whatever stands in is."""

import json
import subprocess
import sys
from typing import Literal

from ss_audit.checks.judgement import Blame
from ss_audit.evidence.model import Fact

COMMAND = (sys.executable, "-m", "rehearsal.faults", "--json")
Severity = Literal["critical", "major", "minor"]


class Change(Fact):
    """What differs from the rehearsal as it is: settings of the audit, variables of its environment, code of the rehearsal.

    `edits` are (file, text, text in its place), to be made in a copy of the project; an empty text stands for the file.
    """

    name: str
    what: str
    settings: dict[str, str]
    env: dict[str, str]
    where: tuple[str, ...]
    edits: tuple[tuple[str, str, str], ...]


class Fault(Change):
    """A defect with who must notice it: `saw` is a regular expression for what the check sees, `run` are further scenarios."""

    group: str
    scenario: str
    check: str
    saw: str
    severity: Severity
    verdict: Literal["NOT READY", "INCONCLUSIVE"]
    blame: Blame | None
    seen: str | None
    run: tuple[str, ...]


class Variant(Change):
    """A sound SS of another shape."""


class Catalogue(Fact):
    """All of them, in the order of the catalogue."""

    faults: tuple[Fault, ...]
    variants: tuple[Variant, ...]

    def only(self, names: tuple[str, ...]) -> "Catalogue":
        """Those of these names. Raises `KeyError` with the names that are not there."""
        unknown = set(names) - {change.name for change in (*self.faults, *self.variants)}
        if unknown:
            raise KeyError(", ".join(sorted(unknown)))
        return Catalogue(
            faults=tuple(f for f in self.faults if f.name in names),
            variants=tuple(v for v in self.variants if v.name in names),
        )


def read_catalogue() -> Catalogue:
    """The catalogue. Raises `CalledProcessError` when the command fails, pydantic's `ValidationError` for another shape."""
    told = subprocess.run(COMMAND, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout
    return Catalogue.model_validate(json.loads(told))
