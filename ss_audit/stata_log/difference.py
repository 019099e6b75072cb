"""Where two texts part for the first time."""

from ss_audit.evidence.model import Fact


class Difference(Fact):
    """`line` counts from 1 in the text that was expected; `found` is None where the other text ends or lacks it.

    `found_line` is the line in the other text, from 1, None where it has none.
    """

    line: int
    expected: str
    found: str | None = None
    found_line: int | None = None
