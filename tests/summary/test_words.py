"""What is not prose is told as people write it, never as Python does."""

import pytest

from ss_audit.report.told.words import in_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"pkg_name": "estout", "seen": ["a", "b"], "gone": None}, "pkg name: estout; seen: a, b; gone: none"),
        ({"detail": {"declared": True, "rows": []}}, "detail: (declared: yes; rows: none)"),
        ([{"a": 1}, {"b": ""}], "(a: 1), (b: none)"),
        ({}, "none"),
    ],
)
def test_it_reads_as_people_write(value: object, words: str) -> None:
    assert in_words(value) == words
