"""Secrets never reach the disk: what is written down goes through a `Redactor` first.

A secret is replaced by a mark that holds its name and a keyed digest, so that two places that held the same secret can
still be told to be equal. The key lives as long as the run and is not stored. Lesson of the field: redact bodies too,
and at the moment of writing (anchors: header-only filters left tokens in stored response bodies).
"""

import base64
import hashlib
import hmac
import json
import re
import secrets
from urllib.parse import quote, quote_plus

SHAPES = (
    ("token", re.compile(r"ssv1\.[A-Za-z0-9_\-]+\.[A-Fa-f0-9]{16,}")),
    ("token", re.compile(r"ssa1\.[A-Za-z0-9_\-.]{16,}")),
    ("api key", re.compile(r"\bsk-[A-Za-z0-9_\-]{16,}")),
    ("bearer", re.compile(r"(?<=[Bb]earer )[A-Za-z0-9._~+/=\-]{16,}")),
    ("basic auth", re.compile(r"(?<=://)[^/\s:@]+:[^/\s@]+(?=@)")),
)
MARK = re.compile(r"\[secret: [a-z0-9 _-]+ [0-9a-f]{12}\]")
SHORTEST = 6


class Redactor:
    """Masks every secret that it knows, in its usual encodings, and everything that has the shape of one."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._known: dict[str, str] = {}

    def learn(self, value: str | None, name: str) -> None:
        """From now on `value` is masked as `name`. Values under six characters are no secrets and would mask half a log."""
        if value and len(value) >= SHORTEST and not MARK.search(value):
            for form in encodings(value):
                self._known.setdefault(form, name)

    def mark(self, value: str, name: str) -> str:
        """What stands in the place of a secret; equal secrets give equal marks within a run."""
        digest = hmac.new(self._key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:12]
        return f"[secret: {name} {digest}]"

    def mask(self, text: str) -> str:
        """The text without secrets. Masking twice changes nothing."""
        for form in sorted(self._known, key=len, reverse=True):
            if form in text:
                text = text.replace(form, self.mark(form, self._known[form]))
        for name, shape in SHAPES:
            text = shape.sub(lambda found, name=name: self.mark(found.group(), name), text)  # type: ignore[misc]
        return text

    def masked_names(self, text: str) -> tuple[str, ...]:
        """The names of the secrets that stand in this text, each once, sorted."""
        return tuple(sorted({mark[len("[secret: ") : -14] for mark in MARK.findall(self.mask(text))}))

    def known(self) -> tuple[str, ...]:
        """Every form of every secret, for the search through the finished run folder."""
        return tuple(self._known)


def encodings(value: str) -> tuple[str, ...]:
    """The forms in which a secret turns up: raw, URL-encoded, JSON-escaped, base64, hex. Each once, raw first."""
    raw = value.encode("utf-8", "surrogatepass")
    forms = [value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]]
    forms.append(json.dumps(value, ensure_ascii=False)[1:-1])
    forms += [base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode().rstrip("="), raw.hex()]
    return tuple(dict.fromkeys(form for form in forms if len(form) >= SHORTEST))
