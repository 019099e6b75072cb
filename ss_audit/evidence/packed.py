"""What lies packed in a file (gzip, bzip2, xz, zip), part by part, within bounds that hold whatever the file claims.

A file may be made to break whoever reads it: what can't be unpacked, or not to its end, is told and never passed over.
"""

import bz2
import gzip
import lzma
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import IO, Any, NamedTuple

from ss_audit.evidence.plain_text import on_a_line

BLOCK = 1 << 20
PIECE = 1 << 14
UNPACKED_LIMIT = 1 << 28
"""Bytes that are unpacked of one file in all, parts of its parts included: a bomb must not keep the audit from its end."""
DIRECTORY_LIMIT = 1 << 20
"""Bytes of a zip's list of contents, which takes ten times as much memory once it is read."""
XZ_MEMORY = 68 << 20
"""As much as what was packed with `xz -9` takes."""
DEEPEST = 3
MOST_TOLD = 20
LONGEST_NAME = 100
KINDS = MappingProxyType(
    {
        b"\x1f\x8b": "gzip",
        b"\xfd7zXZ\x00": "xz",
        **{b"BZh%d" % level + begin: "bzip2" for level in range(1, 10) for begin in (b"1AY&SY", b"\x17rE8P\x90")},
        b"PK\x03\x04": "zip",
        b"PK\x05\x06": "zip",
        b"\x28\xb5\x2f\xfd": "zstd",
        b"\x04\x22\x4d\x18": "lz4",
        b"7z\xbc\xaf\x27\x1c": "7z",
        b"Rar!\x1a\x07": "rar",
        b"LZIP\x01": "lzip",
        b"MSCF\x00\x00": "cab",
        b"\x1f\x9d": "compress",
    }
)
LONGEST_MAGIC = max(map(len, KINDS))
ZIP_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those that are unpacked piece by piece: of the others the library takes as much memory as the file wants."""
IN_VAIN = 1 << 23
"""Bytes that may be read without a byte coming out: empty parts by the million would take hours."""
Blocks = Callable[[], Iterator[bytes]]


class TooMuch(Exception):
    """More than we read. The text says of what."""


class Part(NamedTuple):
    """What was unpacked: its name in each file around it, outermost first (empty where there is none), and its bytes."""

    names: tuple[str, ...]
    file: IO[bytes]


class Unpacking:
    """One look into one file. `missed` says what could not be unpacked and why, a line each; it is whole after the look."""

    def __init__(self) -> None:
        self._left = UNPACKED_LIMIT
        self.missed: list[str] = []

    def parts(self, file: IO[bytes], names: tuple[str, ...] = ()) -> Iterator[Part]:
        """Every part, and every part of a part, as a file that lies in memory or has no name; gone after its turn."""
        kind = kind_of(file)
        if kind is None or not self._left:
            return
        unpacked = UNPACKERS.get(kind)
        if unpacked is None:
            self._miss(names, f"packed as {kind}")
        elif len(names) == DEEPEST:
            self._miss(names, f"packed more than {DEEPEST} times over")
        else:
            try:
                for name, blocks in unpacked(_Measured(file, lambda: UNPACKED_LIMIT - self._left)):
                    with self._whole(blocks, (*names, name)) as part:
                        yield Part((*names, name), part)
                        yield from self.parts(part, (*names, name))
                    if not self._left:
                        return
            except Exception as error:  # whatever a library makes of a file that was made to break it
                self._miss(names, _said(error))

    def _whole(self, blocks: Blocks, names: tuple[str, ...]) -> AbstractContextManager[IO[bytes]]:
        """A part, as far as it can be unpacked; not with a hole in it where more had been left to take."""
        part = tempfile.SpooledTemporaryFile(BLOCK)  # noqa: SIM115 – whoever gets it closes it
        try:
            for block in blocks():
                part.write(block[: self._left])
                self._left -= min(len(block), self._left)
                if not self._left:
                    self._miss(names[:-1], f"from here on it holds more than the {UNPACKED_LIMIT >> 20} MiB that are unpacked")
                    break
        except Exception as error:
            self._miss(names, _said(error))
        return part

    def _miss(self, names: tuple[str, ...], why: str) -> None:
        if len(self.missed) == MOST_TOLD:
            self.missed.append("and more of its parts")
        elif len(self.missed) < MOST_TOLD:
            inside = " in ".join(on_a_line(name[-LONGEST_NAME:]) for name in reversed(names) if name)
            self.missed.append(f"{inside}: {why}" if inside else why)


def kind_of(file: IO[bytes]) -> str | None:
    """As what a file is packed, by its first bytes, or its last where a zip lies behind something else; None when it is not."""
    file.seek(0)
    begin = file.read(LONGEST_MAGIC)
    known = next((kind for magic, kind in KINDS.items() if begin.startswith(magic)), None)
    return known or ("zip" if zipfile.is_zipfile(file) else None)


class _Measured:
    """A file for a reader that believes what stands in it: refuses what would take too much memory or time.

    `came_out` says how many bytes were unpacked so far.
    """

    def __init__(self, file: IO[bytes], came_out: Callable[[], int]) -> None:
        self._file, self._came_out = file, came_out
        self._in_vain = IN_VAIN - came_out()
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable
        self.seek(0)

    def read(self, size: int = -1) -> bytes:
        """At once nothing but a list of contents can be this large. Raises `TooMuch`."""
        if size > DIRECTORY_LIMIT:
            raise TooMuch(f"its list of contents has more than {DIRECTORY_LIMIT >> 20} MiB")
        data = self._file.read(size if size >= 0 else DIRECTORY_LIMIT)
        self._in_vain -= len(data)
        if self._in_vain + self._came_out() < 0:
            raise TooMuch("next to nothing comes out of many bytes")
        return data


def _of_zip(file: _Measured) -> Iterator[tuple[str, Blocks]]:
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            yield member.filename, _of_member(archive, member)


def _of_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Blocks:
    def blocks() -> Iterator[bytes]:
        if member.flag_bits & 1:
            raise TooMuch("locked with a password")
        if member.compress_type not in ZIP_METHODS:
            raise TooMuch(f"packed with method {member.compress_type}")
        with archive.open(member) as stream:
            yield from iter(lambda: stream.read1(BLOCK), b"")  # type: ignore[attr-defined]

    return blocks


def _of_gzip(file: _Measured) -> Iterator[tuple[str, Blocks]]:
    stream = gzip.GzipFile(fileobj=file)
    yield "", lambda: iter(lambda: stream.read1(BLOCK), b"")


def _of_bzip2(file: _Measured) -> Iterator[tuple[str, Blocks]]:
    yield "", lambda: _streams(file, bz2.BZ2Decompressor)


def _of_xz(file: _Measured) -> Iterator[tuple[str, Blocks]]:
    yield "", lambda: _streams(file, lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, XZ_MEMORY))


def _streams(file: _Measured, fresh: Callable[[], Any]) -> Iterator[bytes]:
    """Streams that lie one after the other, each undone by a fresh decompressor."""
    unpacking = fresh()
    while True:
        data = b""
        if unpacking.eof:
            data = unpacking.unused_data.lstrip(b"\0") or file.read(PIECE)
            if not data:
                return
            unpacking = fresh()
        elif unpacking.needs_input and not (data := file.read(PIECE)):
            raise EOFError
        yield unpacking.decompress(data, BLOCK)


UNPACKERS: MappingProxyType[str, Callable[[_Measured], Iterator[tuple[str, Blocks]]]] = MappingProxyType(
    {"gzip": _of_gzip, "bzip2": _of_bzip2, "xz": _of_xz, "zip": _of_zip}
)


def _said(error: Exception) -> str:
    """Without the library's words, which may repeat what stands in the file."""
    if isinstance(error, TooMuch):
        return str(error)
    return "it ends in the middle" if isinstance(error, EOFError) else f"it can't be unpacked ({type(error).__name__})"
