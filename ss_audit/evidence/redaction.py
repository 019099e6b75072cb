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
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ss_audit.evidence.secret_finder import Finder
from ss_audit.evidence.secret_forms import SHORTEST, forms_of
from ss_audit.evidence.secret_shapes import LONGEST, shapes_in

MOST_MARKS = 10_000
MARK = re.compile(r"\[secret: [a-z0-9 _-]+ [0-9a-f]{12}\]")
MARK_IN_BYTES = re.compile(MARK.pattern.encode())
SHORTEST_TOLD = 16
TOLD = re.compile(rf"[A-Za-z0-9._~+/=-]{{{SHORTEST_TOLD},4096}}")
"""What SS may call its token and we mask wherever it stands: what a bearer token is made of, and longer than most words."""


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
    """Masks every secret that it knows, in its usual forms, and everything that has the shape of one. For any thread.

    `is_word` says of a value, and of whether SS told it, that our own texts hold it: that is never learned, whoever calls it
    a secret, because masking it would hit the record itself.
    """

    def __init__(self, key: bytes | None = None, is_word: Callable[[str, bool], bool] = lambda _value, _told: False) -> None:
        self._key = key or secrets.token_bytes(32)
        self._is_word = is_word
        self._told: set[bytes] = set()
        self._secrets: dict[bytes, tuple[bytes, str]] = {}
        self._changing = threading.Lock()
        self._marks: dict[str, bytes] = {}
        self._known = _Known(Finder(()), {})

    def learn(self, value: str | None, name: str) -> bool:
        """From now on `value` is masked as `name`. Out: whether that is so: values under six characters and words are not."""
        return self._learn([(name, value or "")]) == 1

    def learn_told(self, values: Iterable[str], name: str) -> None:
        """Learns what SS, which may say anything, calls a secret: only what can hardly stand anywhere else."""
        fit = [value for value in dict.fromkeys(values) if TOLD.fullmatch(value)]
        new = [raw for value in fit if (raw := _raw(value)) not in self._secrets]
        self._learn(((name, value) for value in fit), told=True)
        self._told |= {raw for raw in new if raw in self._secrets}

    def learn_all(self, values: Iterable[tuple[str, str]]) -> None:
        """Learns pairs of name and value, as `learn`, all at once: what finds them is made anew for them together."""
        self._learn(values)

    def _learn(self, values: Iterable[tuple[str, str]], told: bool = False) -> int:
        """In: pairs of name and value. Out: how many of these are masked from now on."""
        named = [(re.sub(r"[^a-z0-9 _-]", " ", name.lower()) or "secret", value) for name, value in values]
        long = [(plain, v) for plain, v in named if len(v) >= SHORTEST and v not in plain and not MARK.search(v)]
        fit = [(plain, value) for plain, value in long if not self._is_word(value, told)]
        with self._changing:
            before = len(self._secrets)
            for plain, value in fit:
                for form in forms_of(value):
                    self._secrets.setdefault(form, (_raw(value), plain))
            if len(self._secrets) > before:
                self._known = _Known(Finder(self._secrets), MappingProxyType(dict(self._secrets)))
        return len(fit)

    def mark(self, value: str | bytes, name: str) -> str:
        """What stands in the place of a secret; equal secrets give equal marks within a run."""
        raw = value if isinstance(value, bytes) else _raw(value)
        mark = f"[secret: {name} {hmac.new(self._key, raw, hashlib.sha256).hexdigest()[:12]}]"
        if len(self._marks) < MOST_MARKS:
            self._marks[mark] = raw
        return mark

    def revealed(self, text: str) -> str:
        """The text with the secrets in the place of their marks: for asking SS for what it named, never for writing down."""
        return MARK.sub(lambda mark: self._marks.get(mark[0], mark[0].encode()).decode("utf-8", "replace"), text)

    def mask(self, text: str) -> str:
        """The text without secrets. Masking twice changes nothing."""
        return self._without(text, self.find(_raw(text)))

    def mask_known(self, text: str) -> str:
        """The text without the secrets that are known: for what is made of masked evidence, where a shape is our wording."""
        return self._without(text, self._find_known(_raw(text)))

    def _without(self, text: str, found: list[Masked]) -> str:
        if not found:
            return text
        raw = _raw(text)
        masked = self.replaced(raw, found, 0, len(raw))
        try:
            return masked.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            return masked.decode("utf-8", "replace")

    def masked_names(self, text: str) -> tuple[str, ...]:
        """The names of the secrets that stand in this text, each once, sorted; those that were masked before count too."""
        found = {stretch.name for stretch in self.find(_raw(text))}
        return tuple(sorted(found | {mark[len("[secret: ") : -14] for mark in MARK.findall(text)}))

    def forms(self) -> Mapping[bytes, str]:
        """Every form of every secret with the secret's name: what the search through the finished run folder needs."""
        return {form: name for form, (_, name) in self._known.secrets.items()}

    def told_forms(self) -> Mapping[bytes, bytes]:
        """Of these forms those of what SS called a secret, each with that secret."""
        return {form: secret for form, (secret, _) in self._known.secrets.items() if secret in self._told}

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
        marks: list[tuple[int, int]] | None = None
        for at, form in known.finder.find(data):
            end = at + len(form)
            if end <= covered:
                continue
            marks = self._own_marks(data) if marks is None else marks
            index = bisect_right(marks, (at, len(data))) - 1
            if any(start < end and at < stop for start, stop in marks[max(index, 0) : index + 2]):
                continue
            secret, name = known.secrets[form]
            found.append(Masked(at, end, secret, name) if at >= covered else Masked(covered, end, data[covered:end], name))
            covered = end
        return found

    def _own_marks(self, data: bytes) -> list[tuple[int, int]]:
        """Where marks stand that we made: nothing in them is masked again. What only looks like one hides nothing."""
        return [mark.span() for mark in MARK_IN_BYTES.finditer(data) if mark[0].decode() in self._marks]


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
