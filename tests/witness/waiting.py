"""Waiting for a fact, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

T = TypeVar("T")


def until(fact: Callable[[], T], seconds: float = 5.0) -> T:
    """The fact's value once it holds; fails when it doesn't come about in time."""
    deadline = time.monotonic() + seconds
    while not (value := fact()):
        assert time.monotonic() < deadline, "what was waited for did not come about"
        time.sleep(0.01)
    return value


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
