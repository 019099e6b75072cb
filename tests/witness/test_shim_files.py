"""What a run wrote: new and altered files of its folder, with digests, as far as the limits go."""

import hashlib
from pathlib import Path

import pytest

from ss_audit.witness.stata_shim import folder
from witness.desk import Desk


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_a_run_tells_what_it_wrote(desk: Desk) -> None:
    (desk.work / "data.csv").write_text("a\n1\n")
    (desk.work / "old.csv").write_text("old")
    real = desk.script(
        "stata", "printf log > stata.log; mkdir out; printf 1,2 > out/t.csv; printf new > old.csv; ln -s old.csv link"
    )
    assert desk.run(real).returncode == 0
    assert desk.only_run().files_written == {
        "stata.log": digest("log"), "old.csv": digest("new"), "out/t.csv": digest("1,2"),
    }  # fmt: skip


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in (("a", 3), ("b", 1), ("c", 2)):
        (tmp_path / name).write_text("x" * size)
    assert list(folder.written(str(tmp_path), {})) == ["b", "c", "a"]
    monkeypatch.setattr(folder, "MOST_DIGESTED", 2)
    assert list(folder.written(str(tmp_path), {})) == ["b", "c"]
    monkeypatch.setattr(folder, "MOST_BYTES", 2)
    assert list(folder.written(str(tmp_path), {})) == ["b"]
    monkeypatch.setattr(folder, "MOST_LOOKED_AT", 2)
    assert set(folder.states(str(tmp_path))) == {"a", "b"}


def test_only_what_changed(tmp_path: Path) -> None:
    (tmp_path / "same").write_text("1")
    before = folder.states(str(tmp_path))
    assert folder.written(str(tmp_path), before) == {}
    (tmp_path / "same").write_text("12")
    assert folder.written(str(tmp_path), before) == {"same": digest("12")}
    assert folder.states(str(tmp_path / "absent")) == {}
