"""Text that somebody else wrote, where people read it on a line: nothing in it moves a cursor, hides, or turns round."""

import re

UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
UNSEEN_BUT_BREAKS = re.compile(UNSEEN.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def on_a_line(text: str) -> str:
    """Every control character, line breaks included, in its escaped form: `\\x1b`."""
    return UNSEEN.sub(_escaped, text)


def on_lines(text: str) -> str:
    """As `on_a_line`, but line feeds and tabs stay."""
    return UNSEEN_BUT_BREAKS.sub(_escaped, text)


def storable(text: str) -> str:
    """Text that can be written as UTF-8: half a surrogate pair, which JSON lets through, stands as its escape."""
    return text if text.isascii() else LONE_SURROGATE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
