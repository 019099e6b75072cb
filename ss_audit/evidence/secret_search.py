"""The last look at a finished run's folder: does any secret that the run knew stand anywhere in it, in any form?"""

import gzip
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple

from ss_audit.evidence.secret_finder import Finder

BLOCK = 1 << 20
UNPACKED_LIMIT = 1 << 28
"""Bytes that are looked at in one packed file: a bomb must not keep the audit from its end."""
MOST_IN_A_FILE = 100
IN_THE_NAME = -1
HIDDEN = "(secret)"
UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError)


class Hit(NamedTuple):
    """A secret in a file, without the secret: the file, the offset in bytes, and what the secret is called.

    `file` is relative to the folder; what lies in a packed file is `archive.zip!name`, with the offset in what was unpacked.
    The offset is `IN_THE_NAME` when it stands in the path; there the secret is left out.
    """

    file: str
    offset: int
    name: str

    def __str__(self) -> str:
        where = "in its name" if self.offset == IN_THE_NAME else f"at byte {self.offset}"
        return f"{self.file}, {where}: {self.name}"


def search(folder: Path, forms: Mapping[bytes, str]) -> tuple[Hit, ...]:
    """Every place below `folder` where one of the forms stands, sorted by file and offset.

    In: the forms, as bytes, with the name of the secret (`Redactor.forms`). Every file is read, gzip and zip files unpacked
    too (one level, the first 256 MiB). Links are not followed. Of a file's hits the first hundred are told. Raises OSError
    for a file that can't be read: a search that passes over one is none.
    """
    finder = Finder(forms)
    hits: set[Hit] = set()
    for path in folder.rglob("*"):
        shown, named = _shown(path.relative_to(folder).as_posix(), finder)
        hits |= {Hit(shown, IN_THE_NAME, forms[form]) for form in named}
        if path.is_file() and not path.is_symlink():
            found = islice(_in_file(path, finder), MOST_IN_A_FILE)
            hits |= {Hit(shown + inside, offset, forms[form]) for inside, offset, form in found}
    return tuple(sorted(hits))


def in_packed(path: Path, forms: Mapping[bytes, str]) -> tuple[Hit, ...]:
    """As `search`, for what lies packed in one gzip or zip file; empty when it is neither."""
    found = islice(_unpacked(path, Finder(forms)), MOST_IN_A_FILE)
    return tuple(Hit(inside, offset, forms[form]) for inside, offset, form in found)


def _shown(name: str, finder: Finder) -> tuple[str, list[bytes]]:
    """A path as it can be told, and the forms that stand in it."""
    raw = name.encode("utf-8", "surrogateescape")
    named = [form for _, form in finder.find(raw)]
    for form in named:
        raw = raw.replace(form, HIDDEN.encode())
    return raw.decode("utf-8", "backslashreplace"), named


def _in_file(path: Path, finder: Finder) -> Iterator[tuple[str, int, bytes]]:
    with path.open("rb") as file:
        for offset, form in _in_stream(iter(lambda: file.read(BLOCK), b""), finder):
            yield "", offset, form
    yield from _unpacked(path, finder)


def _unpacked(path: Path, finder: Finder) -> Iterator[tuple[str, int, bytes]]:
    """What can't be unpacked (broken, locked with a password) was searched as it lies, and that has to do."""
    with path.open("rb") as file:
        magic = file.read(4)
    try:
        if magic[:2] == b"\x1f\x8b":
            with gzip.open(path) as stream:
                for offset, form in _in_stream(_limited(stream), finder):
                    yield "!", offset, form
        elif magic in (b"PK\x03\x04", b"PK\x05\x06"):
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    shown, named = _shown(member.filename, finder)
                    yield from ((f"!{shown}", IN_THE_NAME, form) for form in named)
                    with archive.open(member) as stream:
                        for offset, form in _in_stream(_limited(stream), finder):
                            yield f"!{shown}", offset, form
    except UNREADABLE:
        return


def _limited(stream: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    left = UNPACKED_LIMIT
    while left > 0 and (block := stream.read(min(BLOCK, left))):
        left -= len(block)
        yield block


def _in_stream(blocks: Iterable[bytes], finder: Finder) -> Iterator[tuple[int, bytes]]:
    """Offsets in the whole stream. Blocks overlap by one byte less than the longest form, so none is cut unseen."""
    kept, before = b"", 0
    for block in blocks:
        data = kept + block
        for at, form in finder.find(data):
            yield before + at, form
        keep = min(len(data), max(finder.longest - 1, 0))
        kept, before = data[len(data) - keep :], before + len(data) - keep
