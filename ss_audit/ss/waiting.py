"""Waiting for what SS says is not there yet: asking again when it said to, and never for longer than the bound.

It is waiting, not trying again: nothing is judged until SS answers the question, and every answer is on record.
"""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime

from ss_audit.evidence.model import Exchange
from ss_audit.ss import facts

FIRST_PAUSE, SLOWEST_PAUSE, LONGEST_PAUSE = 0.1, 3.0, 30.0
FIRST_LOOK = 2.0
NOT_NOW = (429, 503)
NEVER = 999_999_999
"""Seconds, as many as nobody waits: what SS says may have hundreds of digits."""


def ask_until(
    ask: Callable[[], Exchange],
    is_settled: Callable[[Exchange], bool],
    timeout: float,
    gone: Callable[[], bool],
    first_pause: float = FIRST_PAUSE,
) -> tuple[Exchange, ...]:
    """All answers, until one is settled, the time (s) is over, or who should settle it is gone; at least one.

    Between two of them it pauses as long as SS said, else ever longer. The fact may be there sooner than SS thought, so
    no pause is longer than half a minute. Asking `gone` may be dear where SS runs elsewhere: it is asked after 2, 4, 8, … s.
    """
    answers: list[Exchange] = []
    begin = time.monotonic()
    deadline, shortest, look = begin + timeout, FIRST_PAUSE, FIRST_LOOK
    while True:
        answers.append(ask())
        if is_settled(answers[-1]) or time.monotonic() > deadline:
            return tuple(answers)
        if time.monotonic() - begin > look:
            look *= 2
            if gone():
                return tuple(answers)
        told = come_again(answers[-1])
        pause = max(shortest, first_pause if told is None else min(told, LONGEST_PAUSE))
        time.sleep(max(0.0, min(pause, deadline + 0.01 - time.monotonic())))
        shortest = min(shortest * 1.3, SLOWEST_PAUSE)


class Patience:
    """How long SS may put us off with "not now": `once` seconds for one question, and ten times that in all.

    Without the second bound an SS that puts off each of a thousand downloads could keep an audit for days. `put_off` holds
    the answers that put us off, until somebody takes them.
    """

    def __init__(self, once: float) -> None:
        self._once = once
        self._left = 10 * once
        self._put_off: list[Exchange] = []

    def ask(self, ask: Callable[[], Exchange]) -> Exchange:
        """The first answer that does not put us off; the last one when SS wants more time than is left. For GET alone."""
        left = min(self._once, self._left)
        shortest = FIRST_PAUSE
        while True:
            exchange = ask()
            told = come_again(exchange) if is_not_now(exchange) else None
            if told is None or (pause := max(told, shortest)) > left:
                return exchange
            self._put_off.append(exchange)
            time.sleep(pause)
            left -= pause
            self._left -= pause
            shortest = min(shortest * 1.3, SLOWEST_PAUSE)

    def taken(self) -> tuple[Exchange, ...]:
        """The answers that put us off since this was asked last."""
        taken, self._put_off = tuple(self._put_off), []
        return taken


def is_not_now(exchange: Exchange) -> bool:
    """429 or 503 that says when to come again. Without that it is a refusal or a failure like any other."""
    return exchange.status in NOT_NOW and _header(exchange, "retry-after") is not None


def come_again(exchange: Exchange) -> float | None:
    """The seconds after which SS wants to be asked again, None when it does not say: a header, or a field of the answer."""
    told = (_header(exchange, "retry-after") or "").strip()
    if told.isascii() and told.isdigit():
        return float(told[: len(str(NEVER))])
    until, date = _moment(told), _moment(_header(exchange, "date") or "")
    if until is not None and date is not None:  # by SS's own clock, which may be another than ours
        return max(0.0, until - date)
    found = facts.find(facts.answered(exchange), ("retry_after_seconds", "retry_after"))
    told_so = found.value if found else None
    return float(max(0, min(told_so, NEVER))) if isinstance(told_so, int | float) else None


def _header(exchange: Exchange, name: str) -> str | None:
    return next((value for key, value in exchange.response_headers if key.lower() == name), None)


def _moment(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
