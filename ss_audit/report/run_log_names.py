"""What one run called things, and the words that stand for them in its run log: so two run logs can be compared by `diff`.

A job's id, a made-up column, a process id or a digest is another one in every run and means the same. The text says `{job 1}`
for it, and one section at the end says what that was.
"""

import re
from collections.abc import Iterable, Iterator

from ss_audit.evidence.model import FileSeen, LlmCall, StoredArtifact
from ss_audit.evidence.seen import MainJourney
from ss_audit.report.evidence_names import run_of
from ss_audit.report.markdown import code, prose, table
from ss_audit.report.told.observed import observed
from ss_audit.run_reading import RunRead

SHORTEST = 8
"""A shorter name of SS's could be a word or a number of the text."""
MADE_UP_COLUMN = re.compile(r"\w+_[a-z0-9]{6}")
FORMS = {
    "digest": r"(?:sha256:)?\b[0-9a-f]{64}\b",
    "address": r"(?:\b127\.0\.0\.1|\blocalhost|\[::1\]):\d+",
    "port": r"(?<=--port )\d+",
    "folder": r"/[^\s`'\"=:]*/ss-audit-(?:[a-z0-9]|\\?_){8}(?=/)",
    "package": r"\bssaudit\\?_[a-z0-9]{8}\b",
    "process": r"(?<=\bpid )\d+|(?<=\d → )\d+|(?<=process id: )\d+",
    "moment": r"\b\d{8}T\d{6,}Z(?:-[0-9a-f]{8,})?",
}
"""Kinds that are known by their form; an underscore may be escaped."""


class Names:
    """The names of one run, each numbered within its kind when it first turns up in the text."""

    def __init__(self, run: RunRead) -> None:
        known = {name: kind for kind, name in _known(run) if len(name) >= SHORTEST}
        self._kinds = {form: kind for name, kind in known.items() for form in (name, prose(name))}
        alternatives = [f"(?P<{kind}>{form})" for kind, form in FORMS.items()]
        if self._kinds:
            longest_first = sorted(self._kinds, key=len, reverse=True)
            alternatives.insert(0, rf"(?P<known>(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w))")
        self._any = re.compile("|".join(alternatives))
        self._words: dict[tuple[str, str], str] = {}

    def replaced(self, lines: Iterable[str]) -> Iterator[str]:
        """The lines of Markdown with a word in the place of each name."""
        return (self._any.sub(self._word, line) for line in lines)

    def told(self) -> list[str]:
        """A table of the words that were used so far and the names that they stand for."""
        rows = [(word, code(name)) for (_, name), word in self._words.items()]
        return table(("in this log", "in this run"), rows) if rows else ["None.", ""]

    def _word(self, found: re.Match[str]) -> str:
        kind = self._kinds[found[0]] if found.lastgroup == "known" else str(found.lastgroup)
        name = found[0].replace("\\_", "_")
        if (kind, name) not in self._words:
            number = 1 + sum(of_kind == kind for of_kind, _ in self._words)
            self._words[kind, name] = f"{{{kind.replace('_', ' ')} {number}}}"
        return self._words[kind, name]


def _known(run: RunRead) -> Iterator[tuple[str, str]]:
    """What the evidence itself calls a job, a run, an answer, a column or a data file of this run's own."""
    for entry in run.entries.values():
        if isinstance(entry, StoredArtifact):
            yield "job", entry.job_id
            named = run_of(entry)
            if named is not None:
                yield "run", named[1]
        elif isinstance(entry, LlmCall) and entry.response_id:
            yield "answer", entry.response_id
        elif isinstance(entry, FileSeen) and entry.path.endswith(".csv"):
            yield "file", entry.path.rpartition("/")[2]
            columns = (entry.body.text or "").partition("\n")[0].strip().split(",")
            yield from (("column", column) for column in columns if MADE_UP_COLUMN.fullmatch(column))
    main = observed(run, MainJourney)
    if main is not None:
        yield "mark", main.question.nonce
        yield "job", main.job_id or ""
