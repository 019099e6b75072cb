"""The echo is held against the do-file, line by line."""

import pytest

from ss_audit.stata_log.echo import EchoMatch, echo_matches
from ss_audit.stata_log.grammar import read_log
from stata_log.synthetic import batch, closed, echoed, head, opened

DO = """\
* ==============================================================================
* a rule that is longer than the page is wide, so that Stata breaks the comment ==
version 18
clear all
set more off

local vars "price weight"   // two of them
import delimited "inputs/a file with quite a long name that will not fit the page.csv", varnames(1) clear
foreach v of local vars {
\tcapture confirm numeric variable `v'
\tif _rc {
\t    display as error "no `v'"

\t    exit 111
\t}
}
regress price weight ///
    length, ///
    vce(robust)
if 1 == 1 {
    display "done"
}
else {
    display "not done"
}
display "数值变量描述统计（论文表1格式）数值变量描述统计（论文表1格式）数值变量描述统计"
"""


def match(text: str, do: str = DO) -> EchoMatch:
    return echo_matches(read_log(text.encode()), do)


def test_a_whole_echo_matches() -> None:
    found = match(batch(DO, {'display "done"': ["done"]}))
    assert found.first_difference is None
    assert found.complete
    assert found.matched == found.total == sum(1 for line in DO.splitlines() if line.strip())


def test_line_ends_of_the_do_file_do_not_count() -> None:
    assert match(batch(DO), DO.replace("\n", "\r\n")).complete


@pytest.mark.parametrize(
    ("change", "to"),
    [("set more off\n", ""), ("clear all", "clear"), ("vce(robust)", "vce(hc3)"), ('display "done"', 'display "gone"')],
)
def test_a_do_file_that_differs_is_noticed_where_it_differs(change: str, to: str) -> None:
    other = DO.replace(change, to, 1)
    found = match(batch(other))
    assert not found.complete
    assert found.first_difference is not None
    assert change.strip() in found.first_difference.expected
    assert found.matched >= found.total - 6, "what agrees after a difference still counts"


def test_a_line_that_the_do_file_does_not_have_is_noticed() -> None:
    found = match(batch(DO.replace("clear all\n", "clear all\nset obs 5\n")))
    assert found.first_difference is not None
    assert found.first_difference.found == "set obs 5"


def test_an_echo_that_stops_early_without_an_error_is_noticed() -> None:
    found = match(batch("\n".join(DO.splitlines()[:5]) + "\n"))
    assert found.first_difference is not None
    assert found.first_difference.line == 7
    assert found.matched < found.total


def test_lines_after_an_error_are_not_expected() -> None:
    start = "\n".join(DO.splitlines()[:8]) + "\n"
    found = match(batch(start, ending="file not found|601"))
    assert found.complete
    assert found.total == 7


def test_lines_after_an_exit_are_not_expected() -> None:
    do = "version 18\nexit 0\ndisplay 1\n"
    text = "\n".join([*head(), ". do stata.do ", "", ". version 18", "", ". exit 0", "", "end of do-file"]) + "\n"
    assert match(text, do).complete


def test_a_quiet_block_need_not_be_echoed() -> None:
    do = "clear\nquietly {\n    set obs 3\n    if 1 {\n        generate x = 1\n    }\n}\ncount\n"
    silent = "clear\nquietly {\ncount\n"
    text = batch(silent, {"quietly {": [""], "count": ["  3"]}).replace("\n. count\n", "\n\n. count\n", 1)
    assert match(text, do).complete


def test_the_inner_log_echoes_what_follows_its_opening() -> None:
    do = 'clear all\nlog using "result.log", text replace\ncount\nlog close\nexit\n'
    lines = [*opened(), "", *echoed("count\nlog close\n", {"count": ["  3"], "log close": closed()})]
    assert match("\n".join(lines), do).complete
    assert not match("\n".join(lines), do.replace("count", "describe")).complete


def test_statements_that_end_in_a_semicolon() -> None:
    do = "#delimit ;\nregress price weight\n   length\n   , robust;\n#delimit cr\ncount\n"
    lines = [". #delimit ;", "delimiter now ;", ". regress price weight", ">    length", ">    , robust;", ""]
    lines += [". #delimit cr", "delimiter now cr", ". count", "  3", "", ". ", "end of do-file"]
    found = match("\n".join([*head(), ". do stata.do ", "", *lines]) + "\n", do)
    assert found.complete
    assert found.total == 6


def test_nothing_echoed_is_no_match() -> None:
    found = match("\n".join([*head(), ". do stata.do ", ""]) + "\n")
    assert not found.complete
    assert not match("no log at all\n").complete


def test_output_that_looks_like_an_echo_is_output() -> None:
    do = "matrix list r(S)\ncount\n"
    printed = {"matrix list r(S)": ["", "r(S)[1,2]", "            N         ll0", ".           6           ."]}
    assert match(batch(do, printed | {"count": ["  6"]}), do).complete
