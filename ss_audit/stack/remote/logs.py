"""A log that only a command can show: what came since it was last asked for. Pure.

The command may show the whole log or its last lines. Lines are told apart by what stands in them, never by their time: the
clock of another host may be wrong.
"""

from collections.abc import Sequence

from ss_audit.stack.logs import LEFT_OUT, LOST


def lines_of(output: bytes) -> tuple[str, ...]:
    """Whole lines, as UTF-8 (or UTF-16 with its mark, as PowerShell writes it); a last one without its end is left out."""
    if output.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = output.decode("utf-16", "replace")
    else:
        text = output.decode("utf-8-sig", "replace")
    return tuple(line.removesuffix("\r") for line in text.split("\n")[:-1])


def new_lines(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """What `after` shows beyond `before`: all that follows the longest end of `before` with which `after` begins.

    When no line of before is left where it would have to be, the log was replaced or cut: then the first line says so and
    all that is there now follows.
    """
    if not before:
        return tuple(after)
    shown = _without_gap(after)
    known = _overlap(_without_gap(before), shown)
    return tuple(shown[known:]) if known else (LOST, *after)


def _without_gap(lines: Sequence[str]) -> Sequence[str]:
    """Without the line that says how much of the log's beginning is left out, which is another one each time."""
    head, _, tail = LEFT_OUT.partition("{}")
    return lines[1:] if lines and lines[0].startswith(head) and lines[0].endswith(tail) else lines


def _overlap(before: Sequence[str], after: Sequence[str]) -> int:
    """The length of the longest beginning of `after` that is an end of `before` (Knuth, Morris and Pratt, in one pass)."""
    failure = [0] * (len(after) + 1)
    length = 0
    for i in range(1, len(after)):
        while length and after[i] != after[length]:
            length = failure[length]
        length += after[i] == after[length]
        failure[i + 1] = length
    matched = 0
    for line in before:
        while matched and (matched == len(after) or after[matched] != line):
            matched = failure[matched]
        matched += matched < len(after) and after[matched] == line
    return matched
