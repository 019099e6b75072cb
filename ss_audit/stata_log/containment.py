"""Whether a `log using` log is contained, line by line, in the batch log of the same run.

What Stata writes to the one while it is open it writes to the other too, so the lines from "opened on" to the end must
stand in the batch log unbroken and in order.
"""

from collections.abc import Sequence

from ss_audit.evidence.model import Fact
from ss_audit.stata_log.difference import Difference
from ss_audit.stata_log.text import lines_of


class Containment(Fact):
    """`matched` of `lines` lines agree. `contained` is True when all do and there is at least one that says something."""

    contained: bool
    matched: int
    lines: int
    first_difference: Difference | None = None


def result_log_inside(result_log: str, stata_log: str) -> Containment:
    """The text of the inner log and that of the batch log → whether the first is contained in the second.

    Line ends and blanks at line ends do not count. Errors: none; an empty inner log is not contained.
    """
    inner, outer = _lines(result_log), _lines(stata_log)
    while inner and not inner[-1]:
        inner.pop()
    if not any(inner):
        return Containment(contained=False, matched=0, lines=0)
    best, best_offset = -1, 0
    for offset in _offsets(inner, outer):
        matched = _agreeing(inner, outer, offset)
        if matched > best:
            best, best_offset = matched, offset
    if best < 0:
        return Containment(contained=False, matched=0, lines=len(inner), first_difference=_none_found(inner))
    difference = None
    if best < len(inner):
        at = next(i for i, line in enumerate(inner) if _at(outer, best_offset + i) != line)
        found = _at(outer, best_offset + at)
        difference = Difference(
            line=at + 1, expected=inner[at], found=found, found_line=None if found is None else best_offset + at + 1
        )
    return Containment(contained=best == len(inner), matched=best, lines=len(inner), first_difference=difference)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in lines_of(text)]


def _offsets(inner: Sequence[str], outer: Sequence[str]) -> list[int]:
    """Where the inner log may begin in the outer one: so that its "opened on" line, or its first line, falls on one."""
    anchor = next((i for i, line in enumerate(inner) if line.lstrip().startswith("opened on:")), None)
    if anchor is None:
        anchor = next(i for i, line in enumerate(inner) if line)
    found = [i - anchor for i, line in enumerate(outer) if line == inner[anchor] and i >= anchor]
    if found:
        return found
    return [i for i, line in enumerate(outer) if line and line == inner[0]][:20]


def _agreeing(inner: Sequence[str], outer: Sequence[str], offset: int) -> int:
    return sum(1 for i, line in enumerate(inner) if _at(outer, offset + i) == line)


def _at(lines: Sequence[str], i: int) -> str | None:
    return lines[i] if 0 <= i < len(lines) else None


def _none_found(inner: Sequence[str]) -> Difference:
    at = next(i for i, line in enumerate(inner) if line)
    return Difference(line=at + 1, expected=inner[at])
