"""String functions. Positions count from 1; `u` functions count characters, the others bytes of UTF-8."""

from __future__ import annotations

import re

from rehearsal.stata.errors import StataError
from rehearsal.stata.functions.base import Function
from rehearsal.stata.numfmt import as_macro, format_value, is_format
from rehearsal.stata.values import MISSING, is_missing
from rehearsal.stata.width import columns
from rehearsal.stata.words import split_words


def _bytes(text: str) -> bytes:
    return text.encode("utf-8")


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")


def _bounds(length: int, start: float, count: float) -> tuple[int, int]:
    first = int(start) - 1 if start > 0 else length + int(start)
    if is_missing(start) or start == 0 or first < 0 or first >= length:
        return 0, 0
    return first, length if is_missing(count) else min(length, first + max(int(count), 0))


def _substr(text: str, start: float, count: float = MISSING) -> str:
    raw = _bytes(text)
    low, high = _bounds(len(raw), start, count)
    return _text(raw[low:high])


def _usubstr(text: str, start: float, count: float = MISSING) -> str:
    low, high = _bounds(len(text), start, count)
    return text[low:high]


def _real(text: str) -> float:
    if not re.match(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?\s*$", text):
        return MISSING
    return float(text.lower().replace("d", "e"))


def _string(x: float, fmt: str = "%9.0g") -> str:
    if not is_format(fmt):
        return ""
    return format_value(x, fmt).strip() if fmt != "%9.0g" else format_value(x, "%9.0g").strip()


def _strpos(text: str, part: str) -> float:
    return float(_bytes(text).find(_bytes(part)) + 1) if part else 0.0


def _strrpos(text: str, part: str) -> float:
    return float(_bytes(text).rfind(_bytes(part)) + 1) if part else 0.0


def _subinstr(text: str, old: str, new: str, count: float = MISSING) -> str:
    return text.replace(old, new, -1 if is_missing(count) else int(count)) if old else text


def _subinword(text: str, old: str, new: str, count: float = MISSING) -> str:
    limit = 0 if is_missing(count) else int(count)
    return re.sub(rf"(?<!\S){re.escape(old)}(?!\S)", new.replace("\\", r"\\"), text, count=limit)


def _word(text: str, which: float) -> str:
    words = split_words(text)
    index = int(which) - 1 if which > 0 else len(words) + int(which)
    return words[index] if 0 <= index < len(words) else ""


def _strmatch(text: str, pattern: str) -> float:
    regex = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return float(bool(re.match(regex + r"\Z", text, re.DOTALL)))


_last_match: list[re.Match[str] | None] = [None]


def _regexm(text: str, pattern: str, *_: float) -> float:
    try:
        _last_match[0] = re.search(pattern, text)
    except re.error as error:
        raise StataError(198, f"regexp: {error}") from error
    return float(_last_match[0] is not None)


def _regexs(which: float = 0.0) -> str:
    found = _last_match[0]
    return (found[int(which)] or "") if found and which <= (found.lastindex or 0) else ""


def _regexr(text: str, pattern: str, new: str) -> str:
    return re.sub(pattern, lambda _: new, text, count=1)


def _abbrev(name: str, width: float) -> str:
    size = int(width)
    return name if len(name) <= size else name[: size - 2] + "~" + name[-1]


FUNCTIONS: dict[str, Function] = {
    "strlen": Function(lambda s: float(len(_bytes(s))), "s"),
    "length": Function(lambda s: float(len(_bytes(s))), "s"),
    "ustrlen": Function(lambda s: float(len(s)), "s"),
    "udstrlen": Function(lambda s: float(columns(s)), "s"),
    "substr": Function(_substr, "snn", True, least=2),
    "usubstr": Function(_usubstr, "snn", True, least=2),
    "real": Function(_real, "s"),
    "string": Function(_string, "ns", True, least=1),
    "strofreal": Function(_string, "ns", True, least=1),
    "strpos": Function(_strpos, "ss"),
    "strrpos": Function(_strrpos, "ss"),
    "ustrpos": Function(lambda s, part: float(s.find(part) + 1) if part else 0.0, "ss"),
    "subinstr": Function(_subinstr, "sssn", True, least=3),
    "usubinstr": Function(_subinstr, "sssn", True, least=3),
    "subinword": Function(_subinword, "sssn", True, least=3),
    "lower": Function(str.lower, "s", True),
    "upper": Function(str.upper, "s", True),
    "strlower": Function(str.lower, "s", True),
    "strupper": Function(str.upper, "s", True),
    "proper": Function(str.title, "s", True),
    "strproper": Function(str.title, "s", True),
    "ustrlower": Function(str.lower, "s", True),
    "ustrupper": Function(str.upper, "s", True),
    "trim": Function(lambda s: s.strip(" "), "s", True),
    "strtrim": Function(lambda s: s.strip(" "), "s", True),
    "ltrim": Function(lambda s: s.lstrip(" "), "s", True),
    "strltrim": Function(lambda s: s.lstrip(" "), "s", True),
    "rtrim": Function(lambda s: s.rstrip(" "), "s", True),
    "strrtrim": Function(lambda s: s.rstrip(" "), "s", True),
    "itrim": Function(lambda s: re.sub(" {2,}", " ", s), "s", True),
    "stritrim": Function(lambda s: re.sub(" {2,}", " ", s), "s", True),
    "ustrtrim": Function(str.strip, "s", True),
    "strreverse": Function(lambda s: s[::-1], "s", True),
    "reverse": Function(lambda s: s[::-1], "s", True),
    "ustrreverse": Function(lambda s: s[::-1], "s", True),
    "word": Function(_word, "sn", True),
    "wordcount": Function(lambda s: float(len(split_words(s))), "s"),
    "strmatch": Function(_strmatch, "ss"),
    "regexm": Function(_regexm, "ss"),
    "regexs": Function(_regexs, "n", True, least=0),
    "regexr": Function(_regexr, "sss", True),
    "ustrregexm": Function(_regexm, "ssn", least=2),
    "ustrregexs": Function(_regexs, "n", True, least=0),
    "ustrregexra": Function(lambda s, p, r: re.sub(p, lambda _: r, s), "sss", True),
    "char": Function(lambda n: chr(int(n)) if 0 <= n < 128 else "", "n", True),
    "uchar": Function(lambda n: chr(int(n)), "n", True),
    "abbrev": Function(_abbrev, "sn", True),
    "strdup": Function(lambda s, n: s * int(n), "sn", True),
    "strtoname": Function(lambda s: re.sub(r"\W", "_", s)[:32], "s", True),
    "macval": Function(as_macro, "*", True),
}
