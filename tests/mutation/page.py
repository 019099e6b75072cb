"""The result for readers: how many mutants each judge had, how many were noticed, and every one that was not, with why."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .operators import Mutant

EXPLANATIONS = Path(__file__).with_name("explanations.toml")
HEAD = """# What the tests of the judges would notice

Each judge (the checks, the verdict, the redaction, the event log's chain) is changed in one place at a time: a comparison
turned, a condition left out, a number moved, an answer replaced by nothing. Such a change is a *mutant*; it is *killed* when
a test fails. Texts for readers are not changed. `make mutants` runs it again and writes this page.
"""


@dataclass(frozen=True)
class Row:
    """A mutant and what became of it: "killed" or "survived"."""

    mutant: Mutant
    outcome: str


def page(rows: Sequence[Row]) -> tuple[str, float]:
    """The page in Markdown, and the share of mutants that were killed."""
    why = _explanations()
    killed = sum(row.outcome == "killed" for row in rows)
    share = killed / len(rows) if rows else 0.0
    lines = [HEAD, f"Measured {datetime.now(UTC):%Y-%m-%d}: **{killed} of {len(rows)} mutants killed ({share:.1%}).**", ""]
    lines += ["| judge | mutants | killed |", "|---|--:|--:|"]
    for path in sorted({row.mutant.path for row in rows}):
        mine = [row for row in rows if row.mutant.path == path]
        lines.append(f"| `{path.as_posix()}` | {len(mine)} | {sum(row.outcome == 'killed' for row in mine)} |")
    survivors = [row.mutant for row in rows if row.outcome != "killed"]
    if survivors:
        lines += ["", "## Survivors", "", "| where | change | why it may live |", "|---|---|---|"]
    for mutant in survivors:
        where = f"`{mutant.path.name}` {mutant.function or 'module'}"
        lines.append(f"| {where} | {_cell(mutant.what)} | {_cell(_reason(why, mutant))} |")
    return "\n".join(lines) + "\n", share


def _reason(why: Sequence[dict[str, str]], mutant: Mutant) -> str:
    """The explanation for this mutant: the first that names its module and function ("module": outside of functions; none:
    any) and whose words are part of its change."""
    place = mutant.function or "module"
    for entry in why:
        fits = entry["module"] == mutant.path.name and entry.get("function", place) == place
        if fits and entry.get("change", "") in mutant.what:
            return entry["why"]
    return "not explained yet"


def _explanations() -> list[dict[str, str]]:
    return list(tomllib.loads(EXPLANATIONS.read_text("utf-8")).get("survivor", [])) if EXPLANATIONS.exists() else []


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'")
