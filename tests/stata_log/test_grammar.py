"""A log is read for what it is and for how its run ended, whatever wrote around it."""

import pytest

from ss_audit.stata_log.grammar import read_log
from stata_log.synthetic import REHEARSAL_HEAD, batch, closed, head, opened

DO = 'version 18\nclear all\n\n* load\nimport delimited "data.csv", clear\ncount\n'
BREAK = ["--Break--", "r(1);"]
VERSIONS = ["13.1", "14.2", "15.1", "16.1", "17.0", "18.0", "18.5now", "19.5now"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("newline", ["LF", "CRLF"])
def test_version_and_line_ends(version: str, newline: str) -> None:
    text = batch(DO, {"count": ["  12"]}, version=version)
    log = read_log(text.replace("\n", "\r\n" if newline == "CRLF" else "\n").encode())
    assert (log.kind, log.version, log.newline, log.outcome) == ("batch", version, newline, "ok")
    assert log.banner is not None
    assert log.banner.oddities == ()
    assert log.edition == ("SE" if version >= "17" else "MP")
    assert log.do_file == "stata.do"
    assert [c.text for c in log.commands if c.level == 1][:3] == ["version 18", "clear all", ""]


def test_late_builds_name_the_product_before_the_version() -> None:
    lines = head("18.0")
    lines[2] = lines[2].replace("18.0", "Stata 18.0")
    lines[7] = lines[7].replace("800-STATA-PC", "800-782-8272")
    lines[8] = lines[8].replace("stata@stata.com", "service@stata.com")
    log = read_log(batch(DO, top=lines).encode())
    assert log.version == "18.0"
    assert log.banner is not None
    assert log.banner.oddities == ()


def test_parts_of_two_versions_do_not_make_one() -> None:
    lines = head("17.0")
    lines[2] = lines[2].replace("17.0", "19.0")
    log = read_log(batch(DO, top=lines).encode())
    assert log.banner is not None
    assert len(log.banner.oddities) == 2, "copyright years and telephone are those of 17"


@pytest.mark.parametrize(
    ("tail", "outcome"),
    [
        ([". ", "end of do-file"], "ok"),
        ([". exit", "", "end of do-file"], "ok"),
        ([". foo", "command foo is unrecognized", "r(199);", "", "end of do-file", "r(199);"], "r199"),
        ([". exit 12344", "r(12344);", "", "end of do-file", "r(12344);"], "r12344"),
        (
            [". do inner.do", "", ". bad", "command bad is unrecognized", "r(199);"] + ["", "end of do-file", "r(199);"] * 2,
            "r199",
        ),
        (
            [". if 1 {", ".     exit 1", *BREAK, ". }", *BREAK, "", "end of do-file", *BREAK],
            "r1",
        ),
        ([". do inner.do", "", ". count", "  3", "", ". ", "end of do-file", ""], "killed"),
        ([". do inner.do", "", ". ", "end of do-file", "", ". ", "end of do-file"], "ok"),
        ([". capture noisily foo", "command foo is unrecognized", "r(199);", "", ". ", "end of do-file"], "ok"),
        ([". capture noisily foo", "command foo is unrecognized", "r(199);", "", ". count"], "killed"),
        ([". while 1 {", "  2.     local i = 1"], "killed"),
        ([". sleep 100000"], "killed"),
        (['. display "end of do-file"', "end of do-file"], "killed"),
    ],
)
def test_the_trailer_decides(tail: list[str], outcome: str) -> None:
    text = "\n".join([*head(), ". do stata.do ", "", ". version 18", "", *tail]) + "\n"
    log = read_log(text.encode())
    assert log.outcome == outcome
    assert log.complete == (outcome != "killed")


def test_no_beginning_of_a_log_is_taken_for_the_whole() -> None:
    lines = batch(DO + "do inner.do\ncount\n", {"do inner.do": [". count", "  1", "", ". ", "end of do-file"]}).splitlines()
    assert read_log(("\n".join(lines) + "\n").encode()).outcome == "ok"
    for cut in range(1, len(lines)):
        assert read_log(("\n".join(lines[:cut]) + "\n").encode()).outcome == "killed", lines[:cut][-1]


def test_a_do_file_that_is_not_there() -> None:
    text = "\n".join([*head(), '. do "no such.do" ', "file no such.do not found", "r(601);"]) + "\n"
    log = read_log(text.encode())
    assert (log.outcome, log.do_file) == ("r601", "no such.do")


def test_a_command_given_directly() -> None:
    failed = "\n".join([*head(), ". use none.dta ", "file none.dta not found", "r(601);"]) + "\n"
    ran = "\n".join([*head(), ". display 2 ", "2", ""]) + "\n"
    assert read_log(failed.encode()).outcome == "r601"
    assert read_log(ran.encode()).outcome == "ok"
    assert read_log(ran.encode()).do_file is None


def test_what_other_programs_write_around_it_does_not_count() -> None:
    text = "builder started\n" + batch(DO, ending="no room|901") + "\n\nbuilder ended: 0 errors\n"
    log = read_log(text.encode())
    assert (log.version, log.outcome, log.wrapped) == ("18.0", "r901", True)


def test_of_runs_in_one_file_the_last_counts() -> None:
    text = batch(DO, ending="no room|901") + "\nnext\n" + batch(DO, version="17.0")
    log = read_log(text.encode())
    assert (log.sessions, log.version, log.outcome) == (2, "17.0", "ok")
    assert log.return_codes == ()


def test_a_log_that_log_using_opened() -> None:
    lines = [*opened(), "", ". count", "  3", "", ". log close", *closed()]
    log = read_log(("\n".join(lines) + "\n").encode())
    assert (log.kind, log.outcome, log.version) == ("log", "ok", None)
    assert (log.opened_on, log.closed_on) == ("11 Jan 2026, 10:34:31", "11 Jan 2026, 10:34:32")
    died = [*opened(), "", ". foo", "command foo is unrecognized", "r(199);", "", "end of do-file", "r(199);"]
    assert read_log(("\n".join(died) + "\n").encode()).outcome == "r199"
    cut = [*opened(), "", ". count"]
    assert read_log(("\n".join(cut) + "\n").encode()).outcome == "killed"


def test_a_log_in_smcl() -> None:
    lines = ["{smcl}", "{com}{sf}{ul off}{txt}{.-}", "      name:  {res}<unnamed>", "  {txt}log type:  {res}smcl", ""]
    lines += ["{com}. confirm file x.csv", "{err}file {bf:x.csv} not found", "{txt}{search r(601), local:r(601);}"]
    lines += ["", "end of do-file", "", "{search r(601), local:r(601);}"]
    log = read_log(("\n".join(lines) + "\n").encode())
    assert (log.kind, log.outcome) == ("smcl", "r601")
    assert log.commands[0].text == "confirm file x.csv"
    assert log.commands[0].output[0] == "file x.csv not found"


def test_a_rehearsal_announces_itself() -> None:
    log = read_log(batch(DO, top=REHEARSAL_HEAD).encode())
    assert (log.kind, log.rehearsal, log.version, log.outcome) == ("batch", True, None, "ok")
    quoted = batch('display "REHEARSAL ENGINE, NOT STATA"\n')
    assert not read_log(quoted.encode()).rehearsal, "a do-file that prints the words is not an announcement"


@pytest.mark.parametrize(
    "raw", [b"", b"\n\n", b"hello\n", b"r(601);\n", b"\x00\xff\xfe" * 50, "SS started\nok\n".encode("utf-16")]
)
def test_what_is_no_stata_log_is_said_to_be_none(raw: bytes) -> None:
    log = read_log(raw)
    assert (log.kind, log.outcome, log.commands) == ("not a stata log", "killed", ())


def test_old_logs_may_be_latin_1() -> None:
    text = batch('display "naïve"\n', {'display "naïve"': ["naïve"]}, version="13.1")
    log = read_log(text.encode("latin-1"))
    assert (log.encoding, log.version, log.outcome) == ("latin-1", "13.1", "ok")


def test_commands_carry_their_output_and_their_block() -> None:
    do = 'foreach v in a b {\n\tdisplay "`v\'"\n\n}\nif 1 {\n    count\n}\n'
    text = batch(do, {"}": ["a", "b"], "count": ["  7"]}).replace("  4. }", "  4. }", 1)
    log = read_log(text.encode())
    found = [(c.text.strip(), c.depth, c.number) for c in log.commands if c.level == 1]
    assert found[:4] == [("foreach v in a b {", 0, None), ('display "`v\'"', 1, 2), ("", 1, 3), ("}", 0, 4)]
    assert [c.output for c in log.commands if c.text.strip() == "count"] == [("  7",)]
    assert [c.depth for c in log.commands if c.text.strip() == "count"] == [1]


def test_the_head_gives_away_no_serial_number_and_no_name() -> None:
    dumped = read_log(batch(DO).encode()).model_dump_json()
    assert "401800000000" not in dumped
    assert "Nobody" not in dumped
    assert "Nowhere" not in dumped
