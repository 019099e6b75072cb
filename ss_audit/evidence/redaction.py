"""Secrets never reach the disk: what is written down goes through a `Redactor` first.

A secret is replaced by a mark that holds its name and a keyed digest, so that two places that held the same secret can
still be told to be equal, in whichever form it stood there. The key lives as long as the run and is not stored. Lesson of
the field: redact bodies too, and at the moment of writing (anchors: header-only filters left tokens in stored bodies).
"""

import hashlib
import hmac
import re
import secrets
import threading
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ss_audit.evidence.secret_finder import Finder
from ss_audit.evidence.secret_forms import SHORTEST, forms_of
from ss_audit.evidence.secret_shapes import LONGEST, shapes_in

MOST_MARKS = 10_000
MARK = re.compile(r"\[secret: [a-z0-9 _-]+ [0-9a-f]{12}\]")


class Masked(NamedTuple):
    """A stretch of data that a mark replaces: from `start` up to `end`; `secret` is what the mark's digest is made of."""

    start: int
    end: int
    secret: bytes
    name: str


class _Known(NamedTuple):
    finder: Finder
    secrets: Mapping[bytes, tuple[bytes, str]]


class Redactor:
    """Masks every secret that it knows, in its usual forms, and everything that has the shape of one. For any thread."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._secrets: dict[bytes, tuple[bytes, str]] = {}
        self._changing = threading.Lock()
        self._marks: dict[str, bytes] = {}
        self._known = _Known(Finder(()), {})

    def learn(self, value: str | None, name: str) -> None:
        """From now on `value` is masked as `name`. Values under six characters are no secrets and would mask half a log."""
        if not value or len(value) < SHORTEST or MARK.search(value):
            return
        plain = re.sub(r"[^a-z0-9 _-]", " ", name.lower()) or "secret"
        with self._changing:
            before = len(self._secrets)
            for form in forms_of(value):
                self._secrets.setdefault(form, (value.encode("utf-8", "surrogatepass"), plain))
            if len(self._secrets) > before:
                self._known = _Known(Finder(self._secrets), MappingProxyType(dict(self._secrets)))

    def learn_all(self, values: Iterable[tuple[str, str]]) -> None:
        """Learns pairs of name and value, as `learn`."""
        for name, value in values:
            self.learn(value, name)

    def mark(self, value: str | bytes, name: str) -> str:
        """What stands in the place of a secret; equal secrets give equal marks within a run."""
        raw = value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass")
        mark = f"[secret: {name} {hmac.new(self._key, raw, hashlib.sha256).hexdigest()[:12]}]"
        if len(self._marks) < MOST_MARKS:
            self._marks[mark] = raw
        return mark

    def revealed(self, text: str) -> str:
        """The text with the secrets in the place of their marks: for asking SS for what it named, never for writing down."""
        return MARK.sub(lambda mark: self._marks.get(mark[0], mark[0].encode()).decode("utf-8", "replace"), text)

    def mask(self, text: str) -> str:
        """The text without secrets. Masking twice changes nothing."""
        raw = text.encode("utf-8", "surrogatepass")
        found = self.find(raw)
        if not found:
            return text
        masked = self.replaced(raw, found, 0, len(raw))
        try:
            return masked.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return masked.decode("utf-8", "replace")

    def masked_names(self, text: str) -> tuple[str, ...]:
        """The names of the secrets that stand in this text, each once, sorted; those that were masked before count too."""
        found = {stretch.name for stretch in self.find(text.encode("utf-8", "surrogatepass"))}
        return tuple(sorted(found | {mark[len("[secret: ") : -14] for mark in MARK.findall(text)}))

    def forms(self) -> Mapping[bytes, str]:
        """Every form of every secret with the secret's name: what the search through the finished run folder needs."""
        return {form: name for form, (_, name) in self._known.secrets.items()}

    def find(self, data: bytes) -> list[Masked]:
        """What is to be masked in this data, in order, without overlap; of two secrets that overlap nothing is left."""
        known = self._find_known(data)
        begins = [stretch.start for stretch in known]
        found = list(known)
        for at, end, name in shapes_in(data):
            index = max(bisect_right(begins, at) - 1, 0)
            while at < end:
                while index < len(known) and known[index].end <= at:
                    index += 1
                inside = known[index] if index < len(known) and known[index].start < end else None
                upto = min(end, max(at, inside.start)) if inside else end
                if upto > at:
                    found.append(Masked(at, upto, data[at:upto], name))
                at = inside.end if inside else end
        found.sort()
        return found

    def replaced(self, data: bytes, found: Iterable[Masked], start: int, end: int) -> bytes:
        """The data from `start` to `end` with marks in the place of what was found; nothing found begins or ends between."""
        parts: list[bytes] = []
        at = start
        for stretch in found:
            if stretch.end <= start or stretch.start >= end:
                continue
            parts += [data[at : max(at, stretch.start)], self.mark(stretch.secret, stretch.name).encode()]
            at = min(stretch.end, end)
        return b"".join([*parts, data[at:end]])

    @property
    def reach(self) -> int:
        """How many bytes the longest form or shape may have."""
        return max(LONGEST, self._known.finder.longest)

    def _find_known(self, data: bytes) -> list[Masked]:
        known, found, covered = self._known, list[Masked](), 0
        for at, form in known.finder.find(data):
            end = at + len(form)
            if end <= covered:
                continue
            secret, name = known.secrets[form]
            found.append(Masked(at, end, secret, name) if at >= covered else Masked(covered, end, data[covered:end], name))
            covered = end
        return found
