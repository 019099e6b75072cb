"""Known answers of Stata's random numbers: a negative test.

From version 14 on `set seed s` starts MT19937-64 (Matsumoto and Nishimura's init_genrand64) and `runiform()` is its
next 64-bit number divided by 2^64. That is public, so right numbers prove nothing; wrong ones were not made by Stata.
"""

import re
from collections.abc import Sequence

import numpy as np

from ss_audit.evidence.model import Fact
from ss_audit.stata_log.blocks import is_comment
from ss_audit.stata_log.model import EchoedCommand, StataLog
from ss_audit.stata_log.printed import Printed, read_printed

_N, _M = 312, 156
_MATRIX, _UPPER, _LOWER = 0xB5026F5AA96619E9, 0xFFFFFFFF80000000, 0x7FFFFFFF
_WORD = 0xFFFFFFFFFFFFFFFF
_SEED = re.compile(r"^(?:(?:qui|noi|cap)\w*\s+)*set\s+se(?:e|ed)?\s+(\d+)\s*$")
_DRAW = re.compile(r"^(?:noi\w*\s+)?di(?:s|sp|spl|spla|splay)?\s+(?:as\s+\w+\s+)?(%\S+\s+)?runiform\(\)\s*$")
# What draws nothing for sure. Any other command may, an ado-file's as well, so after it the next draw is not known.
_DRAWS_NOTHING = re.compile(
    r"^(?:noi\w*\s+)?(?:di\w*|loc\w*|gl\w*|sca\w*|set\s+(?!se)\w+|vers\w*|timer|assert|conf\w*)\b(?!.*\br\w+\(\))(?!.*\br(?:normal|"
    r"uniform|uniformint|poisson|binomial|chi2|exponential|gamma|beta|t)\()"
)


class KnownAnswers(Fact):
    """`right` of `drawn` printed draws are the generator's. `wrong` lists (line, printed, due)."""

    drawn: int = 0
    right: int = 0
    wrong: tuple[tuple[int, str, str], ...] = ()


class Generator:
    """MT19937-64. In: a seed, a whole number not below 0. `uniform()` gives the next number in [0, 1)."""

    def __init__(self, seed: int) -> None:
        state = [seed & _WORD]
        for i in range(1, _N):
            before = state[-1]
            state.append((6364136223846793005 * (before ^ (before >> 62)) + i) & _WORD)
        self._state, self._at = state, _N

    def uniform(self) -> float:
        """The next draw as `runiform()` gives it."""
        return self._next() / 2.0**64

    def _next(self) -> int:
        if self._at >= _N:
            self._turn()
        x = self._state[self._at]
        self._at += 1
        x ^= (x >> 29) & 0x5555555555555555
        x ^= (x << 17) & 0x71D67FFFEDA60000
        x ^= (x << 37) & 0xFFF7EEE000000000
        return (x ^ (x >> 43)) & _WORD

    def _turn(self) -> None:
        s = self._state
        for i in range(_N):
            x = (s[i] & _UPPER) | (s[(i + 1) % _N] & _LOWER)
            s[i] = s[(i + _M) % _N] ^ (x >> 1) ^ (_MATRIX if x & 1 else 0)
        self._at = 0


def known_answers(log: StataLog) -> KnownAnswers:
    """The log's `display runiform()` lines after a `set seed`, up to the next command that may draw.

    Stata below 14 used another generator; such a log is not checked. Errors: none.
    """
    if log.banner is not None and int(log.banner.version.split(".")[0]) < 14:
        return KnownAnswers()
    generator: Generator | None = None
    drawn = right = 0
    wrong: list[tuple[int, str, str]] = []
    for command in log.commands:
        text = command.text.strip()
        if is_comment(text):
            continue
        if m := _SEED.match(text):
            generator = Generator(int(m.group(1))) if command.depth == 0 else None
        elif generator and _DRAW.match(text) and (printed := _printed(command)):
            due = generator.uniform()
            drawn += 1
            if printed.agrees(due) or printed.agrees(float(np.float32(due))):
                right += 1
            else:
                wrong.append((command.line, printed.text, f"{due:.10g}"))
        elif not _DRAWS_NOTHING.match(text) or _older_generator(text):
            generator = None
    return KnownAnswers(drawn=drawn, right=right, wrong=tuple(wrong))


def _printed(command: EchoedCommand) -> Printed | None:
    lines: Sequence[str] = [line for line in command.output if line.strip()]
    if len(lines) != 1:
        return None
    fixed = bool(re.search(r"%\S*\d+\.[1-9]\d*f", command.text))
    return read_printed(lines[0], None if fixed else 7)


def _older_generator(text: str) -> bool:
    """Whether a command asks for the generator of an older version, or another one."""
    return bool(re.match(r"^set\s+rng\b", text) or re.match(r"^vers(?:ion)?\s+(?:[0-9]|1[0-3])(?:\.\d)?\b", text))
