"""What lies packed is searched, or it is told that it was not; whatever is in it, its search ends and takes little memory."""

import bz2
import gzip
import io
import lzma
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from ss_audit.evidence import packed
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.packed import DIRECTORY_LIMIT, kind_of
from ss_audit.evidence.redaction import Redactor
from ss_audit.evidence.secret_search import Searched, search_packed

SECRET = "canary-0123456789abcdef"
HELD = SECRET.encode() + b", " + bytes(range(256)) * 8
STUB = b"#!/bin/sh\necho unpacking\n" * 100


def zipped(members: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return whole.getvalue()


def with_a_password(content: bytes) -> bytes:
    """A zip whose list of contents says that its first part is locked."""
    locked = bytearray(content)
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    return bytes(locked)


def with_a_wrong_checksum(content: bytes) -> bytes:
    wrong = bytearray(content)
    wrong[-6] ^= 1
    return bytes(wrong)


def looked_into(content: bytes) -> Searched:
    return search_packed(io.BytesIO(content), {SECRET.encode(): "password"})


SEARCHED = {
    "gzip": (gzip.compress(HELD), "!"),
    "two gzips": (gzip.compress(b"nothing") + gzip.compress(HELD), "!"),
    "gzip, its checksum wrong": (with_a_wrong_checksum(gzip.compress(HELD)), "!"),
    "gzip, its end missing": (gzip.compress(HELD)[:-9], "!"),
    "bzip2": (bz2.compress(HELD), "!"),
    "two bzip2s": (bz2.compress(b"nothing") + bz2.compress(HELD), "!"),
    "xz": (lzma.compress(HELD), "!"),
    "xz, as small as it gets": (lzma.compress(HELD, preset=9), "!"),
    "two xzs": (lzma.compress(b"nothing") + bytes(4) + lzma.compress(HELD), "!"),
    "zip": (zipped({"a.txt": HELD}), "!a.txt"),
    "a zip behind a program": (STUB + zipped({"a.txt": HELD}), "!a.txt"),
    "a zip in a zip": (zipped({"in.zip": zipped({"a.txt": HELD})}), "!in.zip!a.txt"),
    "a zip behind a program in a gzip": (gzip.compress(STUB + zipped({"a.txt": HELD})), "!!a.txt"),
    "bzip2 in gzip in zip": (zipped({"a": gzip.compress(bz2.compress(HELD))}), "!a!!"),
    "after a part that is locked": (with_a_password(zipped({"a": b"locked", "b": HELD})), "!b"),
}


@pytest.mark.parametrize("what", SEARCHED)
def test_it_is_found(what: str) -> None:
    content, where = SEARCHED[what]
    assert SECRET.encode() not in content
    assert where in [hit.file for hit in looked_into(content).hits]


MISSED = {
    "locked": (with_a_password(zipped({"a.txt": HELD})), "a.txt: locked with a password"),
    "zip, with LZMA": (zipped({"a.txt": HELD}, zipfile.ZIP_LZMA), "a.txt: packed with method 14"),
    "zip, with bzip2": (zipped({"a.txt": HELD}, zipfile.ZIP_BZIP2), "a.txt: packed with method 12"),
    "no xz after all": (b"\xfd7zXZ\x00" + HELD, "it can't be unpacked (LZMAError)"),
    "xz, its end missing": (lzma.compress(os.urandom(5000))[:-40], "it ends in the middle"),
    "bzip2, its end missing": (bz2.compress(HELD)[:-9], "it ends in the middle"),
    "zip, its end missing": (zipped({"a": HELD})[:-30], "it can't be unpacked (BadZipFile)"),
    "gzip with something behind it": (gzip.compress(b"a") + b"behind", "it can't be unpacked (BadGzipFile)"),
    "four times over": (
        zipped({"a": gzip.compress(gzip.compress(gzip.compress(HELD)))}),
        "a: packed more than 3 times over",
    ),
    "7z": (b"7z\xbc\xaf\x27\x1c" + HELD, "packed as 7z"),
    "zstd in a zip": (zipped({"a.zst": b"\x28\xb5\x2f\xfd" + HELD}), "a.zst: packed as zstd"),
    "a list of contents without end": (
        zipped({f"{number:020}": b"" for number in range(DIRECTORY_LIMIT // 60)}),
        "its list of contents has more than 1 MiB",
    ),
    "millions of nothings": (bz2.compress(b"") * 700_000, "next to nothing comes out of many bytes"),
}


@pytest.mark.parametrize("what", MISSED)
def test_what_was_not_searched_is_told(what: str) -> None:
    content, why = MISSED[what]
    assert why in looked_into(content).missed


def test_what_is_unpacked_is_bounded_for_all_parts_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "UNPACKED_LIMIT", 1 << 20)
    inner = zipped({str(number): bytes(1 << 18) for number in range(3)})
    found = looked_into(zipped({"a.zip": inner, "b.zip": inner, "c": HELD}))
    assert found.hits == ()
    assert found.missed == ("b.zip: from here on it holds more than the 1 MiB that are unpacked",)


def test_of_many_that_can_t_be_searched_some_are_told() -> None:
    found = looked_into(zipped({str(n): b"7z\xbc\xaf\x27\x1c" for n in range(100)}))
    assert len(found.missed) == packed.MOST_TOLD + 1
    assert found.missed[-1] == "and more of its parts"


@pytest.mark.parametrize("text", [b"", b"BZhello,world\n", b"LZIP,b\n", b"MSCF\n", b"PK,7z\n", b"Rar!\n"])
def test_text_that_begins_like_it_is_not_taken_for_packed(text: bytes) -> None:
    assert kind_of(io.BytesIO(text)) is None


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    redactor = Redactor()
    redactor.learn(SECRET, "password")
    return Archive(tmp_path / "data", redactor)


@pytest.mark.parametrize("what", SEARCHED)
def test_with_a_secret_inside_it_never_lies_in_the_run_s_folder(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    def lies_there(*_: object) -> None:
        raise AssertionError("it was written into the run's folder")

    monkeypatch.setattr(Path, "open", lies_there)
    content, _ = SEARCHED[what]
    body = archive.body(content, keep_as="artifacts/job/a.bin")
    assert (body.file, body.masked, body.size) == (None, ("password",), len(content))
    assert not (archive.folder / "artifacts").exists()


def test_a_zip_that_masking_would_break_is_not_kept_either(archive: Archive) -> None:
    content = zipped({"a": SECRET.encode()}, zipfile.ZIP_STORED)
    body = archive.body(content, keep_as="artifacts/job/a.zip")
    assert (body.file, body.masked) == (None, ("password",))


def test_what_could_not_be_searched_is_kept_and_says_so(archive: Archive) -> None:
    content = with_a_password(zipped({f"{SECRET}.txt": HELD}))
    body = archive.body(content, keep_as="artifacts/job/a.bin")
    assert body.masked == ("password",)  # its name stands there as it is
    body = archive.body(with_a_password(zipped({"b.txt": HELD})), keep_as="artifacts/job/b.bin")
    assert body.file is not None
    assert body.not_searched == ("b.txt: locked with a password",)
