"""What we say ourselves. A value that can't be told from it is no secret to us: masking it would hit our own record.

The texts are those of this checkout: its sources hold every field name, outcome and sentence that an audit can write, and
every word that it reads in SS's answers; plan and spec are texts of their own.
"""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
OUR_TEXTS = (
    "environment.py", "steps/**/*.py", "ss_audit/**/*.py", "ss_audit/**/*.css", "rehearsal/**/*.py",
    "features/**/*.feature", "openspec/**/*.md",
)  # fmt: skip
PARTS = re.compile(r"[^\W_]+")
SHORTEST_NUMBER = 8
"""Of digits alone (hexadecimal ones too), from which on a value hardly stands in a digest or a time of ours by chance."""

WORD = 4
"""Letters: what has only shorter parts (a code in groups) is not put together of words."""


class Words(NamedTuple):
    """All our texts, in small letters, and each word in them."""

    text: str
    words: frozenset[str]


@cache
def own_words(root: Path = ROOT) -> Words:
    """The words of the checkout at `root`."""
    files = [file for pattern in OUR_TEXTS for file in sorted(root.glob(pattern))]
    text = "\n".join(file.read_text("utf-8", "replace") for file in files).casefold()
    return Words(text, frozenset(PARTS.findall(text)))


def is_ours(value: str, told: bool) -> bool:
    """Whether this stands in our texts, or is a short number.

    What SS `told` may be chosen to hit us, so there a value counts, too, that is put together of our words, as names are
    while the audit runs ("02-SurfacesSeen.har"); it may begin and end within a word.
    """
    known, small = own_words(), value.strip().casefold()
    if small in known.text or (len(small) < SHORTEST_NUMBER and re.fullmatch("[0-9a-f]*", small)):
        return True
    return told and _is_made_of(known, small)


def _is_made_of(known: Words, small: str) -> bool:
    parts = PARTS.findall(small)
    if max(map(len, parts), default=WORD) < WORD:
        return False
    ends, inner = {*parts[:1], *parts[-1:]}, parts[1:-1]
    return all(_is_number(part) or part in known.text for part in ends) and all(
        _is_number(part) or part in known.words for part in inner
    )


def _is_number(part: str) -> bool:
    return part.isdigit() and len(part) <= 2
