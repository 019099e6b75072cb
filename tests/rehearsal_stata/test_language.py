"""Macros, loops, programs, expressions, files: the language that do-files are written in."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Runner


def shown(log: str) -> list[str]:
    """The lines of output: neither prompts nor numbered lines nor blanks, up to the trailer."""
    body = log.partition("end of do-file")[0]
    lines = [line for line in body.splitlines() if line and not line.startswith((". ", "> ")) and line != "."]
    return [line for line in lines if not (line[:3].strip().isdigit() and line[3:5] == ". ")]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2^2", "-4"),
        ("2 + 3 * 4", "14"),
        ("!0 & 1 | 0", "1"),
        ("1/3", ".33333333"),
        ("1e9/3", "3.333e+08"),
        ('"a" + "b" == "ab"', "1"),
        ('strpos("hello", "l")', "3"),
        ('substr("hello", -3, 2)', "ll"),
        ("round(2.5)", "3"),
        ("round(1234.567, .01)", "1234.57"),
        ("cond(., 1, 2)", "1"),
        ("inlist(3, 1, 2, 3)", "1"),
        ("min(., 3, 2)", "2"),
        ("mod(-7, 3)", "2"),
        ('real("1e3") + missing(real("x"))', "1001"),
        ('string(1/3, "%5.2f")', "0.33"),
        ('word("a b c", -1)', "c"),
        ('upper(subinstr("aXa", "a", "b", 1))', "BXA"),
        ("%9.7f ttail(10, 2)", "0.0366940"),
        ("%9.6f invttail(30, .025)", " 2.042272"),
        ("%8.6f normal(1.96)", "0.975002"),
        ("_N + c(k)", "0"),
        ('`"say "hi""\'', 'say "hi"'),
        ('"a" _col(5) "b" _skip(2) "c"', "a   b  c"),
        ('"{hline 5}"', "-----"),
        ('_dup(3) "-"', "---"),
    ],
)
def test_display(stata: Runner, text: str, value: str) -> None:
    assert shown(stata(f"display {text}\n")) == [value]


def test_macros_expand_inside_out(stata: Runner) -> None:
    source = """local i = 2
local v2 "two words"
global g v
display "`v`i''|${g}`i'|$g|`=1+1'|`: word count `v2''|`: word 2 of `v2''|`none'|"
local ++i
display `i'
local list a b c a
local rest : list list - v2
display "`: list uniq list'|`: list sizeof list'|`: list posof "b" in list'"
display "`=string(2/3)'"
"""
    assert shown(stata(source)) == ["two words|v2|v|2|2|words||", "3", "a b c|4|2", ".6666667"]


def test_loops_and_jumps(stata: Runner) -> None:
    source = """forvalues i = 10(-5)0 {
    if `i' == 5 continue
    display "f`i'"
}
foreach n of numlist 1/2 7 {
    display "n`n'"
}
local k = 0
while 1 {
    local k = `k' + 1
    if `k' > 2 {
        continue, break
    }
    display "w`k'"
}
foreach w in "a b" c {
    display "[`w']"
}
"""
    assert shown(stata(source)) == ["f10", "f0", "n1", "n2", "n7", "w1", "w2", "[a b]", "[c]"]


def test_else_if_runs_one_branch(stata: Runner) -> None:
    source = """local x = 5
if `x' < 3 {
    display "low"
}
else if `x' < 10 {
    display "middle"
}
else {
    display "high"
}
if `x' == 5 display "one line"
else display "never"
"""
    assert shown(stata(source)) == ["middle", "one line"]


def test_capture_keeps_the_code_and_the_run(stata: Runner) -> None:
    source = """capture confirm file "absent"
display _rc
capture noisily error 111
display _rc
capture confirm number 5
display _rc
capture assert 1 == 2
display _rc
"""
    assert shown(stata(source)) == ["601", "not found", "111", "0", "9"]


def test_programs_take_arguments_and_return(stata: Runner) -> None:
    source = """program define half, rclass
    args x
    return scalar result = `x' / 2
    return local word "done"
end
half 9
display r(result) " " r(word) " `r(word)'"
capture program drop half
capture half 1
display _rc
program define opt
    syntax varlist(numeric) [if] [, Level(integer 95) Quiet]
    display "`varlist' `level' `quiet' `if'"
