"""Lists as Stata's macro language knows them: words parted by blanks, a quoted phrase counting as one word."""

from __future__ import annotations

from rehearsal.stata.errors import StataError


def split_words(text: str) -> list[str]:
    """The words of `text`, quotes removed."""
    return [_unquote(word) for word in raw_words(text)]


def raw_words(text: str) -> list[str]:
    """The words of `text` as written; quotes and compound quotes bind."""
    words: list[str] = []
    index = 0
    while index < len(text):
        if text[index] in " \t":
            index += 1
            continue
        start = index
        if text[index] == '"' or text.startswith('`"', index):
            index = quote_end(text, index)
        else:
            while index < len(text) and text[index] not in " \t":
                index = quote_end(text, index) if text[index] == '"' and index > start else index + 1
        words.append(text[start:index])
    return words


def quote_end(text: str, start: int) -> int:
    """The index after the quotation that begins at `start` (with `"` or with `` `" ``)."""
    if text.startswith('`"', start):
        depth = 1
        index = start + 2
        while index < len(text):
            if text.startswith('`"', index):
                depth += 1
                index += 2
            elif text.startswith("\"'", index):
                depth -= 1
                index += 2
                if not depth:
                    return index
            else:
                index += 1
        return len(text)
    end = text.find('"', start + 1)
    return len(text) if end < 0 else end + 1


def _unquote(word: str) -> str:
    if word.startswith('`"') and word.endswith("\"'") and len(word) >= 4:
        return word[2:-2]
    if len(word) >= 2 and word[0] == word[-1] == '"':
        return word[1:-1]
    return word


def unquote(text: str) -> str:
    """`text` without the quotation around the whole of it, if there is one."""
    text = text.strip()
    return _unquote(text) if len(raw_words(text)) == 1 else text


def split_top(text: str, separator: str, limit: int = -1) -> list[str]:
    """`text` split at `separator` (one character) outside quotes, parentheses and brackets."""
    parts: list[str] = []
    depth = 0
    start = index = 0
    while index < len(text):
        char = text[index]
        if char == '"' or text.startswith('`"', index):
            index = quote_end(text, index)
            continue
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
        elif char == separator and depth <= 0 and limit != len(parts):
            parts.append(text[start:index])
            start = index + 1
        index += 1
    parts.append(text[start:])
    return parts


def parse_numlist(text: str) -> list[float]:
    """A numlist: `1 2 3`, `1/5`, `1(2)9`, `1 2 to 6` is not used here; r(121) for anything else."""
    numbers: list[float] = []
    for item in text.replace(",", " ").split():
        try:
            if "/" in item:
                low, high = (float(part) for part in item.split("/"))
                numbers.extend(_steps(low, 1.0 if high >= low else -1.0, high))
            elif "(" in item or "[" in item:
                opened = item.replace("[", "(").replace("]", ")")
                low_text, rest = opened.split("(", 1)
                step_text, high_text = rest.split(")", 1)
                numbers.extend(_steps(float(low_text), float(step_text), float(high_text)))
            else:
                numbers.append(float(item))
        except ValueError as error:
            raise StataError(121, "invalid numlist") from error
    return numbers


def _steps(low: float, step: float, high: float) -> list[float]:
    if not step:
        raise StataError(121, "invalid numlist")
    count = int((high - low) / step + 1e-9)
    return [low + step * index for index in range(count + 1)]
