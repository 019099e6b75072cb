"""What the rehearsal engine writes is read as what it is: a whole log, a rehearsal, right numbers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ss_audit.stata_log.containment import result_log_inside
from ss_audit.stata_log.echo import echo_matches
from ss_audit.stata_log.grammar import read_log
from ss_audit.stata_log.inspect import inspect
from ss_audit.stata_log.recompute import recompute, would_match_float64
from ss_audit.stata_log.tables import find_tables

ROOT = Path(__file__).parents[2]
DATA = "y,x,treat\n10.13,1.27,0\n10.57,1.41,0\n8.09,0.83,1\n9.11,1.09,1\n7.23,0.41,0\n7.91,0.67,0\n8.77,,1\n9.93,1.33,1\n"
DO = """\
* a line that is longer than the page is wide, so that its echo has to be broken somewhere
version 18
clear all
log using "result.log", text replace
import delimited "data.csv", varnames(1) case(preserve) encoding(utf8) clear
foreach v in y x treat {
    capture confirm numeric variable `v'
    if _rc {
        exit 111
    }
}
summarize y x treat
regress y x treat, vce(robust)
ttest y, by(treat)
log close
"""


def run(folder: Path, do: str) -> bytes:
    (folder / "data.csv").write_text(DATA)
    (folder / "stata.do").write_text(do)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rehearsal.stata", "-b", "do", "stata.do"]
    subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, timeout=60)
    return (folder / "stata.log").read_bytes()


def test_a_run_that_ends_well(tmp_path: Path) -> None:
    raw = run(tmp_path, DO)
    log = read_log(raw)
    assert (log.kind, log.outcome, log.rehearsal, log.version, log.wrapped) == ("batch", "ok", True, None, False)
    assert inspect(raw).standing == "announces itself as a rehearsal"
    assert echo_matches(log, DO).complete
    assert result_log_inside((tmp_path / "result.log").read_text(), raw.decode()).contained
    tables = find_tables(log)
    assert [t.kind for t in tables] == ["summarize", "coefficients", "ttest"]
    for table in tables:
        found = recompute(table, DATA)
        assert found.compared > 10
        assert found.disagreements == ()
    assert {would_match_float64(t, DATA).side for t in tables} <= {"float32", "indistinguishable"}


@pytest.mark.parametrize(
    ("command", "outcome"), [("nosuchcommand y", "r199"), ("summarize nosuchvariable", "r111"), ("exit 9", "r9")]
)
def test_a_run_that_fails(tmp_path: Path, command: str, outcome: str) -> None:
    do = DO.replace("summarize y x treat", command)
    log = read_log(run(tmp_path, do))
    assert log.outcome == outcome
    assert echo_matches(log, do).complete