end
set obs 3
generate x = _n
opt x if x > 1, l(90) quiet
"""
    log = shown(stata(source))
    assert log[0] == "4.5 done done"
    assert log[1] == "199"
    assert log[-1] == "x 90 quiet if x > 1"


def test_files_are_written_as_told(stata: Runner) -> None:
    stata(
        'tempname fh\nfile open `fh\' using "out.txt", write text replace\n'
        'file write `fh\' "a" _tab %6.2f (1/3) _n "b,`=1+1\'" (3) _n\nfile close `fh\'\n'
    )
    assert Path("out.txt").read_text() == "a\t  0.33\nb,23\n"
    log = stata('file open h using "x.txt", write replace\nfile write h %9.3f 5\n')
    assert "invalid syntax\nr(198);" in log, "a number needs parentheses"


def test_by_groups_and_lags(stata: Runner) -> None:
    source = """set obs 6
generate g = mod(_n, 2)
generate v = _n
bysort g (v): generate first = _n == 1
by g: generate lag = v[_n-1]
by g: egen total = total(v)
sort v
list g v first lag total, noobs clean
"""
    rows = [line.split() for line in shown(stata(source))[-6:]]
    assert rows == [
        ["1", "1", "1", ".", "9"], ["0", "2", "1", ".", "12"], ["1", "3", "0", "1", "9"],
        ["0", "4", "0", "2", "12"], ["1", "5", "0", "3", "9"], ["0", "6", "0", "4", "12"],
    ]  # fmt: skip


def test_preserve_restore_and_export(stata: Runner) -> None:
    stata(
        'set obs 2\ngenerate double x = _n / 4\ngenerate s = "a,b"\nreplace x = . in 2\npreserve\nclear\nset obs 1\n'
        "generate z = 1\nrestore\nexport delimited using out.csv, replace\n"
    )
    assert Path("out.csv").read_text() == 'x,s\n.25,"a,b"\n,"a,b"\n'


def test_postfile_collects_results(stata: Runner) -> None:
    log = stata(
        "tempname h\ntempfile f\npostfile `h' str8 name double value using `f'\n"
        "foreach v in a b {\n    post `h' (\"`v'\") (ln(2))\n}\npostclose `h'\nuse `f', clear\nlist, noobs clean\n"
    )
    assert [line.split() for line in shown(log)[-2:]] == [["a", ".69314718"], ["b", ".69314718"]]


def test_matrices(stata: Runner) -> None:
    source = """matrix A = (2, 1 \\ 1, 3)
matrix B = A * inv(A)
display B[1,1] B[1,2] " " A[2,1] " " rowsof(A) colsof(A)
matrix rownames A = first second
display "`: rownames A'"
matrix A[1,2] = 7
matrix C = A' , J(2, 1, 5)
display C[2,1] C[1,3]
"""
    assert shown(stata(source)) == ["10 1 22", "first second", "75"]


def test_delimit_and_comments(stata: Runner) -> None:
    log = stata(
        '#delimit ;\ndisplay "a"\n  "b" ; local x 1;\n#delimit cr\ndisplay "http://x" // note\ndisplay 2 /* in */ + 3\n'
    )
    assert shown(log) == ["delimiter now ;", "ab", "delimiter now cr", "http://x", "5"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ('display "a" + 1', 109),
        ("display (1 + 2", 132),
        ("display 1 +", 198),
        ("generate x", 198),
        ("use absent", 601),
        ("import delimited absent.csv", 601),
        ("file close h", 198),
        ("log close", 606),
        ("restore", 622),
        ("regress y", 111),
        ("foreach x of nothing {\n}", 198),
        ("exit 12344", 12344),
    ],
)
def test_errors_end_with_stata_s_code(stata: Runner, command: str, code: int) -> None:
    assert stata(command + "\n").endswith(f"r({code});\n\nend of do-file\nr({code});\n")


def test_data_errors(stata: Runner) -> None:
    start = 'set obs 4\ngenerate x = _n\ngenerate s = "a"\n'
    for command, code in [
        ("generate x = 1", 110),
        ("replace s = 1", 109),
        ("confirm numeric variable s", 7),
        ("confirm string variable x", 7),
        ("regress x s", 109),
        ("regress x x if x > 9", 2000),
        ("ttest x, by(x)", 420),
        ("save d\nsave d", 602),
        ("clear", 0),
        ("keep", 198),
        ("isid s", 459),
        ("drop nosuch", 111),
    ]:
        log = stata(start + command + "\n")
        assert log.endswith(f"r({code});\n" if code else "end of do-file\n"), command
