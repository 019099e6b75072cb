"""What is said of a log to people: never that it is real, and never whose licence it was."""

import pytest

from ss_audit.stata_log.inspect import Inspection, inspect
from stata_log.synthetic import REHEARSAL_HEAD, batch, head, opened
from stata_log.test_tables import CLUSTERED, EQUATIONS, SUMMARY

DO = 'version 18\nforeach v in a b {\n    display "`v\'"\n}\ncount\n'
OUT = {"}": ["a", "b"], "count": ["  3"]}


def look(text: str) -> Inspection:
    return inspect(text.encode())


@pytest.mark.parametrize("version", ["13.1", "16.1", "17.0", "18.0", "18.5now", "19.5now"])
@pytest.mark.parametrize("ending", ["ok", "killed", "variable z not found|111"])
def test_against_a_log_by_the_grammar_nothing_speaks(version: str, ending: str) -> None:
    found = look(batch(DO, OUT, version=version, ending=ending))
    assert (found.doubts, found.standing) == ((), "nothing speaks against Stata")
    assert found.outcome == {"ok": "ok", "killed": "killed"}.get(ending, "r111")


@pytest.mark.parametrize(
    ("change", "to", "what"),
    [
        ("18.0", "21.0", "head of version"),
        ("1985-2023", "1985-2022", "head of version"),
        ("\n  ___", "  ___", "first line"),
        ("401800000000", "9223372036854775807", "head of version"),
        ("1. Stata is running", "1. Stata was running", "first note"),
        (". do stata.do \n", ". do stata.do\n", "without a blank"),
        ("  2.     display", ".     display", "without line numbers"),
        (". version 18\n\n", ". version 18\n", "without a blank line between"),
        ("  3\n\n", "  3\n", "right after output"),
        ("  3\n", "  3\nr(0);\n", "r(0)"),
    ],
)
def test_what_stata_does_not_write_is_doubted(change: str, to: str, what: str) -> None:
    text = batch(DO, OUT)
    assert change in text
    found = look(text.replace(change, to, 1))
    assert [d for d in found.doubts if what in d.what or what in d.reason], found.doubts


def test_a_version_newer_than_we_know_is_no_contradiction() -> None:
    found = look(batch(DO, OUT).replace("18.0", "21.0", 1))
    assert [d.strength for d in found.doubts] == ["weak"]
    assert found.standing == "nothing speaks against Stata"


def test_an_error_that_only_the_end_reports_is_doubted() -> None:
    text = batch(DO, OUT, ending="no room|901").replace("no room\nr(901);\n", "no room\n")
    assert any("only after the end" in d.what for d in look(text).doubts)


@pytest.mark.parametrize(
    ("version", "lines"), [("16.1", SUMMARY), ("18.0", EQUATIONS), ("16.1", ["(file x.dta not found)"]), ("13.1", CLUSTERED)]
)
def test_words_of_another_version_are_doubted(version: str, lines: list[str]) -> None:
    found = look(batch("count\n", {"count": lines}, version=version))
    assert found.standing == "doubtful"
    assert any("Stata used these words" in d.reason for d in found.doubts)


def test_a_log_from_after_the_licences_end_is_doubted() -> None:
    text = batch('log using "r.log", text\n', {'log using "r.log", text': opened()}, version="16.1")
    assert look(text).standing == "nothing speaks against Stata"
    assert look(text.replace("2039", "2019")).standing == "doubtful"


def test_rows_that_contradict_themselves_are_doubted() -> None:
    wrong = [line.replace("1.59", "1.79").replace("25.18", "26.18") for line in EQUATIONS]
    found = look(batch("mixlogit y\n", {"mixlogit y": wrong}, version="16.1"))
    assert (found.coefficient_rows, found.consistent_rows, found.standing) == (2, 0, "doubtful")


def test_a_rehearsal_is_called_one() -> None:
    found = look(batch(DO, OUT, top=REHEARSAL_HEAD))
    assert (found.rehearsal, found.standing) == (True, "announces itself as a rehearsal")


def test_it_never_says_real_and_names_nobody() -> None:
    for text in (batch(DO, OUT), batch(DO, OUT, top=head(serial="501800000001")), batch(DO, OUT, top=REHEARSAL_HEAD), "x"):
        said = look(text).model_dump_json()
        assert "genuine Stata" not in said
        assert '"real' not in said
        assert not [word for word in ("501800000001", "401800000000", "Nobody", "Nowhere") if word in said]


def test_of_a_do_files_path_only_the_name_is_told() -> None:
    said = look(batch(DO, OUT, do_echo='. do "D:\\people\\somebody\\job.do" ')).model_dump_json()
    assert "job.do" in said
    assert "somebody" not in said


def test_what_is_no_log_is_said_to_be_none() -> None:
    found = inspect(b"\x89PNG\r\n")
    assert found.standing == "not a stata log"
    assert found.summary[0].what == "This is not a Stata log."
