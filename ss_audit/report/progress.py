"""What the audit waits for, said on the terminal when it takes long: silence looks like a hang."""

import threading
import time
from typing import TextIO

FIRST_AFTER = 10.0


class Progress:
    """Call it with what is being waited for, and with "" when nothing is any more.

    Says a line after ten seconds, then whenever the wait has doubled. In: where to write; seconds before the first line.
    """

    def __init__(self, out: TextIO, first_after: float = FIRST_AFTER) -> None:
        self._out = out
        self._first_after = first_after
        self._changed = threading.Condition()
        self._what = ""
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="progress", daemon=True)
        self._thread.start()

    def __call__(self, what: str) -> None:
        with self._changed:
            self._what = what
            self._changed.notify()

    def close(self) -> None:
        """No line after this one."""
        with self._changed:
            self._closed, self._what = True, ""
            self._changed.notify()
        self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                if not self._what:
                    self._changed.wait()
                    continue
                since, due = time.monotonic(), self._first_after
                while not self._changed.wait(due - (time.monotonic() - since)):
                    print(f"    ... {time.monotonic() - since:.0f} s: {self._what}", file=self._out, flush=True)
                    due *= 2
