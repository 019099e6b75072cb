"""Waiting for a job's end: over when it ended, when the time is over, or when nobody is left to bring it about."""

import time
from types import SimpleNamespace
from typing import Any

from checks.observations import status

from ss_audit.ss import journey

ACCESS: Any = SimpleNamespace(job_id="job_1")


def client(*words: str) -> Any:
    """A client that tells these statuses, the last one for ever."""
    told = list(words)
    return SimpleNamespace(job=lambda _: status(told.pop(0) if len(told) > 1 else told[0]))


def nobody_is_gone() -> bool:
    return False


def test_it_ends_with_the_job() -> None:
    polls = journey.poll(client("queued", "running", "succeeded"), ACCESS, 60.0, nobody_is_gone)
    assert [p.response_body.text for p in polls] == [status(w).response_body.text for w in ("queued", "running", "succeeded")]


def test_it_ends_with_the_time() -> None:
    begin = time.monotonic()
    assert journey.poll(client("running"), ACCESS, 0.5, nobody_is_gone)
    assert time.monotonic() - begin < 5


def test_a_job_whose_worker_is_gone_is_not_waited_for() -> None:
    begin, asked = time.monotonic(), []
    polls = journey.poll(client("running"), ACCESS, 900.0, lambda: asked.append(time.monotonic()) is None)
    assert time.monotonic() - begin < 10
    assert (len(asked), bool(polls)) == (1, True)


def test_one_that_works_on_is_not_asked_about_at_every_look() -> None:
    asked: list[float] = []

    def note() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 1

    polls = journey.poll(client("running"), ACCESS, 60.0, note)
    assert len(asked) == 2 < len(polls)
