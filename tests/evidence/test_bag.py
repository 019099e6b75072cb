"""The bag: every file listed with its digest, sealed by one digest, read by others."""

import hashlib
from pathlib import Path

import bagit
import pytest

from ss_audit.evidence import bag

NAMES = ("plan.json", "artifacts/a b/ü.txt", "artifacts/line\nend", "empty", "deep/er/and/deeper/x")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    for number, name in enumerate(NAMES):
        file = tmp_path / "data" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * number * 1000)
    return tmp_path


def sealed(bundle: Path) -> str:
    bag.list_payload(bundle)
    return bag.seal(bundle, {"External-Identifier": "run", "Payload-Oxum": bag.payload_oxum(bundle)})


def test_another_projects_validator_takes_it_and_notices_a_change(bundle: Path) -> None:
    sealed(bundle)
    bagit.Bag(str(bundle)).validate()
    (bundle / "data" / "plan.json").write_bytes(b"y")
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(bundle)).validate()


def test_the_seals_digest_is_that_of_the_tag_manifest_which_lists_all_others(bundle: Path) -> None:
    digest = sealed(bundle)
    text = (bundle / "tagmanifest-sha256.txt").read_bytes()
    assert digest == f"sha256:{hashlib.sha256(text).hexdigest()}"
    assert set(bag.read_manifest(bundle / bag.TAG_MANIFEST)) == {"bagit.txt", "bag-info.txt", "manifest-sha256.txt"}


def test_a_manifest_read_is_what_was_written(bundle: Path) -> None:
    digests = bag.list_payload(bundle)
    assert set(digests) == {f"data/{name}" for name in NAMES}
    assert bag.read_manifest(bundle / bag.MANIFEST) == digests
    assert bag.manifest({"data/100%\r": "0" * 64}) == b"0" * 64 + b"  data/100%25%0D\n"


@pytest.mark.parametrize(
    "line",
    [b"", b"abc  data/x", b"0" * 64 + b" data/x", b"0" * 64 + b"  ", b"A" * 64 + b"  data/x", b"\xff" * 66 + b"data/x"],
    ids=["empty", "short", "one blank", "no path", "capitals", "no text"],
)
def test_a_line_that_is_none_is_named(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "manifest-sha256.txt").write_bytes(line + b"\n" + b"0" * 64 + b"  data/y\n")
    with pytest.raises(bag.ManifestUnreadable, match=r"manifest-sha256\.txt"):
        bag.read_manifest(tmp_path / "manifest-sha256.txt")


def test_a_path_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes((b"0" * 64 + b"  data/y\n") * 2)
    with pytest.raises(bag.ManifestUnreadable, match="line 2"):
        bag.read_manifest(tmp_path / "m")


def test_links_are_files_and_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file").write_bytes(b"")
    (tmp_path / "to-folder").symlink_to(tmp_path / "folder")
    (tmp_path / "to-itself").symlink_to(tmp_path)
    assert bag.files_in(tmp_path) == ("folder/file", "to-folder", "to-itself")


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "verdict.json").mkdir()
    with pytest.raises(IsADirectoryError):
        bag.write_whole(tmp_path / "verdict.json", b"{}")
    assert [path.name for path in tmp_path.iterdir()] == ["verdict.json"]
