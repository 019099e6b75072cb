"""The forms in which a secret turns up in bytes: raw, escaped for JSON, URLs, HTML and multipart, base64, hex, UTF-16.

Both who masks and who searches go by these, so what the search would find is masked in the first place.
"""

import base64
import html
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Bytes. A form that is shorter stands in half of all texts by chance."""
JSON_LEVELS = 3
"""What SS puts as JSON into a text of its JSON, the event log holds as text within JSON once more."""
LINE_OF_ITS_OWN = 16
"""Characters from which on a line of a secret of several lines (a PEM key) counts by itself."""


def forms_of(value: str) -> tuple[bytes, ...]:
    """Every form of this secret, each once, raw first; none is shorter than `SHORTEST` bytes."""
    forms = dict.fromkeys(_forms(value))
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:
        forms |= dict.fromkeys(form for line in lines if len(line) >= LINE_OF_ITS_OWN for form in _forms(line))
    return tuple(form for form in forms if len(form) >= SHORTEST)


def _forms(value: str) -> Iterator[bytes]:
    raw = _utf8(value)
    yield raw
    in_multipart = value.replace('"', "%22")
    for text in (*_as_json(value), *_in_urls(value), html.escape(value), html.escape(value, quote=False), in_multipart):
        yield _utf8(text)
    yield from _as_base64(raw)
    yield from (raw.hex().encode(), raw.hex().upper().encode())
    # Without a NUL at its border, at which half of the bytes of a file of nothing but NULs would have to be tried.
    yield from (value.encode(code, "surrogatepass").strip(b"\0") for code in ("utf-16-le", "utf-16-be"))
    if not value.isascii():
        yield value.encode("latin-1", "ignore") if all(ord(c) < 256 for c in value) else raw


def _as_json(value: str) -> Iterator[str]:
    """As JSON spells it, with and without \\u, with slashes escaped; as JSON within a text of JSON, twice over."""
    for keeps_letters in (False, True):
        spelled = value
        for _ in range(JSON_LEVELS):
            spelled = json.dumps(spelled, ensure_ascii=not keeps_letters)[1:-1]
            yield spelled
        yield json.dumps(value, ensure_ascii=not keeps_letters)[1:-1].replace("/", "\\/")
    yield json.dumps(json.dumps(value)[1:-1], ensure_ascii=False)[1:-1]


def _in_urls(value: str) -> Iterator[str]:
    """Escaped as little and as much as is usual, and every byte; with large and with small digits."""
    raw = _utf8(value)
    for escaped in (quote(raw, safe=""), quote(raw, safe="/"), quote_plus(raw), "".join(f"%{byte:02X}" for byte in raw)):
        yield escaped
        yield _small_digits(escaped)


def _small_digits(escaped: str) -> str:
    first, *rest = escaped.split("%")
    return "%".join([first, *(part[:2].lower() + part[2:] for part in rest)])


def _as_base64(raw: bytes) -> Iterator[bytes]:
    """Alone; and in each of the three positions in a longer text, without the letters in which its neighbours share."""
    yield base64.b64encode(raw)
    yield base64.urlsafe_b64encode(raw).rstrip(b"=")
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + raw)
        whole = encoded[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
