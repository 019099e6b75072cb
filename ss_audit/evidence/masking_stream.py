"""Masking a body of any size as it streams by, with memory for a window only: a secret is found across the pieces' borders."""

from ss_audit.evidence.redaction import Redactor

BATCH = 1 << 18
MOST = 10_000


class MaskingStream:
    """Feed it pieces, take what may be written. `names` are the secrets found so far, `offsets` where they stood.

    A window that is as long as the longest form of a secret is held back at the end and kept from before, so nothing that
    crosses a border is missed. `is_full` says that more was masked than anybody can follow: nothing more should be kept
    then, because somebody fills our time with marks.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._data = b""
        self._pieces: list[bytes] = []
        self._waiting = 0
        self._done = 0
        self._base = 0
        self.names: set[str] = set()
        self.offsets: list[int] = []

    @property
    def is_full(self) -> bool:
        """Whether `MOST` secrets were masked."""
        return len(self.offsets) >= MOST

    def feed(self, piece: bytes) -> bytes:
        """In: the next bytes of the body. Out: bytes that are ready to be written, often none."""
        self._pieces.append(piece)
        self._waiting += len(piece)
        return self._work(final=False) if self._waiting >= BATCH else b""

    def end(self) -> bytes:
        """The body has ended. Out: what is left to be written."""
        return self._work(final=True)

    def _work(self, final: bool) -> bytes:
        data = self._data + b"".join(self._pieces)
        self._pieces, self._waiting = [], 0
        found = self._redactor.find(data)
        reach = self._redactor.reach
        cut = len(data) if final else max(self._done, len(data) - reach)
        for stretch in found:
            if stretch.start < cut < stretch.end:
                cut = stretch.start if stretch.start >= self._done else min(stretch.end, len(data))
        fresh = [stretch for stretch in found if self._done <= stretch.start < cut]
        self.names |= {stretch.name for stretch in fresh}
        self.offsets += [self._base + stretch.start for stretch in fresh]
        out = self._redactor.replaced(data, found, self._done, cut)
        keep = max(0, cut - reach)
        self._data, self._base, self._done = data[keep:], self._base + keep, cut - keep
        return out
