"""How the run in a log ended, by the log's trailer alone.

An `r(N);` in the middle says nothing: `capture noisily` prints one and goes on. What counts is what stands at the end:
`end of do-file` and nothing after it (ended well); `end of do-file` and `r(N);`, once more for each level of nesting,
with `--Break--` before each when N is 1 (Stata's return code N); `r(N);` alone after a command given directly or a
do-file that was not found; anything else was cut off. No log prints r(0).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

END = "end of do-file"
BREAK = "--Break--"
CODE = re.compile(r"^r\((\d+)\);$")


class Ending(NamedTuple):
    """`outcome` as in StataLog; `codes` are the trailer's; `foreign_after` says that text follows that isn't Stata's."""

    outcome: str
    complete: bool
    codes: tuple[int, ...]
    foreign_after: bool


def codes_in(lines: Sequence[str]) -> tuple[int, ...]:
    """All `r(N);` lines in order."""
    return tuple(int(m.group(1)) for line in lines if (m := CODE.match(line)))


def read_ending(lines: Sequence[str], *, runs_a_do_file: bool, do_files_open: int = 0) -> Ending:
    """The lines of one session after its head → how it ended.

    `runs_a_do_file` is False when Stata was given a command directly. `do_files_open` is the number of do-files whose
    start was echoed and whose end was not: a nested one's end is not the run's.
    """
    ends = [i for i, line in enumerate(lines) if line == END and _stands_free(lines, i)]
    if not ends:
        return _without_end(lines, runs_a_do_file)
    after = ends[-1] + 1
    codes, rest = _code_group(lines, after)
    following = [line for line in lines[rest:] if line.strip()]
    if any(_is_prompt(line) for line in following) or (not codes and do_files_open > 0):
        closing = _only_closes_logs(lines[rest:])
        if not (codes and closing) and not (closing and do_files_open <= 0):
            return Ending("killed", False, (), False)
        following = []
    outcome = f"r{codes[-1]}" if codes else "ok"
    return Ending(outcome, True, codes, bool(following))


def _without_end(lines: Sequence[str], runs_a_do_file: bool) -> Ending:
    last = len(lines)
    while last and not lines[last - 1].strip():
        last -= 1
    if last and (m := CODE.match(lines[last - 1])):
        code = int(m.group(1))
        return Ending(f"r{code}", True, (code,), False)
    if not runs_a_do_file and last and len(lines) > last:
        return Ending("ok", True, (), False)
    return Ending("killed", False, (), False)


def _stands_free(lines: Sequence[str], i: int) -> bool:
    """Stata prints the end after a blank line or the prompt that waits for more; a do-file's own text may hold it too."""
    return i > 0 and lines[i - 1].strip() in ("", ".")


def _code_group(lines: Sequence[str], i: int) -> tuple[tuple[int, ...], int]:
    """The return codes right after the end, blank lines and breaks between them allowed, and where they stop."""
    codes: list[int] = []
    rest = i
    while i < len(lines) and (not lines[i].strip() or lines[i] == BREAK or CODE.match(lines[i])):
        if m := CODE.match(lines[i]):
            codes.append(int(m.group(1)))
            rest = i + 1
        i += 1
    return tuple(codes), rest


def _is_prompt(line: str) -> bool:
    return line.rstrip() == "." or line.startswith(". ")


def _only_closes_logs(lines: Sequence[str]) -> bool:
    """Whether the only commands in the lines close a log or leave Stata: what people do after a run has ended."""
    prompts = [line[2:].strip() for line in lines if _is_prompt(line)]
    return bool(prompts) and all(re.match(r"^(cap(ture)?\s+)?(log\s+c\w*(\s+_all)?|exit\b.*|)$", p) for p in prompts)
