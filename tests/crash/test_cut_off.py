"""A log that ends at any line, or in the middle of one, is that of an unfinished run, intact as far as it goes."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from whole_audit.running import Ended, run

from ss_audit.run_reading import read_run
from ss_audit.verify.examination import Verification, verified

pytestmark = pytest.mark.once
JOURNEY = "A person comes from a task code to downloaded results"


class Cut:
    """A finished run as it would lie there, had it been killed earlier."""

    def __init__(self, finished: Ended, place: Path) -> None:
        self.bundle = place / "bundle"
        shutil.copytree(finished.folder / "bundle" / "data", self.bundle / "data")
        (self.bundle / "data" / "verdict.json").unlink()
        self._log = self.bundle / "data" / "events.jsonl"
        self.lines = self._log.read_bytes().splitlines(keepends=True)

    def after(self, number: int, rest: bytes = b"") -> Verification:
        """What verify makes of it, killed after so many lines and the `rest` of a further one."""
        self._log.write_bytes(b"".join(self.lines[:number]) + rest)
        return verified(self.bundle)


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cut]:
    finished = run(tmp_path_factory.mktemp("journey"), "behave", "-n", f"^{JOURNEY}$")
    assert finished.passed == {JOURNEY}, finished.said
    return Cut(finished, tmp_path_factory.mktemp("cut"))


def assert_unfinished(found: Verification, number: int) -> None:
    assert found.problems == (), f"after line {number}"
    assert found.unfinished, f"after line {number}"
    assert (found.told, found.again, found.holds) == (None, None, False), f"after line {number}"


def test_after_every_event(cut: Cut) -> None:
    assert len(cut.lines) > 80
    (verdict_at,) = [n for n, line in enumerate(cut.lines) if json.loads(line)["type"] == "verdict"]
    assert verdict_at == len(cut.lines) - 1
    for number in range(len(cut.lines)):
        found = cut.after(number)
        assert_unfinished(found, number)
        assert found.lines == number


def test_in_the_middle_of_every_line(cut: Cut) -> None:
    for number, line in enumerate(cut.lines):
        found = cut.after(number, line[: 1 + len(line) * (number % 10) // 10][: len(line) - 1])
        assert_unfinished(found, number)
        assert found.lines == number, "half a line is no event, and takes none with it"


def test_everything_before_is_read_as_in_the_whole_run(cut: Cut) -> None:
    cut.after(len(cut.lines))
    whole = read_run(cut.bundle)
    for number in range(0, len(cut.lines), 7):
        cut.after(number, b'{"seq":')
        part = read_run(cut.bundle)
        assert part.events == whole.events[:number]
        assert dict(part.entries) == {i: e for i, e in whole.entries.items() if i in {event.id for event in part.events}}


def test_a_verdict_without_its_seal_is_none(cut: Cut) -> None:
    found = cut.after(len(cut.lines))
    assert found.unfinished
    assert not found.holds
