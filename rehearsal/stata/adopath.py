"""Where ado-files are looked for: the folders of S_ADO (or of a genuine Stata's default), then those added later."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rehearsal.stata.session import Session

CODEWORDS = ("BASE", "SITE", "PERSONAL", "PLUS", "OLDPLACE", "UPDATES")
_DEFAULT = "BASE;SITE;.;PERSONAL;PLUS;OLDPLACE"


def entries(session: Session) -> list[str]:
    """The entries of the ado path in order, codewords included."""
    path = os.environ.get("S_ADO") or _DEFAULT
    return [entry.strip().strip('"') for entry in path.split(";") if entry.strip()] + session.ado_extra


def find(session: Session, name: str) -> Path | None:
    """`name`.ado on the ado path: in a folder or in its subfolder of one letter; codewords name no folder here."""
    return find_file(session, f"{name}.ado") if re.match(r"\w+$", name) else None


def find_file(session: Session, filename: str) -> Path | None:
    """A file of any extension on the ado path, looked for as `find` looks for ado-files; None when there is none."""
    for entry in entries(session):
        if entry in CODEWORDS:
            continue
        folder = Path(entry).expanduser()
        for candidate in (folder / filename, folder / filename[0].lower() / filename):
            if candidate.is_file():
                return candidate
    return None
