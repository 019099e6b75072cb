"""The few SMCL directives that matter in displayed text, rendered to plain text; unknown ones stay as written."""

from __future__ import annotations

import re

_DIRECTIVE = re.compile(r"\{([^{}]*)\}")
_STYLES = frozenset({"txt", "text", "res", "result", "err", "error", "inp", "input", "com", "cmd", "bf", "it", "sf", "ul"})
_CHARACTERS = {
    "|": "|",
    "-": "-",
    "+": "+",
    "TT": "+",
    "BT": "+",
    "LT": "+",
    "RT": "+",
    "TLC": "+",
    "TRC": "+",
    "BLC": "+",
    "BRC": "+",
    "-(": "{",
    ")-": "}",
    "'g": "`",
    "S|": "$",
    "g": "`",
}


def render(text: str, column: int = 0, linesize: int = 79) -> str:
    """`text` with its directives replaced; `column` is where on the line it starts (0-based)."""
    if "{" not in text:
        return text
    done = ""
    rest = text
    while True:
        found = _DIRECTIVE.search(rest)
        if not found:
            return done + rest
        done += rest[: found.start()]
        done += _directive(found[1], column + len(done), linesize) if found[1] else "{}"
        rest = rest[found.end() :]


def _directive(body: str, column: int, linesize: int) -> str:
    head, colon, content = body.partition(":")
    words = head.split()
    name = words[0] if words else ""
    argument = words[1] if len(words) > 1 else ""
    if name in _STYLES:
        return content
    if name == "hline":
        return "-" * (int(argument) if argument.isdigit() else max(linesize - column, 0))
    if name in ("space", "col") and argument.isdigit():
        return " " * (int(argument) if name == "space" else max(int(argument) - 1 - column, 0))
    if name == "dup" and argument.isdigit():
        return content * int(argument)
    if name in ("c", "char"):
        return _CHARACTERS.get(argument, "")
    if name in ("ralign", "lalign", "center") and argument.isdigit():
        width = int(argument)
        return {"ralign": content.rjust, "lalign": content.ljust, "center": content.center}[name](width)
    if name in ("p", "p_end", "p2colset", "break", "smcl"):
        return ""
    if name in ("help", "stata", "browse", "search", "opt") and colon:
        return content
    return "{" + body + "}"
