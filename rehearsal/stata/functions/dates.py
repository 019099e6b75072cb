"""Dates as days since 1 January 1960."""

from __future__ import annotations

import datetime

from rehearsal.stata.functions.base import Function, numeric
from rehearsal.stata.values import MISSING

_EPOCH = datetime.date(1960, 1, 1)


def _mdy(month: float, day: float, year: float) -> float:
    try:
        return float((datetime.date(int(year), int(month), int(day)) - _EPOCH).days)
    except ValueError:
        return MISSING


def _date(days: float) -> datetime.date:
    return _EPOCH + datetime.timedelta(days=int(days))


FUNCTIONS: dict[str, Function] = {
    "mdy": numeric(_mdy, 3),
    "year": numeric(lambda d: _date(d).year),
    "month": numeric(lambda d: _date(d).month),
    "day": numeric(lambda d: _date(d).day),
    "dow": numeric(lambda d: (_date(d).weekday() + 1) % 7),
    "quarter": numeric(lambda d: (_date(d).month + 2) // 3),
}
