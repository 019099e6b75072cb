"""The terminal while an audit runs: which scenario, what is being waited for and for how long, and what came of each.

Where there is a terminal, one line is kept up to date; elsewhere and in CI there are plain lines; `--quiet` has neither.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TextIO

from rich.console import Console
from rich.live import Live as RichLive
from rich.spinner import Spinner
from rich.text import Text

from ss_audit.report.progress import Progress
from ss_audit.report.terminal import MARK_WIDTH, MARKS

STYLES = {
    "pass": "green", "fail": "bold red", "not_evidenced": "yellow", "error": "bold magenta", "not_run": "dim",
    "READY": "bold green", "NOT READY": "bold yellow", "INCONCLUSIVE": "bold magenta",
}  # fmt: skip
CLOSING = "ending what was started, sealing the evidence"


class Live(Protocol):
    """Called with what is being waited for, and with "" when nothing is any more: the lab's reporter of waits."""

    def __call__(self, what: str) -> None: ...

    def say(self, lines: Sequence[str], *, needed: bool = False) -> None:
        """Lines for the reader; `needed` ones also when it is to be quiet."""

    def begins(self, scenario: str) -> None:
        """A scenario starts."""

    def ended(self, scenario: str, outcome: str) -> None:
        """It was judged."""

    def close(self) -> None:
        """No wait is told after this."""


def live(
    quiet: bool,
    mask: Callable[[str], str],
    out: TextIO | None = None,
    err: TextIO | None = None,
    environment: Mapping[str, str] | None = None,
) -> Live:
    """The one for this place. `mask` is what every text passes through; streams and environment are this process's own."""
    out, err = out or sys.stdout, err or sys.stderr
    environment = os.environ if environment is None else environment
    if quiet:
        return Quiet(out, mask)
    moving = out.isatty() and err.isatty() and not environment.get("CI") and environment.get("TERM") != "dumb"
    return Moving(out, mask) if moving else Plain(out, err, mask)


class Quiet:
    """Says only what is needed: the verdict, and where everything lies."""

    def __init__(self, out: TextIO, mask: Callable[[str], str]) -> None:
        self._out, self._mask = out, mask

    def __call__(self, what: str) -> None:
        """Nothing."""

    def say(self, lines: Sequence[str], *, needed: bool = False) -> None:
        """Only what is needed."""
        if needed:
            print(self._mask("\n".join(lines)), file=self._out, flush=True)

    def begins(self, scenario: str) -> None:
        """Nothing."""

    def ended(self, scenario: str, outcome: str) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


class Plain:
    """A line for each scenario when it was judged, and one for a wait that takes long."""

    def __init__(self, out: TextIO, err: TextIO, mask: Callable[[str], str]) -> None:
        self._out, self._mask = out, mask
        self._waits = Progress(err)
        self._scenario, self._since = "", time.monotonic()

    def __call__(self, what: str) -> None:
        """Says it when it takes long."""
        where = f" (for “{self._scenario}”)" if what and self._scenario else ""
        self._waits(self._mask(f"{what}{where}"))

    def say(self, lines: Sequence[str], *, needed: bool = False) -> None:  # noqa: ARG002
        """All of it."""
        print(self._mask("\n".join(lines)), file=self._out, flush=True)

    def begins(self, scenario: str) -> None:
        """Remembered: the line comes when it was judged."""
        self._scenario, self._since = scenario, time.monotonic()

    def ended(self, scenario: str, outcome: str) -> None:
        """Outcome, name, seconds."""
        self("")
        self.say([f"  {MARKS.get(outcome, outcome):<{MARK_WIDTH}}  {scenario}  ({time.monotonic() - self._since:.1f} s)"])
        self._scenario = ""

    def close(self) -> None:
        """No line about a wait after this one."""
        self._waits.close()


class Moving:
    """As `Plain`, in colours (none with NO_COLOR), and below it one line that says what is going on and for how long."""

    def __init__(self, out: TextIO, mask: Callable[[str], str]) -> None:
        self._mask = mask
        self._console = Console(file=out, highlight=False, emoji=False, markup=False, soft_wrap=True)
        self._spinner = Spinner("dots")
        self._scenario, self._what = "", ""
        self._began = self._waiting = time.monotonic()
        self._line: RichLive | None = None

    def __call__(self, what: str) -> None:
        """Shown at once, with the seconds since then."""
        if what != self._what:
            self._what, self._waiting = self._mask(what), time.monotonic()
        self._show()

    def say(self, lines: Sequence[str], *, needed: bool = False) -> None:  # noqa: ARG002
        """Above the moving line; the outcomes and the verdict in colours."""
        for line in lines:
            self._console.print(_coloured(self._mask(line)))

    def begins(self, scenario: str) -> None:
        """Shown at once."""
        self._scenario, self._what, self._began = self._mask(scenario), "", time.monotonic()
        self._show()

    def ended(self, scenario: str, outcome: str) -> None:
        """Outcome, name, seconds."""
        self._scenario, self._what = "", ""
        self.say([f"  {MARKS.get(outcome, outcome):<{MARK_WIDTH}}  {scenario}  ({time.monotonic() - self._began:.1f} s)"])
        self._began = time.monotonic()

    def close(self) -> None:
        """Takes the moving line away."""
        if self._line is not None:
            self._line.stop()
            self._line = None

    def _show(self) -> None:
        if self._line is None:
            self._line = RichLive(
                get_renderable=self._now, console=self._console, transient=True, refresh_per_second=8,
                redirect_stdout=False, redirect_stderr=False,
            )  # fmt: skip
            self._line.start()

    def _now(self) -> Spinner:
        """The seconds and the wait first: what a narrow terminal cuts off is the end of the line."""
        seconds = time.monotonic() - (self._waiting if self._what else self._began)
        text = Text(f"{seconds:.0f} s  ", no_wrap=True, overflow="ellipsis", style="dim")
        text.append(" · ".join(part for part in (self._what, self._scenario) if part) or CLOSING, style="not dim")
        self._spinner.update(text=text)
        return self._spinner


def _coloured(line: str) -> Text:
    """The line, its mark or its verdict in colour."""
    text = Text(line)
    for outcome, mark in MARKS.items():
        if line.startswith(f"  {mark} "):
            text.stylize(STYLES[outcome], 2, 2 + len(mark))
    if line.startswith("VERDICT: "):
        text.stylize(STYLES.get(line.removeprefix("VERDICT: ").partition(" (")[0], "bold"), 9)
    return text
