"""Variable lists: names, abbreviations, wildcards, ranges, `_all`."""

from __future__ import annotations

import re

from rehearsal.stata.dataset import Column, Dataset, check_name
from rehearsal.stata.errors import StataError, gap


def expand_varlist(text: str, data: Dataset) -> list[str]:
    """The variables that `text` names, in order of mention, repeats kept; r(111) for a name that is not there."""
    names: list[str] = []
    for word in re.sub(r"\s*-\s*", "-", text.strip()).split():
        names.extend(_word(word, data))
    return names


def _word(word: str, data: Dataset) -> list[str]:
    if word in ("_all", "*"):
        return list(data.columns)
    if "#" in word or re.match(r"(i|c|o|b\d*|ib\d+|[LFDS]\d*)\.", word):
        raise gap("the factor-variable or time-series operator in " + word)
    if "-" in word:
        first, _, last = word.partition("-")
        order = list(data.columns)
        low, high = order.index(data.get(first).name), order.index(data.get(last).name)
        if low > high:
            raise StataError(111, f"{word} is not a valid range of variables")
        return order[low : high + 1]
    if "*" in word or "?" in word:
        pattern = re.compile(re.escape(word).replace(r"\*", ".*").replace(r"\?", ".") + "$")
        found = [name for name in data.columns if pattern.match(name)]
        if not found:
            raise StataError(111, f"variable {word} not found")
        return found
    if not re.match(r"[A-Za-z_~\u0080-\uffff][\w~\u0080-\uffff]*$", word):
        raise StataError(198, f"{word} invalid name")
    return [data.get(word).name]


def numeric_columns(names: list[str], data: Dataset) -> list[Column]:
    """The columns of `names`; r(109) for a string among them."""
    columns = [data.columns[name] for name in names]
    for column in columns:
        if column.is_text:
            raise StataError(109, "type mismatch")
    return columns


def new_names(text: str) -> list[str]:
    """Names for variables to come; `x1-x3` stands for x1 x2 x3."""
    names: list[str] = []
    for word in text.split():
        found = re.match(r"([A-Za-z_]\w*?)(\d+)-\1(\d+)$", word)
        if found:
            names.extend(f"{found[1]}{k}" for k in range(int(found[2]), int(found[3]) + 1))
        else:
            check_name(word)
            names.append(word)
    return names
