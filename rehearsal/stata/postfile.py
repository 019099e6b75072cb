"""An open postfile: observations gathered until postclose writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rehearsal.stata.values import Value


@dataclass
class Post:
    """Where the observations go, their variables with types, and those posted so far."""

    path: Path
    kinds: list[tuple[str, str]]  # name, storage type
    rows: list[list[Value]] = field(default_factory=list)
