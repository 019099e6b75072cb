"""The log reads as Stata's logs do: prompts, wraps, blocks, blank lines, trailers."""

from __future__ import annotations

from pathlib import Path

from .conftest import Runner


def test_the_log_says_that_no_stata_wrote_it(stata: Runner) -> None:
    log = stata("display 1\n", whole=True)
    assert log.startswith("\n")
    assert "REHEARSAL ENGINE, NOT STATA" in log
    assert "StataCorp" not in log
    assert "Serial number" not in log
    assert ". do job.do \n\n" in log, "the echo of do has a trailing blank"
    assert log.endswith("\n. \nend of do-file\n")


def test_commands_are_followed_by_a_blank_line_and_comments_are_not(stata: Runner) -> None:
    log = stata("* note\nlocal x 1\n\n// another\ndisplay `x'\n")
    assert log == ". * note\n. local x 1\n\n. \n. // another\n. display `x'\n1\n\n. \nend of do-file\n"


def test_a_last_line_without_line_end_gives_no_last_prompt(stata: Runner) -> None:
    assert stata("display 1").endswith("1\n\nend of do-file\n")


def test_long_lines_break_after_79_columns(stata: Runner) -> None:
    words = "x" * 100
    log = stata(f'display "{words}"\n')
    echo = f'. display "{words}"'
    assert log.startswith(f"{echo[:79]}\n> {echo[79:]}\n{words[:79]}\n> {words[79:]}\n\n")


def test_continued_lines_and_block_comments_are_echoed_as_written(stata: Runner) -> None:
    log = stata('display "a" ///\n   "b"\n/* one\ntwo */\ndisplay 2\n')
    assert log.startswith('. display "a" ///\n>    "b"\nab\n\n. /* one\n> two */\n. display 2\n2\n')


def test_loop_bodies_are_numbered_and_a_comment_takes_no_number(stata: Runner) -> None:
    log = stata('foreach v in a b {\n    * why\n    display "`v\'"\n}\n')
    assert log.startswith('. foreach v in a b {\n  2.     * why\n.     display "`v\'"\n  3. }\na\nb\n\n')


def test_if_bodies_keep_the_prompt_taken_or_not(stata: Runner) -> None:
    log = stata('if 1 {\n    display "yes"\n}\nelse {\n    display "no"\n}\n')
    assert log.startswith(
        '. if 1 {\n.     display "yes"\nyes\n. }\n\n. else {\n.     display "no"\n. }\n\n. \nend of do-file\n'
    )


def test_a_quiet_block_is_not_echoed(stata: Runner) -> None:
    log = stata('quietly {\n    display "no"\n    noisily display "yes"\n}\n')
    assert log.startswith(". quietly {\nyes\n\n. \nend")


def test_an_error_prints_its_code_twice_around_the_end_of_the_do_file(stata: Runner) -> None:
    log = stata("summarize nosuch\ndisplay 1\n")
    assert log == ". summarize nosuch\nvariable nosuch not found\nr(111);\n\nend of do-file\nr(111);\n"


def test_a_nested_do_file_adds_its_own_trailer(stata: Runner) -> None:
    Path("inner.do").write_text("error 9\n", encoding="utf-8")
    log = stata("do inner.do\n")
    assert log == (". do inner.do\n\n. error 9\nassertion is false\nr(9);\n\nend of do-file\nr(9);\n\nend of do-file\nr(9);\n")


def test_exit_with_a_code_inside_a_block_prints_the_code_once_more(stata: Runner) -> None:
    log = stata("if 1 {\n    exit 601\n}\n")
    assert log == ". if 1 {\n.     exit 601\nr(601);\n. }\nr(601);\n\nend of do-file\nr(601);\n"


def test_code_one_says_break(stata: Runner) -> None:
    log = stata("if 1 {\n    exit 1\n}\n")
    code = "--Break--\nr(1);\n"
    assert log == f". if 1 {{\n.     exit 1\n{code}. }}\n{code}\nend of do-file\n{code}"


def test_exit_without_a_code_ends_without_one(stata: Runner) -> None:
    assert stata("exit 0\ndisplay 1\n") == ". exit 0\n\nend of do-file\n"


def test_a_do_file_that_is_not_there_gives_no_trailer(stata: Runner) -> None:
    assert stata("do absent.do\n") == (". do absent.do\nfile absent.do not found\nr(601);\n\nend of do-file\nr(601);\n")


def test_a_text_log_holds_line_for_line_what_the_batch_log_holds(stata: Runner) -> None:
    batch = stata('log using "result.log", text replace\ndisplay 1\nlog close\ndisplay 2\n')
    text = Path("result.log").read_text(encoding="utf-8")
    assert text in batch
    assert text.startswith("-" * 79 + "\n      name:  <unnamed>\n       log:  ")
    assert " opened on:  " in text
    assert ". display 1\n1\n\n. log close\n" in text
    assert text.endswith("-" * 79 + "\n")
    assert " closed on:  " in text
    assert "display 2" not in text


def test_a_text_log_has_no_closing_block_when_the_do_file_dies(stata: Runner) -> None:
    stata('log using "result.log", text replace\nerror 111\n')
    text = Path("result.log").read_text(encoding="utf-8")
    assert text.endswith("r(111);\n\nend of do-file\nr(111);\n")
    assert "closed on" not in text


def test_notes_about_files_name_what_was_not_there(stata: Runner) -> None:
    Path("d.csv").write_text("a,b\n1,2.5\n", encoding="utf-8")
    log = stata("import delimited d.csv\nsave d.dta, replace\nsave d.dta, replace\n")
    assert "(encoding automatically selected: ISO-8859-1)\n(2 vars, 1 obs)\n" in log
    assert log.count("(file d.dta not found)\n") == 1
    assert log.count("file d.dta saved\n") == 2
