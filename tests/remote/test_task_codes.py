"""Task codes: each is used once, whoever asks, and no file tells them."""

import subprocess
import sys
from pathlib import Path

import pytest

from ss_audit.lab.task_codes import NoTaskCode, TaskCodes

TAKE = """
import sys
from pathlib import Path
from ss_audit.lab.task_codes import TaskCodes
for _ in range(int(sys.argv[2])):
    print(TaskCodes(Path(sys.argv[1])).take(), flush=True)
"""


def file(folder: Path, count: int) -> Path:
    path = folder / "codes.txt"
    path.write_text("# for the audit\n\n" + "".join(f"code-{i:03d}\n" for i in range(count)), "utf-8")
    return path


def test_each_is_taken_once_in_this_run_and_the_next(tmp_path: Path) -> None:
    path = file(tmp_path, 3)
    assert [TaskCodes(path).take(), TaskCodes(path).take()] == ["code-000", "code-001"]
    assert TaskCodes(path).unused() == ("code-002",)
    TaskCodes(path).take()
    with pytest.raises(NoTaskCode, match="no unused task code is left") as error:
        TaskCodes(path).take()
    assert error.value.blame == "operator"


def test_a_code_that_stands_there_twice_is_one(tmp_path: Path) -> None:
    path = tmp_path / "codes.txt"
    path.write_text("a\r\nb\r\na\r\n")
    assert TaskCodes(path).unused() == ("a", "b")


def test_two_runs_at_once_never_take_the_same(tmp_path: Path) -> None:
    path = file(tmp_path, 40)
    command = [sys.executable, "-c", TAKE, str(path), "20"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    taken = [line for run in runs for line in run.communicate(timeout=60)[0].split()]
    assert len(taken) == len(set(taken)) == 40


def test_what_is_noted_tells_no_code(tmp_path: Path) -> None:
    path = file(tmp_path, 2)
    code = TaskCodes(path).take()
    assert code not in (tmp_path / "codes.txt.used").read_text()


def test_without_the_file_or_a_place_for_notes_no_code_is_given(tmp_path: Path) -> None:
    with pytest.raises(NoTaskCode, match="can't be read"):
        TaskCodes(tmp_path / "none.txt").unused()
    path = file(tmp_path, 2)
    (tmp_path / "codes.txt.used").mkdir()
    with pytest.raises(NoTaskCode, match="can't be noted"):
        TaskCodes(path).take()
