"""What has the shape of a secret, learnt or not: tokens of SS, API keys, credentials in headers, URLs, JSON and settings."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ss_audit.evidence.secret_finder import tree

LONGEST = 1 << 14
"""No shape reaches further than this many bytes, what stands before the secret included."""
_VALUE = rb"((?!\[secret: )[^&\s\"'#<>\\;,(){}]{8,4096})"


class Shape(NamedTuple):
    """A shape: what it is called, the words one of which stands before it, and what follows them, the secret as a group."""

    name: str
    words: tuple[bytes, ...]
    then: bytes


SHAPES = (
    Shape("token", (b"ssv1.",), rb"(?<=(ssv1\.))[\w\-]{1,512}\.[A-Fa-f0-9]{16,512}"),
    Shape("token", (b"ssa1.",), rb"(?<=(ssa1\.))[\w\-.]{16,4096}"),
    Shape("api key", (b"sk-",), rb"(?<!\wsk-)(?<=(sk-))[\w\-]{16,4096}"),
    Shape("bearer", (b"Bearer", b"bearer", b"BEARER"), rb"(?: |%20|\+)([A-Za-z0-9._~+/=\-]{16,16000})"),
    Shape("basic auth", (b"uthorization", b"UTHORIZATION"), rb"\W{1,6}(?i:basic)(?: |%20|\+)([A-Za-z0-9+/=_\-]{8,16000})"),
    Shape("basic auth", (b"://",), rb"([^/\s:@\"'<>]{1,256}:[^/\s@\"'<>]{1,256})(?=@)"),
    Shape("token", (b"token=", b"Token=", b"TOKEN="), _VALUE),
    Shape("api key", (b"api_key=", b"apikey=", b"apiKey=", b"API_KEY="), _VALUE),
    Shape("password", (b"password=", b"PASSWORD=", b"passwd=", b"secret=", b"SECRET="), _VALUE),
    Shape("token", (b'token"', b'Token"', b'TOKEN"'), rb'\s{0,4}:\s{0,4}"((?!\[secret: )[^"\\\s]{6,16000})"'),
    Shape(
        "token",
        (
            b'api_key"',
            b'apiKey"',
            b'API_KEY"',
            b'password"',
            b'PASSWORD"',
            b'secret"',
            b'SECRET"',
        ),
        rb'\s{0,4}:\s{0,4}"((?!\[secret: )[^"\\\s]{16,16000})"',
    ),
    Shape("private key", (b"PRIVATE KEY-----",), rb"([^-]{16,16000})"),
)
_WORDS = {word: (shape.name, re.compile(shape.then)) for shape in SHAPES for word in shape.words}
_ANY_WORD = re.compile(tree(_WORDS))


def shapes_in(data: bytes) -> Iterator[tuple[int, int, str]]:
    """(start, end, name) of each, in order, without overlap. A word before it is no part of it, a prefix is ("sk-")."""
    found = _ANY_WORD.search(data)
    while found is not None:
        name, then = _WORDS[found.group()]
        match = then.match(data, found.end())
        if match is None:
            found = _ANY_WORD.search(data, found.start() + 1)
            continue
        prefixed = match.start(1) < match.start()
        yield (match.start(1), match.end(), name) if prefixed else (*match.span(1), name)
        found = _ANY_WORD.search(data, match.end())
