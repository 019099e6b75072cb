"""Functions that choose and test."""

from __future__ import annotations

from rehearsal.stata.functions.base import Function
from rehearsal.stata.values import MISSING, Value, is_missing


def _is_missing(value: Value) -> bool:
    return value == "" if isinstance(value, str) else is_missing(value)


def _inrange(x: Value, low: Value, high: Value) -> float:
    if isinstance(x, str) or isinstance(low, str) or isinstance(high, str):
        return float(str(low) <= str(x) <= str(high))
    if is_missing(x):
        return 0.0
    low_ok = is_missing(low) or x >= low
    return float(low_ok and (is_missing(high) or x <= high))


def _cond(test: float, yes: Value, no: Value, unknown: Value | None = None) -> Value:
    if unknown is not None and is_missing(test):
        return unknown
    return yes if test != 0 else no


def _missing(*values: Value) -> float:
    return float(any(_is_missing(value) for value in values))


FUNCTIONS: dict[str, Function] = {
    "missing": Function(_missing, "*+"),
    "mi": Function(_missing, "*+"),
    "inlist": Function(lambda x, *rest: float(x in rest), "**+"),
    "inrange": Function(_inrange, "***"),
    "cond": Function(_cond, "n***", least=3),
    "clip": Function(lambda x, a, b: MISSING if is_missing(x) else min(max(x, a), b), "nnn"),
    "maxdouble": Function(lambda: 8.988465674311579e307, ""),
    "mindouble": Function(lambda: -1.797693134862316e308, ""),
    "epsdouble": Function(lambda: 2.220446049250313e-16, ""),
    "epsfloat": Function(lambda: 1.1920928955078125e-07, ""),
    "smallestdouble": Function(lambda: 2.2250738585072014e-308, ""),
    "maxbyte": Function(lambda: 100.0, ""),
    "maxint": Function(lambda: 32740.0, ""),
    "maxlong": Function(lambda: 2147483620.0, ""),
}
