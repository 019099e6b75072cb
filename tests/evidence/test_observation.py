"""Every observation can be rebuilt from its structure and the log's entries, and is judged the same."""

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from checks.test_every_check import CASES

from ss_audit.evidence import seen
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import Evidence, Statement
from ss_audit.evidence.observation import Observation
from ss_audit.evidence.redaction import Redactor
from ss_audit.evidence.seen import Conclusions

ABSTRACT = {Observation, seen.PackageTrial}


def kinds(base: type[Observation] = Observation) -> Iterable[type[Observation]]:
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def by_kind() -> dict[type[Observation], list[Observation]]:
    found: dict[type[Observation], list[Observation]] = {}
    for case in CASES:
        for one in case.seen:
            found.setdefault(type(one), []).append(one)
    return found


def again(one: Observation) -> Observation:
    """Through JSON, as the event log keeps it."""
    structure = json.loads(json.dumps(one.referenced()))
    return type(one).rebuilt(structure, {entry.id: entry for entry in one.evidence()})


def test_every_kind_of_observation_is_among_the_cases() -> None:
    there = set(by_kind()) | {seen.Journey}
    assert {kind for kind in kinds() if kind.__module__ == seen.__name__} - ABSTRACT <= there


@pytest.mark.parametrize("kind", by_kind(), ids=lambda kind: kind.__name__)
def test_it_is_rebuilt_equal(kind: type[Observation]) -> None:
    for one in by_kind()[kind]:
        assert again(one) == one


def test_what_is_rebuilt_is_judged_the_same() -> None:
    for case in CASES:
        assert case.check.judge(*map(again, case.seen)) == case.check.judge(*case.seen), case.what


def test_an_entry_that_is_not_in_the_log_is_an_error() -> None:
    one = by_kind()[Conclusions][0]
    with pytest.raises(KeyError):
        Conclusions.rebuilt(one.referenced(), {})


def test_an_entry_is_listed_once() -> None:
    for observations in by_kind().values():
        ids = [entry.id for entry in observations[0].evidence()]
        assert len(ids) == len(set(ids))
        assert ids


def test_the_archive_keeps_what_rebuilds_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data", Redactor())
    points = archive.record(Statement(title="conclusions"))
    made = Conclusions(points=points, conclusions={"a": "pass"})
    archive.event("observation", {"kind": "Conclusions", "structure": made.referenced()})
    events = [json.loads(line) for line in (archive.folder / "events.jsonl").read_text("utf-8").splitlines()]
    entries: dict[str, Evidence] = {e["id"]: Statement(**e["data"], id=e["id"]) for e in events if e["type"] == "evidence"}
    assert Conclusions.rebuilt(events[-1]["data"]["structure"], entries) == made
