"""Numbers as Stata stores them: five numeric types, and 27 missing values above every number.

A number is a Python float that already holds the value rounded to its storage type. Missing values are
the doubles that Stata itself uses (2^1023 for `.`, then steps of 2^1011 for `.a` to `.z`), so that they compare
above all numbers, as the manual says ([U] 12.2.1).
"""

from __future__ import annotations

import math
import struct
from typing import Final

Value = float | str

MISSING: Final = 2.0**1023
_STEP: Final = 2.0**1011

INTEGER_LIMITS: Final = {
    "byte": (-127, 100),
    "int": (-32767, 32740),
    "long": (-2147483647, 2147483620),
}
FLOAT_MAX: Final = 1.70141173319e38
STRING_MAX: Final = 2045
DEFAULT_FORMAT: Final = {"byte": "%8.0g", "int": "%8.0g", "long": "%12.0g", "float": "%9.0g", "double": "%10.0g"}
NUMERIC_TYPES: Final = tuple(DEFAULT_FORMAT)


def is_missing(x: float) -> bool:
    """Whether `x` is `.` or one of `.a` to `.z`."""
    return x >= MISSING


def missing_code(letter: str) -> float:
    """`""` gives `.`, `"a"` gives `.a` and so on."""
    return MISSING + (ord(letter) - 96) * _STEP if letter else MISSING


def missing_name(x: float) -> str:
    """`.`, `.a`, ... `.z` for a missing value."""
    step = min(26, max(0, round((x - MISSING) / _STEP)))
    return "." if step == 0 else "." + chr(96 + step)


def clean(x: float) -> float:
    """The result of arithmetic as Stata keeps it: what is not a representable number becomes `.`."""
    if x != x or x >= MISSING or x <= -MISSING:
        return MISSING
    return x


def to_float32(x: float) -> float:
    """`x` rounded to 32 bits; `.` when it is too large for them."""
    if is_missing(x):
        return x
    if abs(x) > FLOAT_MAX:
        return MISSING
    result: float = struct.unpack("<f", struct.pack("<f", x))[0]
    return result


def store(x: float, kind: str) -> float:
    """`x` as a variable of numeric type `kind` keeps it; integers are truncated, what does not fit becomes `.`."""
    if is_missing(x) or kind == "double":
        return x
    if kind == "float":
        return to_float32(x)
    low, high = INTEGER_LIMITS[kind]
    whole = float(math.trunc(x))
    return whole if low <= whole <= high else MISSING


def fits(x: float, kind: str) -> bool:
    """Whether the integer type `kind` keeps `x` unchanged."""
    if is_missing(x):
        return True
    if kind == "double":
        return True
    if kind == "float":
        return abs(x) <= FLOAT_MAX
    low, high = INTEGER_LIMITS[kind]
    return x == math.trunc(x) and low <= x <= high


def smallest_integer_type(low: float, high: float) -> str:
    """The narrowest numeric type for whole numbers between `low` and `high`."""
    for kind, (least, most) in INTEGER_LIMITS.items():
        if least <= low and high <= most:
            return kind
    return "double"


def is_string_type(kind: str) -> bool:
    """Whether `kind` is str# or strL."""
    return kind.startswith("str")
