"""Words that Stata changed from one version to the next: a log must use those of the version that it claims."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ss_audit.stata_log.model import StataLog


class _Word(NamedTuple):
    """A form of words, the versions that use it, and what it is called."""

    pattern: re.Pattern[str]
    first: int
    last: int
    name: str


_LATEST = 99
_WORDS = (
    _Word(re.compile(r"\|\s+Coef\.\s+Std\. Err\."), 0, 16, "the head of a coefficient table"),
    _Word(re.compile(r"\|\s+Coefficient\s+[Ss]td\. err\."), 17, _LATEST, "the head of a coefficient table"),
    _Word(re.compile(r"Variable \|\s+Obs\s+Mean\s+Std\. Dev\."), 0, 16, "the head of a summary"),
    _Word(re.compile(r"Variable \|\s+Obs\s+Mean\s+Std\. dev\."), 17, _LATEST, "the head of a summary"),
    _Word(re.compile(r"^number of observations \(_N\) was "), 14, 16, "the note on the number of observations"),
    _Word(re.compile(r"^Number of observations \(_N\) was "), 17, _LATEST, "the note on the number of observations"),
    _Word(re.compile(r"^command \S+ is unrecognized$"), 14, _LATEST, "the message on an unknown command"),
    _Word(re.compile(r"^unrecognized command: "), 0, 13, "the message on an unknown command"),
    _Word(re.compile(r"^\(note: file .* not found\)$"), 0, 16, "the note on a file that is new"),
    _Word(re.compile(r"^\(file \S.* not found\)$"), 17, _LATEST, "the note on a file that is new"),
    _Word(re.compile(r"^\(encoding automatically selected: "), 17, _LATEST, "the note on a CSV's encoding"),
)


def wording_doubts(log: StataLog) -> Iterator[tuple[str, str]]:
    """(what, reason) for each kind of words in the output that the claimed version does not use.

    `version` in a do-file changes results, not these words; ado-files of others may use their own, so only lines of
    output in full form count.
    """
    if log.banner is None:
        return
    major = int(log.banner.version.split(".")[0])
    for word in _WORDS:
        if word.first <= major <= word.last:
            continue
        for command in log.commands:
            if any(word.pattern.search(line) for line in command.output):
                used = f"up to {word.last}" if word.last != _LATEST else f"from {word.first} on"
                yield f"{word.name}, line {command.line}", f"Stata used these words {used}; the head says {log.version}"
                break
