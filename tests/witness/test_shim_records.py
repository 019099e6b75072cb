"""Reading the shim's records: every run once, in order, the unfinished ones too, and nothing broken passed over."""

import json
from pathlib import Path
from typing import Any

import pytest

from ss_audit.witness.stata_shim.records import BrokenRecordError, read_runs


def start(folder: Path, name: str, second: int, **more: Any) -> None:
    facts = {"shim_pid": 7, "command": ["stata"], "cwd": "/job", "started_at": f"2026-01-01T00:00:{second:02}+00:00"}
    (folder / f"{name}.start.json").write_text(json.dumps({**facts, **more}))


def end(folder: Path, name: str, **more: Any) -> None:
    facts = {"ended_at": "2026-01-01T00:01:00+00:00", "exit_status": 0, "leaf_executable": "/opt/stata-mp"}
    (folder / f"{name}.end.json").write_text(json.dumps({**facts, **more}))


def test_runs_come_in_the_order_of_their_starts(tmp_path: Path) -> None:
    start(tmp_path, "a", 30, do_file="/job/stata.do")
    end(tmp_path, "a")
    start(tmp_path, "b", 10)
    first, second = read_runs(tmp_path)
    assert (first.started_at.second, first.ended_at, first.at.second) == (10, None, 10)
    assert (second.exit_status, second.title) == (0, "Stata command, stata.do: exit status 0, by stata-mp")
    assert first.title == "Stata command, no do-file: started, end not seen"


def test_no_folder_holds_no_runs(tmp_path: Path) -> None:
    assert read_runs(tmp_path / "absent") == ()
    (tmp_path / "x.start.json.part").write_text("{")
    assert read_runs(tmp_path) == ()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"shim_pid": "x"}'])
def test_broken_record_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.start.json").write_text(text)
    with pytest.raises(BrokenRecordError, match=r"x\.start\.json"):
        read_runs(tmp_path)
