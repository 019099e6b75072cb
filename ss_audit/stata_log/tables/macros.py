"""Macros whose value can be told from the echo alone, so that a command that names its variables by one can be read.

Only plain definitions outside of loops, conditions and programs count; anything computed leaves the value unknown.
"""

import re
from dataclasses import dataclass, field

_DEFINITION = re.compile(r"^(?:(?:qui|cap)\w*\s+)?(loc(?:a|al)?|gl(?:o|ob|oba|obal)?)\s+([A-Za-z_]\w*)\s*(.*)$")
_LOCAL = re.compile(r"`([A-Za-z_]\w*)'")
_GLOBAL = re.compile(r"\$\{?([A-Za-z_]\w*)\}?")


@dataclass
class Macros:
    """What is known of the macros at one point of a log: name → value, None for one whose value can't be told."""

    local: dict[str, str | None] = field(default_factory=dict)
    everywhere: dict[str, str | None] = field(default_factory=dict)

    def follow(self, text: str, *, certain: bool) -> None:
        """Takes in a command. `certain` is False where it may not have run, or ran more than once."""
        if not (m := _DEFINITION.match(text.strip())):
            return
        value: str | None = m.group(3).strip()
        if not certain or value is None or value.startswith(("=", ":")):
            value = None
        else:
            if quoted := re.match(r'^`?"(.*)"\'?$', value):
                value = quoted.group(1)
            value = self.expand(value)
            value = None if re.search(r"[`$]", value) else value
        (self.local if m.group(1).startswith("loc") else self.everywhere)[m.group(2)] = value

    def expand(self, text: str) -> str:
        """The text with known macros replaced; unknown ones stay as they stand."""
        text = _LOCAL.sub(lambda m: self._known(self.local, m), text)
        return _GLOBAL.sub(lambda m: self._known(self.everywhere, m), text)

    @staticmethod
    def _known(values: dict[str, str | None], m: re.Match[str]) -> str:
        value = values.get(m.group(1))
        return m.group(0) if value is None else value
