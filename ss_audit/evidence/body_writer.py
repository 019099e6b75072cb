"""A payload on its way to the disk: digested, masked, kept as far as the limit goes, in memory that doesn't grow with it."""

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

from ss_audit.evidence.masking_stream import MaskingStream
from ss_audit.evidence.model import Body
from ss_audit.evidence.packed import kind_of
from ss_audit.evidence.redaction import Redactor
from ss_audit.evidence.secret_search import search_packed

INLINE_LIMIT = 1 << 20
LOG_LIMIT = 8 << 20
"""What of a log is text all the same: checks read it whole, and the logs of long runs have megabytes."""
HEAD = 1 << 16
"""What is kept of a payload that goes past the limit."""
MOST_OFFSETS = 100


class BodyWriter:
    """Takes a payload piece by piece; `finish` gives its `Body`.

    In: the bundle's data folder; `place`, which gives out a free place for a wanted name; `limit`, the bytes after which
    no more is kept (the digest goes on). Up to 1 MiB stays in memory until the end, so `before_writing` gets the whole of a
    small payload, or the beginning of a large one, before a byte of it is on the disk: what is secret in it can be learnt.
    Until it was looked into, a copy lies in a file without a name, outside of the run's folder and gone with the process.
    """

    def __init__(
        self,
        folder: Path,
        place: Callable[[str], PurePosixPath],
        redactor: Redactor,
        limit: int,
        media_type: str = "",
        keep_as: str | None = None,
        before_writing: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        self._folder, self._place, self._redactor, self._limit = folder, place, redactor, limit
        self._media_type, self._keep_as, self._before_writing = media_type, keep_as, before_writing
        self._digest = hashlib.sha256()
        self._begin = bytearray()
        self._masking = MaskingStream(redactor)
        self._file: IO[bytes] | None = None
        self._not_searched: tuple[str, ...] = ()
        self._path: PurePosixPath | None = None
        self._over = False
        self.size = 0

    @property
    def begin(self) -> bytes:
        """The payload, or its first megabyte."""
        return bytes(self._begin)

    @property
    def _is_log(self) -> bool:
        """By its name; what type a server gives it says little: logs come as anything."""
        return self.size <= LOG_LIMIT and (self._keep_as or "").lower().endswith(".log")

    def write(self, piece: bytes) -> None:
        """The next bytes."""
        kept = piece[: max(0, self._limit - self.size)]
        self.size += len(piece)
        self._over = self._over or len(kept) < len(piece)
        self._digest.update(piece)
        if self._file is None:
            self._begin += kept
            if len(self._begin) > INLINE_LIMIT:
                self._spill()
        elif kept and not self._masking.is_full:
            self._file.write(self._masking.feed(kept))

    def finish(self, cut: bool = False) -> Body:
        """The payload has ended, or with `cut` was broken off. Nothing is written to this afterwards."""
        text: str | None = None
        if self._file is None:
            if self.size:
                self._before_writing(self.begin)
            text = None if self._over else _as_text(self.begin, "text/plain" if self._is_log else self._media_type)
            if self.size and (text is None or self._keep_as):
                self._open()
        if self._file is not None:
            self._close(self._file, cut)
        if text is None and self._path and self._is_log and not (cut or self._over or self._masking.is_full):
            text = _as_text((self._folder / self._path).read_bytes(), "text/plain")
        found = self._redactor.find(self.begin) if self._file is None else []
        return Body(
            media_type=self._media_type,
            size=self.size,
            sha256=self._digest.hexdigest(),
            text=self._redactor.mask(text) if text is not None else None,
            file=self._path.as_posix() if self._path else None,
            cut=cut or self._over or self._masking.is_full,
            masked=tuple(sorted({stretch.name for stretch in found} | self._masking.names)),
            masked_at=tuple([*(stretch.start for stretch in found), *self._masking.offsets][:MOST_OFFSETS]),
            not_searched=self._not_searched,
        )

    def _spill(self) -> None:
        self._before_writing(self.begin)
        self._open()

    def _open(self) -> None:
        """From here on it goes to the disk, what came before first."""
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 – closed when the payload has ended
        self._file.write(self._masking.feed(self.begin))

    def _close(self, written: IO[bytes], cut: bool) -> None:
        """The last bytes; of what went past a limit the head stays. Then it is kept.

        What is packed can't be masked: with a secret inside, or one in it as it lies, it is not kept.
        """
        with written as file:
            file.write(self._masking.end())
            if cut or self._over or self._masking.is_full:
                file.truncate(min(HEAD, file.tell()))
            if kind_of(file) is not None:
                inside = search_packed(file, self._redactor.forms())
                self._masking.names |= {hit.name for hit in inside.hits}
                self._not_searched = inside.missed
                if self._masking.names:
                    return
            self._keep(file)

    def _keep(self, file: IO[bytes]) -> None:
        self._path = self._place(self._keep_as or "bodies/payload")
        target = self._folder / self._path
        target.parent.mkdir(parents=True, exist_ok=True)
        file.seek(0)
        with target.open("xb") as kept:
            shutil.copyfileobj(file, kept, INLINE_LIMIT)


def _as_text(raw: bytes, media_type: str) -> str | None:
    """The text of a payload, or None when it is none. Old Stata logs may be Latin-1: they are text all the same."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1") if media_type.startswith("text/") and b"\0" not in raw else None
