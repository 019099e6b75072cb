"""`ss-audit inspect-log` as people and programs call it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from stata_log.synthetic import REHEARSAL_HEAD, batch, closed, head, opened

from ss_audit.cli import main

DO = "version 18\ndisplay 1\n"
SECRET_SERIAL = "501800000001"


def write(folder: Path, text: str, name: str = "job.log") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def said(capsys: pytest.CaptureFixture[str], path: Path, *options: str) -> str:
    assert main(["inspect-log", str(path), *options]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (batch(DO), ("nothing speaks against Stata", "A batch log", "Stata 18.0, edition SE", "The run ended well.")),
        (batch(DO, version="16.1"), ("Stata 16.1, edition MP", "The run ended well.")),
        (batch(DO, ending="variable z not found|111"), ("failed with return code 111", "the trailer says r(111);")),
        (batch(DO, ending="killed"), ("The run was cut off, or is still going on.", "there is no trailer")),
        (batch(DO, do_echo=". do stata.do"), ("ends without a blank",)),
        (batch(DO).replace("18.0", "21.3").replace("  ___", " ___", 1), ("This is not a Stata log.",)),
        (batch(DO, top=head(serial="9" * 19)), ("doubtful", "the serial number has 19 characters")),
        (batch(DO, top=REHEARSAL_HEAD), ("announces itself as a rehearsal", "A rehearsal engine wrote it, not Stata.")),
        ("\n".join([*opened(), "", *closed(), ""]), ("`log using`",)),
        ("hello\n", ("not a stata log", "This is not a Stata log.")),
        ("", ("This is not a Stata log.",)),
    ],
)
def test_it_says_what_the_log_is_and_how_its_run_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: tuple[str, ...]
) -> None:
    found = said(capsys, write(tmp_path, text))
    assert [w for w in words if w not in found] == [], found


def test_each_word_has_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, write(tmp_path, batch(DO, ending="no room|901", top=head(serial="9" * 19)))).splitlines()
    reasons = ("because", "seen from:", "since")
    for at, line in enumerate(lines[:-1]):
        if line.startswith("job.log:") or line.startswith(("  A batch", "  It claims", "  The run", "  - ")):
            assert lines[at + 1].strip().startswith(reasons), line


def test_it_never_says_real_and_tells_nobodys_name_nor_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = [line.replace("Nobody", "Ada Lovelace").replace("Nowhere", "Analytical Ltd") for line in head(serial=SECRET_SERIAL)]
    text = batch(
        'log using "r.log", text\ndisplay 1\n', {'log using "r.log", text': opened("/data/people/ada/r.log")},
        top=top, do_echo='. do "/data/people/ada/job.do" ',
    )  # fmt: skip
    path = write(tmp_path, text)
    for found in (said(capsys, path), said(capsys, path, "--json")):
        for word in (SECRET_SERIAL, "Ada", "Analytical", "/data", "people", str(tmp_path), "real Stata"):
            assert word not in found
        assert "job.do" in found
    assert "Text alone never shows that Stata wrote it." in said(capsys, path)


def test_json_is_for_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, write(tmp_path, batch(DO, ending="no room|901", version="18.5now")), "--json"))
    assert found["schema"] == "ss-audit/log-inspection/1"
    assert (found["file"], found["kind"], found["version"], found["outcome"]) == ("job.log", "batch", "18.5now", "r901")
    assert (found["standing"], found["standing_reason"]) == (
        "nothing speaks against Stata",
        "no rule that genuine logs keep is broken",
    )
    assert all(remark["what"] and remark["reason"] for remark in found["summary"])
    empty = json.loads(said(capsys, write(tmp_path, ""), "--json"))
    assert (empty["standing"], empty["tables"]) == ("not a stata log", {})


def test_bytes_that_are_no_text_are_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.log"
    path.write_bytes(bytes(range(256)) * 8)
    assert "not a stata log" in said(capsys, path)


def test_a_log_cannot_command_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = batch(DO, do_echo='. do "\x1b]0;gotcha\x07x.do" ')
    assert "\x1b" not in said(capsys, write(tmp_path, text))
    assert "\x1b" not in said(capsys, write(tmp_path, text), "--json")


@pytest.mark.parametrize("kind", ["missing", "folder", "locked"])
def test_what_cannot_be_read_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    path = tmp_path / "x.log"
    if kind == "folder":
        path.mkdir()
    elif kind == "locked":
        path.symlink_to(path)  # a loop: unreadable for root too
    assert main(["inspect-log", str(path), "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "x.log can't be read" in err
    assert str(tmp_path) not in err


def test_an_unknown_option_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(["inspect-log", str(tmp_path), "--jsn"])
    assert refusal.value.code == 2


def test_the_rehearsal_engines_own_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "j.do").write_text("display 1\nexit 601\n", "utf-8")
    command = [sys.executable, "-m", "rehearsal.stata", "-b", "do", "j.do"]
    subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, timeout=60, check=False
    )
    found = said(capsys, tmp_path / "j.log")
    assert "announces itself as a rehearsal" in found
    assert "failed with return code 601" in found
