"""The documents say what the matrix found, and are stale when anything but the seconds differs."""

import json
from pathlib import Path

import pytest

from rehearsal.faults.catalogue import faults
from ss_audit import cli_faults
from ss_audit.faults.catalogue import read_catalogue
from ss_audit.faults.document import document, stale, texts
from ss_audit.faults.judging import judged, judged_sound
from ss_audit.faults.matrix import Matrix
from ss_audit.faults.page import GROUPS

from .rows import CHECK, ended, fault, finding, variant

SOUND = ended(verdict={"verdict": "NOT READY", "rehearsal": {"as_expected": True, "deviations": []}}, code=0)


def matrix(seconds: float = 3.0, **more: str) -> Matrix:
    survivor = judged(fault(name="survivor", what="Nobody sees it."), ended(finding(outcome="pass"), word="READY", code=0))
    killed = judged(fault(), ended(finding(**more), seconds=seconds))
    return Matrix(faults=(killed, survivor), variants=(judged_sound(variant(), SOUND),))


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    found = tmp_path / "fault-matrix.json", tmp_path / "fault-matrix.md"
    for file, text in texts(matrix(), *found).items():
        file.write_text(text, "utf-8")
    return found


def test_where_nothing_was_carried_out_nothing_was_shown() -> None:
    assert not Matrix(faults=(), variants=()).all_as_they_must


@pytest.mark.parametrize("gone", ["faults", "variants"])
def test_a_catalogue_without_faults_or_variants_is_refused(gone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = read_catalogue().model_copy(update={gone: ()})
    monkeypatch.setattr(cli_faults, "read_catalogue", lambda: lacking)
    monkeypatch.setattr(cli_faults, "carried_out", lambda *_: pytest.fail("it was carried out"))
    assert cli_faults.faults((), check=False, keep=None) == 1


def test_seconds_make_nothing_stale(files: tuple[Path, Path]) -> None:
    assert stale(matrix(seconds=44.0), *files) == ()


def test_another_outcome_makes_it_stale(files: tuple[Path, Path]) -> None:
    (first, *_) = stale(matrix(saw="something else"), *files)
    assert first == "no-template: killed is False, and the document says True"


def test_a_page_that_was_edited_is_stale(files: tuple[Path, Path]) -> None:
    files[1].write_text(files[1].read_text("utf-8") + "All is well.\n", "utf-8")
    assert stale(matrix(), *files) == ("fault-matrix.md is not what is made from fault-matrix.json",)


def test_another_catalogue_makes_it_stale(files: tuple[Path, Path]) -> None:
    fewer = matrix().model_copy(update={"faults": matrix().faults[:1]})
    assert "the faults are not those of the document, or in another order" in stale(fewer, *files)


def test_documents_that_are_not_there_are_stale(tmp_path: Path) -> None:
    assert stale(matrix(), tmp_path / "a", tmp_path / "b")


def test_the_json_has_what_others_read(files: tuple[Path, Path]) -> None:
    told = json.loads(files[0].read_text("utf-8"))
    assert told == json.loads(json.dumps(document(matrix())))
    first, second = told["faults"]
    assert {"name", "severity", "killed", "killed_by", "verdict", "seconds"} <= set(first)
    assert (first["killed_by"], second["killed_by"]) == (CHECK, None)
    assert told["only_killer"] == {CHECK: ["no-template"]}


def test_the_page_names_survivors_with_why(files: tuple[Path, Path]) -> None:
    text = files[1].read_text("utf-8")
    assert "- **survivor** (critical): Nobody sees it. Why: " in text
    assert "| critical | wrong results or somebody else's data could be taken for right | 2 | 1 (50 %) |" in text
    assert "**nobody**" in text


def test_every_group_has_a_heading_for_people() -> None:
    assert {one.group for one in faults()} == GROUPS.keys()
