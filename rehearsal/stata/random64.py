"""Stata's default generator since version 14: the 64-bit Mersenne Twister of Nishimura and Matsumoto (2004)."""

from __future__ import annotations

_SIZE = 312
_MIDDLE = 156
_MATRIX = 0xB5026F5AA96619E9
_UPPER = 0xFFFFFFFF80000000
_LOWER = 0x7FFFFFFF
_MASK = (1 << 64) - 1
DEFAULT_SEED = 123456789


class MersenneTwister64:
    """`runiform()` is the next 64-bit output over 2^64."""

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self._state = [seed & _MASK]
        for index in range(1, _SIZE):
            last = self._state[-1]
            self._state.append((6364136223846793005 * (last ^ (last >> 62)) + index) & _MASK)
        self._next = _SIZE

    def _refill(self) -> None:
        state = self._state
        for index in range(_SIZE):
            x = (state[index] & _UPPER) | (state[(index + 1) % _SIZE] & _LOWER)
            state[index] = state[(index + _MIDDLE) % _SIZE] ^ (x >> 1) ^ (_MATRIX if x & 1 else 0)
        self._next = 0

    def integer(self) -> int:
        if self._next >= _SIZE:
            self._refill()
        x = self._state[self._next]
        self._next += 1
        x ^= (x >> 29) & 0x5555555555555555
        x ^= (x << 17) & 0x71D67FFFEDA60000
        x ^= (x << 37) & 0xFFF7EEE000000000
        return (x ^ (x >> 43)) & _MASK

    def uniform(self) -> float:
        return self.integer() / 2.0**64
