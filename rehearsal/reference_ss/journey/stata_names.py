"""Column names as Stata's `import delimited, case(preserve)` can hold them."""

import re
from collections.abc import Sequence

_LONGEST = 32
# What Stata keeps for itself ([U] 11.3).
_RESERVED = re.compile(r"_all|_b|byte|_coef|_cons|double|float|if|in|int|long|_n|_N|_pi|_pred|_rc|_skip|str\d*|strL|using|with")


def stata_names(header: Sequence[str]) -> list[str]:
    """One valid, distinct variable name for each column name, in order; a valid name stays as it is."""
    names: list[str] = []
    taken = set(header)
    for original in header:
        name = _valid(original)
        if name != original:
            stem, number = name, 1
            while name in taken:
                number += 1
                name = f"{stem[: _LONGEST - len(str(number)) - 1]}_{number}"
        taken.add(name)
        names.append(name)
    return names


def _valid(name: str) -> str:
    cleaned = re.sub(r"[^A-Za-z0-9_]", "_", name)[:_LONGEST]
    if cleaned[0].isdigit() or _RESERVED.fullmatch(cleaned):
        cleaned = f"_{cleaned}"[:_LONGEST]
    return cleaned
