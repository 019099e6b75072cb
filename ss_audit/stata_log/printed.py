"""A number as Stata printed it: its digits, its value, and how much one unit in its last place is."""

import math
import re

from ss_audit.evidence.model import Fact

_NUMBER = re.compile(r"^[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$")
_MISSING = re.compile(r"^\.[a-z]?$")
_NOISE = 1e-9


class Printed(Fact):
    """`text` as it stands in the log. `value` is None for a missing value.

    `digits` is the number of significant digits of the general format that printed it (Stata's %9.0g shows 7, and for
    numbers below 1 seven decimals, trailing zeros dropped); None for a fixed format, which shows all its decimals, or
    as many as `places` says where trailing zeros were dropped.
    """

    text: str
    value: float | None
    digits: int | None = 7
    places: int = 0

    @property
    def unit(self) -> float:
        """One unit in the last place that the format shows."""
        if self.value is None:
            return 0.0
        mantissa, _, exponent = self.text.lower().replace(",", "").partition("e")
        shown = len(mantissa.partition(".")[2])
        if exponent:
            return float(10.0 ** (int(exponent) - shown))
        if self.digits is None:
            return float(10.0 ** -max(shown, self.places))
        size = abs(self.value)
        whole = math.floor(math.log10(size)) + 1 if size >= 1 else 0
        return float(10.0 ** -max(shown, self.digits - whole, 0))

    def agrees(self, computed: float, least: float = 1e-14) -> bool:
        """Whether a computed number is the printed one, give or take one unit in the last place.

        `least` is the relative difference that never counts.
        """
        return self._within(computed, 1.0, least)

    def rounds_from(self, computed: float, least: float = 1e-14) -> bool:
        """Whether the computed number, rounded as printed, is the printed one."""
        return self._within(computed, 0.5, least)

    def _within(self, computed: float, units: float, least: float) -> bool:
        if self.value is None or not math.isfinite(computed):
            return self.value is None and not math.isfinite(computed)
        if abs(self.value) < _NOISE and abs(computed) < _NOISE:
            return True
        room = self.unit * units
        return abs(self.value - computed) <= room * (1 + 1e-6) + abs(computed) * least


def read_printed(text: str, digits: int | None = 7) -> Printed | None:
    """A word of a table → the number in it; None when it is none. `digits` as in Printed."""
    word = text.strip()
    if _MISSING.match(word):
        return Printed(text=word, value=None, digits=digits)
    if not _NUMBER.match(word):
        return None
    return Printed(text=word, value=float(word.replace(",", "")), digits=digits)


def numbers(text: str, digits: int | None = 7) -> list[Printed]:
    """The numbers in a row, in order; words that are no numbers are left out."""
    return [n for word in text.split() if (n := read_printed(word, digits)) is not None]
