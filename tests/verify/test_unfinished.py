"""A run that was killed: what is on disk verifies up to the last line that was flushed, and is never more than INCONCLUSIVE."""

import hashlib
import json
from pathlib import Path

import pytest

from ss_audit.cli import main
from ss_audit.verify.examination import Verification, verified
from ss_audit.verify.page import conclusion, page

from .bundles import Sealed

pytestmark = pytest.mark.once
BESIDE = ("bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "statement.json")


def cut(bundle: Path, keep: int, half: bytes = b"") -> Verification:
    """The bundle as it was when so many lines were on the disk."""
    log = bundle / "data" / "events.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:keep]) + half)
    for name in BESIDE:
        (bundle / name).unlink(missing_ok=True)
    if keep < len(lines):
        (bundle / "data" / "verdict.json").unlink(missing_ok=True)
    return verified(bundle)


def test_at_every_event_boundary_and_within_every_line_what_is_there_is_intact(unsigned: Sealed) -> None:
    lines = (unsigned.bundle / "data" / "events.jsonl").read_bytes().splitlines()
    for keep in range(len(lines), -1, -1):
        half = lines[keep][: len(lines[keep]) // 2] if keep < len(lines) else b""
        for seen in (cut(unsigned.bundle, keep, half), cut(unsigned.bundle, keep)):
            assert (keep, seen.problems, seen.holds) == (keep, (), False)
            assert conclusion(seen).startswith("UNFINISHED RUN: INCONCLUSIVE")
            assert seen.lines == keep


def test_it_says_where_it_was_cut_off_and_that_a_shorter_log_can_not_be_told(unsigned: Sealed) -> None:
    said = page(cut(unsigned.bundle, 12, b'{"seq":13,"id"'))
    assert "it was cut off after 12 lines of its log, with a half line after them" in said
    assert "can't be told from a run that was cut off" in said


def test_ss_audit_verify_ends_with_1(unsigned: Sealed, capsys: pytest.CaptureFixture[str]) -> None:
    cut(unsigned.bundle, 20)
    assert main(["verify", str(unsigned.bundle)]) == 1
    assert "UNFINISHED RUN" in capsys.readouterr().out


def test_a_verdict_that_was_not_sealed_is_none(unsigned: Sealed) -> None:
    (unsigned.bundle / "tagmanifest-sha256.txt").unlink()
    seen = verified(unsigned.bundle)
    assert not seen.holds
    assert "cut off before it was sealed" in page(seen)
    assert not verified(unsigned.bundle, unsigned.digest).holds


def test_tampering_with_an_unfinished_run_shows(unsigned: Sealed) -> None:
    cut(unsigned.bundle, 30)
    log = unsigned.bundle / "data" / "events.jsonl"
    lines = log.read_bytes().splitlines()
    for number in range(len(lines) - 1):
        event = json.loads(lines[number])
        changed = [*lines[:number], json.dumps({**event, "at": "2020-01-01T00:00:00+00:00"}).encode(), *lines[number + 1 :]]
        log.write_bytes(b"".join(line + b"\n" for line in changed))
        (problem,) = verified(unsigned.bundle).problems
        assert (problem.file, problem.line) == ("data/events.jsonl", number + 2)
        assert hashlib.sha256(lines[number]).hexdigest() == json.loads(lines[number + 1])["prev"]
