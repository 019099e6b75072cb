"""Allure against what happened: a report that shows more, less, or better than what was executed is no report."""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path


def allure_problems(results: Path, executed: Sequence[str], unfinished: Collection[str] = ()) -> tuple[str, ...]:
    """What differs between the Allure results in this folder and the names of the executed scenarios, in words.

    An interruption may strike before the scenario that it ends is written: one of the `unfinished` need not be shown.
    """
    shown: Counter[str] = Counter()
    for file in results.glob("*-result.json"):
        try:
            shown[str(json.loads(file.read_text("utf-8"))["name"])] += 1
        except (ValueError, KeyError) as error:
            return (f"{file.name} can't be read: {error}",)
    expected = Counter(executed)
    return tuple(
        f"{name!r} is shown {shown[name]} times and was executed {expected[name]} times"
        for name in sorted(shown | expected)
        if shown[name] != expected[name] and not (name in unfinished and shown[name] == 0)
    )
