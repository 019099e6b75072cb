"""Reading logs: nothing twice, nothing lost, nothing half."""

from pathlib import Path

import pytest

from ss_audit.stack import logs
from ss_audit.stack.logs import BLOCK, LEFT_OUT, LOST, Cursor, LogFile, events


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log"


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as log:
        log.write(text)


def test_since_gives_what_came_after_the_mark_and_nothing_else(path: Path) -> None:
    append(path, "one\ntwo\n")
    cursor = LogFile(path).mark()
    assert LogFile(path).since(cursor) == ()
    append(path, "three\r\n\nfour\n")
    assert LogFile(path).since(cursor) == ("three", "", "four")


def test_a_line_that_is_being_written_belongs_to_what_comes_after(path: Path) -> None:
    append(path, "one\ntw")
    log = LogFile(path)
    begin, cursor = log.mark()._replace(offset=0), log.mark()
    assert log.since(begin) == ("one",)
    append(path, "o\nthr")
    assert log.since(cursor) == ("two",)
    assert log.tail(cursor) == ("two", "thr"), "the last words count, finished or not"


def test_a_log_that_is_not_there_yet_is_empty(path: Path) -> None:
    cursor = LogFile(path).mark()
    assert LogFile(path).since(cursor) == ()
    append(path, "first\n")
    assert LogFile(path).since(cursor) == ("first",)


@pytest.mark.parametrize("rotate", [True, False], ids=["replaced", "cut"])
def test_a_replaced_or_cut_log_is_told_and_read_from_its_beginning(path: Path, rotate: bool) -> None:
    append(path, "old\nolder\n")
    cursor = LogFile(path).mark()
    if rotate:
        path.rename(path.with_suffix(".1"))
        append(path, "a new file that is longer than the old one\n")
    else:
        path.write_text("new\n")
    lines = LogFile(path).since(cursor)
    assert lines[0] == LOST
    assert lines[1:] == (path.read_text().strip(),)


def test_a_log_that_vanished_is_told(path: Path) -> None:
    append(path, "old\n")
    cursor = LogFile(path).mark()
    path.unlink()
    assert LogFile(path).since(cursor) == (LOST,)


def test_the_end_is_found_in_a_long_line_too(path: Path) -> None:
    append(path, "short\n" + "x" * (3 * BLOCK))
    assert LogFile(path).mark().offset == len("short\n")


def test_bytes_that_are_no_utf_8_do_not_stop_the_reading(path: Path) -> None:
    path.write_bytes(b"caf\xe9\nnext\n")
    assert LogFile(path).since(LogFile(path).mark()._replace(offset=0)) == ("caf\ufffd", "next")


def test_events_are_the_json_objects_among_the_lines() -> None:
    lines = ['{"event": "A", "n": 1}', "Traceback (most recent call last):", "[1]", "7", '{"event": "cut', "", ' {"b": 2}']
    assert events(lines) == [{"event": "A", "n": 1}, {"b": 2}]
    assert events(["{" + '"a":[' * 100_000]) == []


def test_of_a_flood_both_ends_are_read_at_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST", 100)
    log = LogFile(tmp_path / "api.log")
    log.path.write_text("first\n" + "flood of lines\n" * 1000 + "last\n")
    lines = log.since(Cursor(None, 0))
    assert (lines[0], lines[-1]) == ("first", "last")
    (told,) = [line for line in lines if line.startswith("[audit: ")]
    kept = sum(len(line) + 1 for line in lines if line != told)
    assert told == LEFT_OUT.format(log.path.stat().st_size - kept)
    assert set(lines) == {"first", "flood of lines", told, "last"}
    assert log.tail(Cursor(None, 0), 2) == ("flood of lines", "last")


def test_a_line_that_is_longer_than_what_is_read_is_left_out_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST", 100)
    log = LogFile(tmp_path / "api.log")
    log.path.write_text("first\n" + "x" * 5000 + "\nlast\n")
    assert log.since(Cursor(None, 0)) == ("first", LEFT_OUT.format(5001), "last")
