"""Content encodings undone piece by piece, so that a small answer that unpacks to a huge one never lies in memory."""

import zlib
from collections.abc import Iterator

PIECE = 1 << 16
GZIP = 16 + zlib.MAX_WBITS
ACCEPTED = "gzip, deflate"


class BrokenEncoding(ValueError):
    """An answer that is not encoded as its headers say, or in a way that was not asked for."""


class Decoder:
    """Undoes the encodings that a Content-Encoding header names. Raises `BrokenEncoding`, here and wherever it works."""

    def __init__(self, header: str) -> None:
        codings = [word.strip().lower() for word in header.split(",") if word.strip().lower() not in ("", "identity")]
        if len(codings) > 1:
            raise BrokenEncoding(f"the answer is encoded {len(codings)} times over ({header[:80]})")
        self._coding = codings[0].removeprefix("x-") if codings else ""
        if self._coding not in ("", "gzip", "deflate"):
            raise BrokenEncoding(f"the answer is encoded as {self._coding[:40]!r}, and {ACCEPTED} was asked for")
        self._unpacking = zlib.decompressobj(GZIP if self._coding == "gzip" else zlib.MAX_WBITS)
        self._begun = False

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """In: the next bytes as they came. Out: what they hold, in pieces of at most 64 KiB."""
        if not self._coding:
            yield from (data[at : at + PIECE] for at in range(0, len(data), PIECE))
            return
        while data:
            if self._unpacking.eof:
                data = self._next_member(data)
            piece = self._unpacked(data)
            self._begun = True
            if piece:
                yield piece
            data = self._unpacking.unused_data if self._unpacking.eof else self._unpacking.unconsumed_tail

    def end(self) -> None:
        """Nothing more comes."""
        if self._coding and self._begun and not self._unpacking.eof:
            raise BrokenEncoding(f"the answer's {self._coding} encoding ends in the middle")

    def _unpacked(self, data: bytes) -> bytes:
        try:
            return self._unpacking.decompress(data, PIECE)
        except zlib.error as error:
            if self._coding != "deflate" or self._begun:
                raise BrokenEncoding(f"the answer's {self._coding} encoding is broken: {error}") from error
        self._unpacking = zlib.decompressobj(-zlib.MAX_WBITS)  # many send deflate without the zlib header
        self._begun = True
        return self._unpacked(data)

    def _next_member(self, data: bytes) -> bytes:
        """gzip may hold several files one after the other."""
        if self._coding != "gzip" or not data.startswith(b"\x1f"):
            raise BrokenEncoding(f"{len(data)} bytes or more come after the end of the answer's {self._coding} encoding")
        self._unpacking = zlib.decompressobj(GZIP)
        return data
