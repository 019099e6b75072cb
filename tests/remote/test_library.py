"""SS's library elsewhere: how it is got, and how SS is put on another and back again."""

import shlex
import sys
from pathlib import Path

import pytest

from ss_audit.ss.library import read_library
from ss_audit.stack.operator_command import MeansFailed, Operator
from ss_audit.stack.remote.library import NoLibrary, OperatorsLibrary
from ss_audit.stack.to_undo import ToUndo

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "rehearsal" / "reference_ss" / "library"
QUOTED = shlex.quote(str(REFERENCE))
SWAP = shlex.join([sys.executable, "-c", "import sys,pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])"])


@pytest.fixture
def make(operator: Operator, to_undo: ToUndo, tmp_path: Path):  # type: ignore[no-untyped-def]
    def made(source: str | None, swap: str | None = None, restore: str | None = None) -> OperatorsLibrary:
        return OperatorsLibrary(operator, to_undo, source, swap, restore, tmp_path / "library")

    return made


@pytest.mark.parametrize(
    "source",
    [
        str(REFERENCE),
        f"cp -r {QUOTED}/. {{folder}}",
        f"tar -C {shlex.quote(str(REFERENCE.parent))} -cf - library",
        f"tar -C {QUOTED} -czf - .",
    ],
)
def test_a_folder_a_command_that_fills_one_or_an_archive(make, source: str) -> None:  # type: ignore[no-untyped-def]
    found = make(source).own()
    assert read_library(found).templates.keys() == read_library(REFERENCE).templates.keys()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("/no/such/folder", "library_source is no folder, and as a command"),
        ("echo hello", "no tar archive"),
        ("true {folder}", "no template library"),
    ],
)
def test_what_gives_no_library_is_the_operators_to_mend(make, source: str, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NoLibrary, match=says) as error:
        make(source).own()
    assert error.value.blame == "operator"


def test_nothing_of_an_archive_lands_outside(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "evil").mkdir()
    (tmp_path / "outside.do").write_text("x")
    archive = f"tar -P -C {tmp_path / 'evil'} -cf - ../outside.do"
    with pytest.raises(NoLibrary, match="no tar archive that can be unpacked"):
        make(archive).own()


def test_ss_is_swapped_to_a_copy_and_back_each_once(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    note, copy = tmp_path / "note", tmp_path / "copy"
    library = make(str(REFERENCE), f"{SWAP} {note} {{library}}")
    assert not library.run_on(None)
    assert not note.exists()
    assert library.run_on(copy)
    assert note.read_text() == str(copy)
    assert not library.run_on(copy)
    assert library.run_on(None)
    assert note.read_text() == str(REFERENCE)


def test_the_operators_own_way_back_is_used_where_there_is_one(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    note = tmp_path / "note"
    library = make(str(REFERENCE), f"{SWAP} {note} {{library}}", f"{SWAP} {note} restored")
    library.run_on(tmp_path / "copy")
    library.run_on(None)
    assert note.read_text() == "restored"


def test_a_swap_that_failed_half_way_is_undone(make, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    note = tmp_path / "note"
    library = make(str(REFERENCE), f"sh -c 'echo altered > {note}; exit 3' {{library}}", f"rm {note}")
    with pytest.raises(MeansFailed):
        library.run_on(tmp_path / "copy")
    assert library.run_on(None)
    assert not note.exists()
