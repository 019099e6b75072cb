"""Ctrl-C, SIGTERM and a closed terminal end a run in order, with its evidence. Impatience does not make it lose any."""

import os
import signal
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NOTICE = b"\nInterrupted: ending everything that was started, and keeping the evidence. One moment.\n"


class Interruption:
    """Listens for the signals. The first one raises KeyboardInterrupt in the main thread, at once or as soon as the run is
    there to be closed; later ones do nothing."""

    def __init__(self) -> None:
        self.happened = False
        self._held = True
        self._closing = False

    def listen(self) -> None:
        """From now on. A signal that whoever started us had ignored (nohup) stays ignored, but for SIGINT: a shell ignores
        it for whatever it starts in the background."""
        for number in SIGNALS:
            if number == signal.SIGINT or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, self._strike)

    def release(self) -> None:
        """Until now a signal was only noted. Raises KeyboardInterrupt when there was one."""
        self._held = False
        if self.happened:
            raise KeyboardInterrupt

    def close(self) -> None:
        """From now on nothing interrupts: what is left to do is short, and is the end anyway."""
        self._closing = True

    def _strike(self, _number: int, _frame: FrameType | None) -> None:
        if self.happened or self._closing:
            return
        self.happened = True
        os.write(2, NOTICE)  # print may be what was interrupted
        if not self._held:
            raise KeyboardInterrupt
