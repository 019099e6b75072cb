"""Adding one command to a do-file's bytes, leaving every other byte as it was."""

import re

_LOG_USING = re.compile(rb"\s*(?:(?:cap|captu?r?e?|qui|quietly|noi|noisily)\s+)*log\s+using\b")
_CONTINUED = re.compile(rb"///.*$")
_OTHER_DELIMITER = re.compile(rb"\s*#d(?:e|el|eli|elim|elimi|elimit)?\s*;")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def insert_after_log_using(source: bytes, line: str) -> bytes:
    """In: a do-file, and a command without line ending. Out: the do-file with the command after its first `log using`.

    The new line ends as the line before it does; a `log using` continued over several lines (`///`) is kept together.
    Without a `log using`, or when `#delimit ;` is in force there, the command comes first in the file (behind a byte
    order mark): Stata's own batch log records it even so.
    """
    lines = source.splitlines(keepends=True) if b"\n" in source else [source]
    position = _after_log_using(lines)
    if position is None:
        mark = _BYTE_ORDER_MARK if source.startswith(_BYTE_ORDER_MARK) else b""
        return mark + line.encode() + _ending(lines[0]) + source[len(mark) :]
    before = lines[position - 1]
    joint = b"" if before.endswith((b"\n", b"\r")) else b"\n"
    return b"".join((*lines[:position], joint, line.encode(), _ending(before), *lines[position:]))


def _after_log_using(lines: list[bytes]) -> int | None:
    """The index of the line behind the first `log using` that is a command, not a comment."""
    in_comment = False
    for index, line in enumerate(lines):
        if in_comment or line.lstrip().startswith(b"/*"):
            in_comment = b"*/" not in line
        elif _OTHER_DELIMITER.match(line):
            return None
        elif _LOG_USING.match(line):
            last = index
            while _CONTINUED.search(lines[last].rstrip()) and last + 1 < len(lines):
                last += 1
            return last + 1
    return None


def _ending(line: bytes) -> bytes:
    return b"\r\n" if line.endswith(b"\r\n") else b"\n"
