"""Mathematical functions."""

from __future__ import annotations

import math
from collections.abc import Callable

from rehearsal.stata.functions.base import Function, numeric
from rehearsal.stata.values import MISSING, clean, is_missing, to_float32


def _round(x: float, unit: float = 1.0) -> float:
    if unit == 0:
        return x
    if unit == 1:
        return float(math.floor(x + 0.5))
    return math.floor(x / unit + 0.5) * unit


def _mod(x: float, y: float) -> float:
    if y <= 0:
        return MISSING
    return x - y * math.floor(x / y)


def _extreme(pick: Callable[[list[float]], float]) -> Callable[..., float]:
    def call(*values: float) -> float:
        present = [value for value in values if not is_missing(value)]
        return pick(present) if present else MISSING

    return call


def _sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def _comb(n: float, k: float) -> float:
    return float(math.comb(int(n), int(k))) if n == int(n) and k == int(k) and 0 <= k <= n else MISSING


FUNCTIONS: dict[str, Function] = {
    "abs": numeric(abs),
    "ceil": numeric(math.ceil),
    "floor": numeric(math.floor),
    "int": numeric(math.trunc),
    "trunc": numeric(math.trunc),
    "round": numeric(_round, 2, least=1),
    "sqrt": numeric(math.sqrt),
    "exp": numeric(math.exp),
    "expm1": numeric(math.expm1),
    "ln": numeric(math.log),
    "log": numeric(math.log),
    "ln1p": numeric(math.log1p),
    "log1p": numeric(math.log1p),
    "log10": numeric(math.log10),
    "mod": numeric(_mod, 2),
    "sign": numeric(_sign),
    "sin": numeric(math.sin),
    "cos": numeric(math.cos),
    "tan": numeric(math.tan),
    "asin": numeric(math.asin),
    "acos": numeric(math.acos),
    "atan": numeric(math.atan),
    "atan2": numeric(math.atan2, 2),
    "sinh": numeric(math.sinh),
    "cosh": numeric(math.cosh),
    "tanh": numeric(math.tanh),
    "lnfactorial": numeric(lambda n: math.lgamma(n + 1)),
    "lngamma": numeric(math.lgamma),
    "comb": numeric(_comb, 2),
    "logit": numeric(lambda p: math.log(p / (1 - p))),
    "invlogit": numeric(lambda x: 1 / (1 + math.exp(-x))),
    "float": numeric(to_float32),
    "max": Function(_extreme(max), "n+"),
    "min": Function(_extreme(min), "n+"),
    "c_pi": Function(lambda: clean(math.pi), ""),
}
