"""Artifacts of any size take the same little memory, and no more room than the limit."""

import json
import lzma
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .downloading import TOKEN
from .server import Answer, HostileServer, stream

ROOT = Path(__file__).resolve().parents[2]
ARTIFACT = "/v1/jobs/job-1/artifacts/big.bin"
GIB, MIB = 1 << 30, 1 << 20
ROOM = 200 * MIB

pytestmark = pytest.mark.once


def downloaded(place: Path, artifact: Answer, limit: int) -> dict[str, Any]:
    with HostileServer({ARTIFACT: artifact}) as server:
        command = [sys.executable, "-m", "hostile.downloading", server.url, str(place), str(limit)]
        path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
        ended = subprocess.run(command, env=path, capture_output=True, text=True, timeout=240, check=False)
    shutil.rmtree(place, ignore_errors=True)
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    print(told)
    return told


def big(size: int) -> Iterator[bytes]:
    piece = bytes(range(256)) * 4096
    for _ in range(size // len(piece)):
        yield piece


def bomb(mebibytes: int = 10 * 1024) -> Iterator[bytes]:
    """Ten gibibytes of NULs in ten mebibytes of gzip."""
    packing = zlib.compressobj(1, zlib.DEFLATED, 31)
    nothing = bytes(MIB)
    for _ in range(mebibytes):
        if piece := packing.compress(nothing):
            yield piece
    yield packing.flush()


def test_two_gibibytes_are_cut_at_the_limit(tmp_path: Path) -> None:
    told = downloaded(tmp_path / "run", stream(lambda: big(2 * GIB)), GIB)
    assert told["memory"] < ROOM
    assert (told["status"], told["body"]["size"], told["body"]["cut"]) == (200, GIB, True)
    assert told["on_disk"] < MIB


def test_a_bomb_is_unpacked_no_further_than_the_limit(tmp_path: Path) -> None:
    told = downloaded(tmp_path / "run", stream(bomb, "Content-Encoding: gzip"), GIB)
    assert told["memory"] < ROOM
    assert (told["status"], told["body"]["size"], told["body"]["cut"]) == (200, GIB, True)
    assert told["on_disk"] < MIB


def test_what_stays_below_the_limit_is_kept_whole_and_masked(tmp_path: Path) -> None:
    piece = b"-" * (MIB - 17)  # so that the secret comes to lie across each possible border

    def leaking() -> Iterator[bytes]:
        for _ in range(256):
            yield piece
            yield TOKEN.encode()

    told = downloaded(tmp_path / "run", stream(leaking), GIB)
    body = told["body"]
    assert told["memory"] < ROOM
    assert (body["size"], body["cut"], body["masked"]) == (256 * (len(piece) + len(TOKEN)), False, ["token"])
    assert body["masked_at"] == [len(piece) + n * (len(piece) + len(TOKEN)) for n in range(100)]
    assert abs(told["on_disk"] - body["size"]) < MIB


def huge_directory(entries: int = 1_000_000) -> Iterator[bytes]:
    """A zip of 52 MB that holds nothing but the names of a million empty files."""
    for at in range(0, entries, 10_000):
        yield b"".join(
            b"PK\x01\x02" + bytes(24) + struct.pack("<5HLL", 6, 0, 0, 0, 0, 0, 0) + b"%06d" % number
            for number in range(at, at + 10_000)
        )
    yield b"PK\x05\x06" + struct.pack("<4H2LH", 0, 0, 0xFFFF, 0xFFFF, entries * 52, 0, 0)


def in_xz(mebibytes: int = 300) -> Iterator[bytes]:
    packing = lzma.LZMACompressor(preset=9)
    nothing = bytes(MIB)
    for _ in range(mebibytes):
        yield packing.compress(nothing)
    yield packing.flush()


@pytest.mark.parametrize(
    ("packed", "why"),
    [
        (lambda: bomb(512), "from here on it holds more than the 256 MiB that are unpacked"),
        (in_xz, "from here on it holds more than the 256 MiB that are unpacked"),
        (huge_directory, "its list of contents has more than 1 MiB"),
    ],
    ids=["gzip", "xz", "a zip's list of contents"],
)
def test_a_packed_artifact_is_looked_into_no_further_than_it_is_safe(
    tmp_path: Path, packed: Callable[[], Iterator[bytes]], why: str
) -> None:
    """As a file, not as an encoding: it is kept as it is, its search ends early, and it says so."""
    told = downloaded(tmp_path / "run", stream(packed), GIB)
    assert told["memory"] < ROOM
    assert (told["body"]["cut"], told["body"]["file"]) == (False, "artifacts/main/job-1/big.bin")
    assert told["body"]["not_searched"] == [why]
