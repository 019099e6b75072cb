"""Stata's display formats: %w.dg, %w.df, %w.de, their comma and left-aligned forms, and %ws.

The rule for `%w.0g` is read off real output: at most w-2 significant digits, at most w-2 decimals, no zero before
the decimal point, no trailing zeros; below 1e-5 and from 10^(w-2) on, an exponent form with w-7 decimals.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from rehearsal.stata.errors import StataError, gap
from rehearsal.stata.values import Value, is_missing, missing_name
from rehearsal.stata.width import pad_left, pad_right

_FORMAT = re.compile(r"%(?P<flag>[-~0]?)(?P<width>\d+)?(?:\.(?P<digits>\d+))?(?P<kind>[gfesS])(?P<comma>c?)$")


class Format(NamedTuple):
    """A display format taken apart: flag (- ~ 0 or none), width, digits, kind (g f e s), commas."""

    flag: str
    width: int
    digits: int
    kind: str
    comma: bool


@lru_cache(maxsize=512)
def parse_format(text: str) -> Format:
    """`%9.0g` and friends as a Format; r(120) for what is no format, a gap for dates."""
    found = _FORMAT.match(text)
    if not found and re.match(r"%-?(t[cCdwmqhyg]|d)", text):
        raise gap(f"format {text}")
    if not found:
        raise StataError(120, "invalid %format")
    kind = found["kind"].lower()
    width = int(found["width"]) if found["width"] else (9 if kind != "s" else 0)
    return Format(found["flag"], width, int(found["digits"] or 0), kind, bool(found["comma"]))


def is_format(text: str) -> bool:
    """Whether `text` is a display format that the engine knows."""
    return bool(_FORMAT.match(text))


def format_value(value: Value, fmt: str) -> str:
    """`value` as `fmt` shows it, padded to the width of the format. A string under a numeric format raises r(109)."""
    form = parse_format(fmt)
    if form.kind == "s":
        if not isinstance(value, str):
            raise StataError(109, "type mismatch")
        return _align(value, form)
    if isinstance(value, str):
        raise StataError(109, "type mismatch")
    return _align(number(value, form), form)


def _align(text: str, form: Format) -> str:
    if form.flag == "-":
        return pad_right(text, form.width)
    if form.flag == "~":
        return pad_right(pad_left(text, (form.width + len(text)) // 2), form.width)
    if form.flag == "0" and form.kind != "s":
        return "-" + text[1:].zfill(form.width - 1) if text.startswith("-") else text.zfill(form.width)
    return pad_left(text, form.width)


def number(x: float, form: Format) -> str:
    """`x` under a numeric format, not yet padded."""
    if is_missing(x):
        return missing_name(x)
    if form.kind == "e":
        return f"{x:.{form.digits}e}"
    if form.kind == "f":
        text = f"{x:.{form.digits}f}"
        if float(text) == 0 and text.startswith("-") and x == 0:
            text = text[1:]
        if form.comma:
            text = _commas(text, form.width)
        return text if len(text) <= form.width else general(x, form.width, 0)
    text = general(x, form.width, form.digits)
    return _commas(text, form.width) if form.comma and "e" not in text else text


def _commas(text: str, width: int) -> str:
    whole, point, rest = text.partition(".")
    sign = "-" if whole.startswith("-") else ""
    digits = whole[len(sign) :]
    grouped = sign + (f"{int(digits):,}" if digits else "") + point + rest
    return grouped if len(grouped) <= width else text


def general(x: float, width: int, digits: int) -> str:
    """The %g part: `digits` significant ones, or as many as `width` holds when `digits` is 0."""
    if x == 0:
        return "0"
    most = digits or max(1, min(width - 2, 17))
    magnitude = int(f"{x:.{most - 1}e}".partition("e")[2])
    if magnitude >= max(most, width - 2 if digits else most) or abs(x) < 1e-5:
        return _exponent(x, width, digits)
    decimals = most - 1 - magnitude if (magnitude >= 0 or digits) else most
    text = f"{x:.{max(decimals, 0)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    if text.startswith("0."):
        return text[1:]
    if text.startswith("-0."):
        return "-" + text[2:]
    return text


def _exponent(x: float, width: int, digits: int) -> str:
    decimals = max(width - 7, 0)
    if digits:
        decimals = min(decimals, digits - 1)
    text = f"{x:.{decimals}e}"
    if len(text.lstrip("-")) > max(width - 1, 6) and decimals:
        text = f"{x:.{decimals - 1}e}"
    return text


def g9(x: float) -> str:
    """`x` under %9.0g, padded: the cell of most of Stata's tables."""
    return format_value(x, "%9.0g")


def integer(x: float, width: int = 0) -> str:
    """A count with thousands separators, as in `(1,788 observations deleted)`."""
    return f"{int(x):,}".rjust(width)


def as_macro(value: Value) -> str:
    """A value as `local x = exp` keeps it: up to 16 significant digits, no blanks."""
    if isinstance(value, str):
        return value
    return format_value(value, "%18.0g").strip()


def as_display(value: Value) -> str:
    """A value as `display` shows it without a format."""
    return value if isinstance(value, str) else format_value(value, "%10.0g").strip()
