"""Waiting for what SS says is not there yet: as long as it says, never beyond the bound, and with every answer kept."""

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from ss_audit.evidence.model import Body, Exchange
from ss_audit.ss import waiting
from ss_audit.ss.waiting import Patience, ask_until, come_again, is_not_now

DATE = ("Date", "Sat, 28 Nov 2026 03:00:00 GMT")


def said(status: int | None, body: str = "{}", *headers: tuple[str, str]) -> Exchange:
    return Exchange(
        title=f"GET x: {status}", method="GET", url="http://ss/x", status=status, response_headers=headers,
        response_body=Body(text=body),
    )  # fmt: skip


LATER = said(429, "{}", ("Retry-After", "1"))
THERE = said(200)


class Clock:
    """Time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    passing = Clock()
    monkeypatch.setattr(waiting, "time", passing)
    return passing


def asking(*answers: Exchange) -> tuple[Callable[[], Exchange], list[Exchange]]:
    """Gives these answers, the last one for ever. Out: the asking, and what was answered."""
    left, given = list(answers), []

    def ask() -> Exchange:
        given.append(left.pop(0) if len(left) > 1 else left[0])
        return given[-1]

    return ask, given


@pytest.mark.parametrize(
    ("exchange", "seconds"),
    [
        (said(429, "{}", ("retry-AFTER", "7")), 7.0),
        (said(429, "{}", ("Retry-After", "Sat, 28 Nov 2026 03:00:09 GMT"), DATE), 9.0),
        (said(429, "{}", ("Retry-After", "Sat, 28 Nov 2026 02:00:00 GMT"), DATE), 0.0),
        (said(429, "{}", ("Retry-After", "Sat, 28 Nov 2026 03:00:09 GMT")), None),
        (said(202, '{"retry_after_seconds": 0.2}'), 0.2),
        (said(202, '{"data": {"retry_after": 3}}'), 3.0),
        (said(202, '{"retry_after_seconds": 2}', ("Retry-After", "5")), 5.0),
        (said(202, '{"retry_after_seconds": "soon"}'), None),
        (said(202, '{"retry_after_seconds": -1}'), 0.0),
        (said(202, "{}", ("Retry-After", "soon")), None),
        (said(202, "{}", ("Retry-After", "-5")), None),
        (said(202, "{}", ("Retry-After", "1 Jan 0001 00:00:00"), DATE), 0.0),
        (said(202, "{}", ("Retry-After", "Fri, 31 Dec 9999 23:59:59 +9999"), DATE), None),
        (said(202, '{"retry_after": NaN}'), 0.0),
        (said(202, '{"retry_after": -Infinity}'), 0.0),
        (said(202, '{"retry_after": Infinity}'), 999999999.0),
        (said(202, '{"retry_after": 1e999}'), 999999999.0),
        (said(202, '{"retry_after": 1%s}' % ("0" * 400)), 999999999.0),
        (said(202, '{"retry_after": true}'), None),
        (said(202, "{}", ("Retry-After", "9" * 5000)), 999999999.0),
        (THERE, None),
    ],
)
def test_when_to_come_again_is_read_wherever_it_is_said(exchange: Exchange, seconds: float | None) -> None:
    assert come_again(exchange) == seconds


@pytest.mark.parametrize(
    ("exchange", "is_it"),
    [
        (LATER, True),
        (said(503, "{}", ("Retry-After", "1")), True),
        (said(429), False),
        (said(503, '{"retry_after_seconds": 1}'), False),
        (said(500, "{}", ("Retry-After", "1")), False),
        (said(202, "{}", ("Retry-After", "1")), False),
        (said(None, "{}", ("Retry-After", "1")), False),
    ],
)
def test_not_now_is_a_refusal_that_says_when_to_come_again(exchange: Exchange, is_it: bool) -> None:
    assert is_not_now(exchange) == is_it


def test_who_is_put_off_comes_again_when_told_and_keeps_the_answers(clock: Clock) -> None:
    ask, given = asking(LATER, LATER, THERE)
    patience = Patience(10.0)
    assert patience.ask(ask) is THERE
    assert (clock.slept, len(given)) == ([1.0, 1.0], 3)
    assert patience.taken() == (LATER, LATER)
    assert patience.taken() == ()


def test_anything_else_is_the_answer(clock: Clock) -> None:
    for answer in (THERE, said(404), said(429), said(500), said(202), said(None)):
        ask, given = asking(answer, THERE)
        assert Patience(10.0).ask(ask) is answer
        assert (len(given), clock.slept) == (1, [])


def test_who_puts_off_for_ever_is_asked_until_the_bound(clock: Clock) -> None:
    ask, given = asking(LATER)
    assert Patience(10.0).ask(ask) is LATER
    assert 9.0 <= sum(clock.slept) <= 10.0
    assert len(given) == len(clock.slept) + 1


def test_who_wants_more_time_than_is_left_is_not_waited_for(clock: Clock) -> None:
    ask, given = asking(said(503, "{}", ("Retry-After", "11")))
    assert Patience(10.0).ask(ask).status == 503
    assert (clock.slept, len(given)) == ([], 1)


@pytest.mark.parametrize("after", ["NaN", "Infinity", "9" * 400, "-1"])
def test_nor_who_says_when_in_no_number_that_can_be_waited_for(clock: Clock, after: str) -> None:
    ask, given = asking(said(503, f'{{"retry_after": {after}}}', ("Retry-After", "later")))
    Patience(10.0).ask(ask)
    assert sum(clock.slept) <= 10.0
    assert len(given) < 50


def test_all_waits_together_are_bounded_too(clock: Clock) -> None:
    patience = Patience(10.0)
    for _ in range(1000):
        patience.ask(asking(LATER)[0])
    assert sum(clock.slept) == 100.0


def test_at_once_is_no_licence_to_hammer(clock: Clock) -> None:
    ask, given = asking(said(429, "{}", ("Retry-After", "0")))
    Patience(60.0).ask(ask)
    assert len(given) < 50
    assert clock.slept[0] == pytest.approx(0.1)
    assert max(clock.slept) == 3.0


def pending(_: Exchange) -> bool:
    return False


def test_what_is_not_there_yet_is_asked_for_as_told_until_it_is(clock: Clock) -> None:
    ask, given = asking(said(202, '{"retry_after_seconds": 4}'), said(202), said(200))
    answers = ask_until(ask, lambda e: e.status != 202, 60.0, lambda: False, 1.0)
    assert [e.status for e in answers] == [202, 202, 200]
    assert answers == tuple(given)
    assert clock.slept == [4.0, 1.0]


@pytest.mark.parametrize(
    "not_yet",
    [
        *(said(202, "{}", ("Retry-After", after)) for after in ("0", "1", "4000", "-1")),
        *(said(202, f'{{"retry_after": {after}}}') for after in ("-1", "NaN", "Infinity", "-1e999", "9" * 400)),
    ],
)
def test_an_endless_not_yet_ends_with_the_bound(clock: Clock, not_yet: Exchange) -> None:
    ask, given = asking(not_yet)
    answers = ask_until(ask, pending, 100.0, lambda: False)
    assert sum(clock.slept) == pytest.approx(100.0, abs=0.1)
    assert len(answers) == len(given) <= 102
    assert max(clock.slept) <= 30.0


def test_nobody_waits_for_whom_is_gone(clock: Clock) -> None:
    asked = count()
    ask_until(asking(said(202))[0], pending, 900.0, lambda: next(asked) > 1)
    assert clock.now - 1000.0 < 20
    assert next(asked) == 3


def test_a_fact_that_is_there_is_not_waited_for(clock: Clock) -> None:
    gone: Any = None
    assert ask_until(asking(THERE)[0], lambda _: True, 900.0, gone) == (THERE,)
    assert clock.slept == []
