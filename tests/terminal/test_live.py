"""While an audit runs: plain lines in a pipe and in CI, one moving line on a terminal, nothing for whoever asked for quiet."""

import io
import os
import pty
import re
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import pytest

from ss_audit.report.live import Moving, Plain, Quiet, live

SCENARIO = "Redeem returns a usable job token"


def as_it_is(text: str) -> str:
    return text


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "quiet", "kind"),
    [
        (io.StringIO(), {}, False, Plain),
        (Terminal(), {"TERM": "xterm"}, False, Moving),
        (Terminal(), {"TERM": "xterm", "CI": "true"}, False, Plain),
        (Terminal(), {"TERM": "dumb"}, False, Plain),
        (Terminal(), {"TERM": "xterm"}, True, Quiet),
    ],
    ids=["a pipe", "a terminal", "CI", "a dumb terminal", "quiet"],
)
def test_each_place_gets_what_it_can_show(stream: TextIO, environment: dict[str, str], quiet: bool, kind: type) -> None:
    shown = live(quiet, as_it_is, stream, stream, environment)
    shown.close()
    assert type(shown) is kind


def test_plain_lines_say_outcome_name_and_time() -> None:
    out, err = io.StringIO(), io.StringIO()
    shown = Plain(out, err, str.upper)
    shown.begins("a scenario")
    shown("a short wait")
    shown.ended("a scenario", "not_evidenced")
    shown.close()
    assert re.fullmatch(r"  NOT EVIDENCED +A SCENARIO  \(0\.0 S\)\n", out.getvalue()), "and every text is masked"
    assert err.getvalue() == ""


def test_quiet_says_only_what_is_needed() -> None:
    out = io.StringIO()
    shown = Quiet(out, as_it_is)
    shown.begins(SCENARIO)
    shown("a wait")
    shown.ended(SCENARIO, "fail")
    shown.say(["by the way"])
    shown.say(["VERDICT: READY"], needed=True)
    assert out.getvalue() == "VERDICT: READY\n"


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> Iterator[tuple[TextIO, int]]:
    """A real pseudo terminal: what a program writes to, and what shows on it."""
    for name in ("NO_COLOR", "FORCE_COLOR", "CI", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm-256color", "COLUMNS": "120", **environment}.items():
        monkeypatch.setenv(name, value)
    screen, end = pty.openpty()
    with os.fdopen(end, "w", buffering=1) as stream:
        yield stream, screen
    os.close(screen)


def shown_until(screen: int, wanted: str) -> str:
    """What shows on the screen until `wanted` does, ten seconds at most."""
    seen, until = "", time.monotonic() + 10
    while wanted not in seen:
        assert time.monotonic() < until, seen
        if select.select([screen], [], [], 0.2)[0]:
            seen += os.read(screen, 4096).decode("utf-8")
    return seen


def test_on_a_terminal_the_line_says_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as (stream, screen):
        shown = Moving(stream, as_it_is)
        shown.begins(SCENARIO)
        shown("main journey: finish")
        seen = shown_until(screen, "main journey: finish")
        assert SCENARIO in seen
        shown.ended(SCENARIO, "pass")
        assert "\x1b[32mpass" in shown_until(screen, "s)\r\n"), "in colour"
        shown.close()
        shown.say(["VERDICT: NOT READY"])
        assert "NOT READY" in shown_until(screen, "VERDICT")


def test_without_colours_where_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch, NO_COLOR="1") as (stream, screen):
        shown = Moving(stream, as_it_is)
        shown.ended(SCENARIO, "fail")
        seen = shown_until(screen, "s)\r\n")
        shown.close()
    assert "FAIL" in seen
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", seen)


def test_a_narrow_terminal_keeps_the_seconds_also_while_it_closes() -> None:
    """What is cut off is the end of the line, and silence without seconds looks like a hang."""
    shown = Moving(io.StringIO(), as_it_is)
    assert re.match(r"\d+ s  ending what was started", str(shown._now().text))
    shown._scenario, shown._what = SCENARIO, "starting SS"
    assert re.match(rf"\d+ s  starting SS · {SCENARIO}$", str(shown._now().text))
    shown._what = ""
    assert re.match(rf"\d+ s  {SCENARIO}$", str(shown._now().text))
