"""A fault is switched on by name, in the rehearsal's own processes and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rehearsal.faults import applying
from rehearsal.faults.model import Change


def start(tmp_path: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SS_")} | more
    return subprocess.run([sys.executable, *words], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "words",
    [
        ("-m", "rehearsal.reference_ss", "worker"),
        ("-m", "rehearsal.reference_ss", "api", "--port", "0"),
        ("-m", "rehearsal.stata", "-b", "do", "x.do"),
        ("-m", "rehearsal.llm"),
    ],
    ids=" ".join,
)
def test_a_name_that_is_no_fault_ends_the_process(tmp_path: Path, words: tuple[str, ...]) -> None:
    ended = start(tmp_path, *words, SS_REHEARSAL_FAULT="no-such-fault")
    assert ended.returncode == 1
    assert "SS_REHEARSAL_FAULT=no-such-fault: the catalogue has no such fault" in ended.stderr


def test_a_fault_reaches_the_process_that_it_is_about(tmp_path: Path) -> None:
    (tmp_path / "x.do").write_text("display 1\n")
    assert start(tmp_path, "-m", "rehearsal.stata", "-b", "do", "x.do", SS_REHEARSAL_FAULT="licence-expired").returncode == 1
    assert "license has expired" in (tmp_path / "x.log").read_text()
    assert start(tmp_path, "-m", "rehearsal.stata", "-b", "do", "x.do", SS_REHEARSAL_FAULT="disk-full").returncode == 0
    assert "end of do-file" in (tmp_path / "x.log").read_text()


def test_it_is_applied_in_the_processes_named_and_in_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    change = Change(name="it", what="It.", where=("api", "llm"), apply=lambda: done.append("applied"))
    monkeypatch.setattr(applying, "named", {"it": change}.__getitem__)
    for process in ("worker", "stata"):
        applying.apply("it", process)  # type: ignore[arg-type]
    assert done == []
    applying.apply("it", "llm")
    assert done == ["applied"]


def test_without_the_variable_no_fault_is_even_loaded(tmp_path: Path) -> None:
    code = "import runpy, sys; sys.argv[1:] = ['-b', 'do', 'x.do']; runpy.run_module('rehearsal.stata', run_name='__main__')"
    told = start(
        tmp_path, "-c", f"import atexit, sys; atexit.register(lambda: print([m for m in sys.modules if 'faults' in m])); {code}"
    )
    assert told.stdout.strip() == "[]"
