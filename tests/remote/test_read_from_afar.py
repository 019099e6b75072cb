"""Logs, processes and signs of a start as an operator's commands show them: pure."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ss_audit.evidence.model import LogWindow, ProcessSeen
from ss_audit.stack.logs import LEFT_OUT, LOST
from ss_audit.stack.remote.logs import lines_of, new_lines
from ss_audit.stack.remote.processes import moment, processes_in
from ss_audit.stack.remote.signs import anew, in_logs, is_another, start_time

LINES = st.lists(st.sampled_from(["a", "b", "", "same"]), max_size=12)


@pytest.mark.parametrize(
    ("before", "after", "new"),
    [
        ("", "ab", "ab"),
        ("ab", "ab", ""),
        ("ab", "abcd", "cd"),
        ("abcd", "cdef", "ef"),
        ("abcd", "xy", ("lost", "xy")),
        ("abcd", "", ("lost", "")),
        ("aaaa", "aaaaab", "ab"),
        ("abab", "ababab", "ab"),
    ],
)
def test_what_a_log_shows_beyond_what_it_showed(before: str, after: str, new: str | tuple[str, str]) -> None:
    expected = (LOST, *new[1]) if isinstance(new, tuple) else tuple(new)
    assert new_lines(tuple(before), tuple(after)) == expected


@given(LINES, LINES, st.integers(0, 12))
def test_of_a_log_that_only_grew_nothing_is_made_up(before: list[str], more: list[str], cut: int) -> None:
    """Whether the whole is shown or its end alone, what is said to be new is an end of what was written since."""
    after = [*before, *more][min(cut, max(0, len(before) - 1)) :]
    found = [line for line in new_lines(before, after) if line != LOST]
    assert found == after[len(after) - len(found) :]
    assert cut or len(found) == len(more)


def test_lines_are_whole_and_may_come_from_powershell() -> None:
    assert lines_of(b"one\r\ntwo\nthree unfini") == ("one", "two")
    assert lines_of("\ufeffone\r\ntwö\r\n".encode("utf-16-le")) == ("one", "twö")
    assert lines_of(b"\xef\xbb\xbfone\n") == ("one",)


API = "/srv/ss/venv/bin/python -m uvicorn src.main:app --port 8000"


WORKER = "python -m src.worker"
AS_LINES = f"hello\napi pid=7 started=100: {API}\nworker: {WORKER}\n"
AS_LIST = [{"role": "worker", "command": WORKER}, {"role": "api", "pid": 7, "started": 100, "command": API}]
BY_ROLE = {"api": {"pid": "7", "started": "100", "command": API}, "worker": {"command": WORKER.split()}}
ONE_A_LINE = [{"role": "api", "pid": 1, "command": "old"}, AS_LIST[1], AS_LIST[0]]


@pytest.mark.parametrize(
    "output", [AS_LINES, json.dumps(AS_LIST), json.dumps(BY_ROLE, indent=1), "\n".join(map(json.dumps, ONE_A_LINE))]
)
def test_start_commands_may_speak_several_ways(output: str) -> None:
    api, worker = processes_in(output, "start")
    assert (api.role, api.pid, api.started_at, " ".join(api.command)) == ("api", 7, 100.0, API)
    assert (worker.role, worker.pid, worker.started_at, worker.command) == ("worker", 0, None, ("python", "-m", "src.worker"))
    assert api.where == worker.where != ""


@pytest.mark.parametrize("output", ["", "no such process", "{}", "[1, 2]", "{not json", "api:\nworker:\n", "api pid=3\n"])
def test_what_says_nothing_of_a_role_is_no_process(output: str) -> None:
    assert processes_in(output, "start") == ()


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("1769847300", 1769847300.0), ("2026-01-31T08:15:00Z", 1769847300.0), ("2026-01-31T09:15:00+01:00", 1769847300.0),
     ("/Date(1769847300000)/", 1769847300.0), ("yesterday", None), (None, None)],
)  # fmt: skip
def test_moments(said: object, seconds: float | None) -> None:
    assert moment(said) == seconds


def process(role: str = "api", pid: int = 1, started: float | None = None, where: str = "host") -> ProcessSeen:
    return ProcessSeen(title=role, role=role, phase="x", pid=pid, started_at=started, where=where)


@pytest.mark.parametrize(
    ("before", "after", "other"),
    [
        (process(started=100), process(started=101), True),
        (process(started=100, pid=1), process(started=100, pid=2), False),
        (process(started=100, pid=1), process(started=99, pid=2), False),
        (process(pid=1), process(pid=1), False),
        (process(pid=1), process(pid=2), True),
        (process(where="pod-a"), process(where="pod-b"), True),
        (process(started=100), process(), False),
    ],
)
def test_another_process_started_later_or_is_called_otherwise(before: ProcessSeen, after: ProcessSeen, other: bool) -> None:
    assert is_another(before, after) is other


def test_each_role_is_told_apart() -> None:
    before = [process("api", 1), process("worker", 2)]
    assert anew(before, [process("api", 3), process("worker", 2)]) == {"api"}
    assert anew([], [process("api", 3)]) == frozenset()


def test_a_start_in_a_log_is_its_first_start_up_line() -> None:
    lines = (
        '{"event": "SS_WORKER_STARTUP_FAILED"}',
        '{"event": "SS_WORKER_STARTUP", "pid": 3}',
        '{"event": "SS_WORKER_STARTUP"}',
    )
    windows = [
        LogWindow(id="E1", title="", process="worker", lines=lines),
        LogWindow(id="E2", title="", process="api", lines=("up",)),
    ]
    (sign,) = in_logs(windows, {"worker": (), "api": None})
    assert (sign.role, sign.evidence, '"pid": 3' in sign.what) == ("worker", "E1", True)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (("head 1", "SS_WORKER_STARTUP 1", "b"), ("head 2", "SS_WORKER_STARTUP 1", "b"), []),
        (("head 1", "SS_WORKER_STARTUP 1", "b"), ("head 2", "SS_WORKER_STARTUP 2"), ["SS_WORKER_STARTUP 2"]),
        (("SS_WORKER_STARTUP", "b"), ("SS_WORKER_STARTUP", "b", "SS_WORKER_STARTUP"), ["SS_WORKER_STARTUP"]),
        ((), ("SS_WORKER_STARTUP",), ["SS_WORKER_STARTUP"]),
    ],
)
def test_a_start_up_line_that_stood_there_before_shows_no_restart(before, after, found) -> None:  # type: ignore[no-untyped-def]
    window = LogWindow(id="E1", title="", process="worker", lines=new_lines(before, after))
    assert [sign.what.removeprefix("its log says: ") for sign in in_logs([window], {"worker": before})] == found


def test_of_a_log_whose_beginning_is_left_out_what_is_new_is_told() -> None:
    before = (LEFT_OUT.format(100), "a", "b", "c")
    assert new_lines(before, (LEFT_OUT.format(140), "b", "c", "d")) == ("d",)
    assert new_lines(("a", "b", "c"), (LEFT_OUT.format(7), "c", "d")) == ("d",)
    assert new_lines(before, (LEFT_OUT.format(140), "x")) == (LOST, LEFT_OUT.format(140), "x")


def test_health_may_tell_when_the_api_started() -> None:
    assert start_time({"status": "ok", "process": {"started_at": "2026-01-31"}}) == "2026-01-31"
    assert start_time({"status": "ok", "checked_at": "2026-01-31"}) is None
