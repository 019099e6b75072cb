"""The evidence of a run log: numbered in the text as it is cited, and listed once, with links, at the end."""

from collections.abc import Iterable

from ss_audit.report.markdown import link, prose
from ss_audit.report.told.references import References


class Cited:
    """The entries that the text has cited so far, in that order."""

    def __init__(self, references: References) -> None:
        self._references = references
        self._numbers: dict[str, int] = {}

    def lines(self, ids: Iterable[str], indent: str = "") -> list[str]:
        """One item of a list with the numbers of these entries; none where the log has none of them."""
        known = [reference.id for reference in self._references.of(ids)]
        numbers = [self._numbers.setdefault(id_, len(self._numbers) + 1) for id_ in known]
        return [f"{indent}- evidence: {', '.join(f'[{number}]' for number in numbers)}"] if numbers else []

    def told(self) -> list[str]:
        """An item for each number: the line of the event log, what it is, and the files that hold it."""
        return [f"- [{number}] {self._entry(id_)}" for id_, number in self._numbers.items()] or ["None was cited."]

    def _entry(self, id_: str) -> str:
        reference = self._references.to(id_)
        files = "".join(f", {link(name.rpartition('/')[2], target)}" for name, target in reference.files)
        return f"{link(reference.id, f'{reference.log}#L{reference.line}')} {prose(reference.title)}{files}"
