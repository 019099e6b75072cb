"""Being told to end: at once when idle, after the job under way when not, but not later than the grace allows."""

import threading
import time


class Interrupted(Exception):
    """The grace ran out while a job was under way; another worker may run it again."""


class Shutdown:
    """Whether the process was told to end, and since when. `grace_seconds` is how long work may still go on."""

    def __init__(self, grace_seconds: float) -> None:
        self._grace_seconds = grace_seconds
        self._event = threading.Event()
        self._deadline = float("inf")

    def request(self) -> None:
        """Ask for the end; the first request starts the grace."""
        if not self._event.is_set():
            self._deadline = time.monotonic() + self._grace_seconds
            self._event.set()

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    @property
    def grace_is_over(self) -> bool:
        return time.monotonic() >= self._deadline

    def wait(self, seconds: float) -> None:
        """Sleep, but wake at a request."""
        self._event.wait(seconds)
