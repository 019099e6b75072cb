"""The files of a run against its log: artifacts have the digests that the log says, masked copies the text that it says."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.bag import digest_of, files_in
from ss_audit.evidence.model import Exchange, StoredArtifact
from ss_audit.evidence.redaction import Redactor
from ss_audit.run_reading import BundleUnreadable, read_run
from ss_audit.verify.chain import chain_problems
from ss_audit.verify.files import file_problems

TOKEN = "ssv1.job.0123456789abcdef0123456789abcdef"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A log with a figure, a log file in Latin-1 and a page with a token in it, each downloaded and kept."""
    archive = Archive(tmp_path / "data", Redactor())
    contents = {
        "figure.png": (b"\x89PNG\xff\x00", "image/png"),
        "stata.log": ("d\xe9cimale".encode("latin-1"), "text/plain"),
        "debug.txt": (f"Authorization: Bearer {TOKEN}".encode(), "text/plain"),
    }
    for name, (content, media_type) in contents.items():
        body = archive.body(content, media_type, f"artifacts/{name}")
        got = archive.record(Exchange(title="GET", method="GET", url="http://h/", status=200, response_body=body))
        archive.record(StoredArtifact(title=name, job_id="j", rel_path=name, exchange=got.id, body=body))
    archive.close()
    return tmp_path


def problems(bundle: Path) -> list[str]:
    run = read_run(bundle)
    digests = {name: digest_of(bundle / name) for name in files_in(bundle)}
    return [
        str(problem) for problem in (*chain_problems(run), *file_problems(run, digests, False)) if "plan" not in problem.what
    ]


def test_as_they_were_kept_nothing_is_wrong(bundle: Path) -> None:
    assert problems(bundle) == []


def changed(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"!")


@pytest.mark.parametrize(
    ("name", "do", "what"),
    [
        ("figure.png", changed, "it has not the digest that the log says"),
        ("stata.log", changed, "it has not the digest that the log says"),
        ("debug.txt", changed, "it is not the text that the log says"),
        ("figure.png", Path.unlink, "it is named in the log and is not there"),
        ("debug.txt", Path.unlink, "it is named in the log and is not there"),
    ],
)
def test_a_changed_or_missing_one_is_named_with_the_lines_that_name_it(
    bundle: Path, name: str, do: Callable[[Path], None], what: str
) -> None:
    do(bundle / "data" / "artifacts" / name)
    found = problems(bundle)
    assert len(found) == 2
    assert all(f"data/artifacts/{name}: {what} (data/events.jsonl, line " in problem for problem in found)


def test_an_artifact_that_is_not_what_was_downloaded_is_named(bundle: Path) -> None:
    log = bundle / "data" / "events.jsonl"
    lines = [json.loads(line) for line in log.read_bytes().splitlines()]
    lines[1]["data"]["exchange"] = lines[2]["id"]
    log.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    assert any("line 2: the artifact 'figure.png' is not what its download E0003 brought" in p for p in problems(bundle))


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b"\xff", b'{"seq":7', b"null", b'{"seq":1,"id":"E1","at":"","type":"x","prev":"","data":[]}'],
)
def test_a_line_that_is_no_event_is_named(bundle: Path, line: bytes) -> None:
    log = bundle / "data" / "events.jsonl"
    log.write_bytes(log.read_bytes() + line + b"\n")
    with pytest.raises(BundleUnreadable, match="line 7 is no event"):
        read_run(bundle)


def test_evidence_that_is_none_is_named(bundle: Path) -> None:
    log = bundle / "data" / "events.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"kind":"artifact"', b'"kind":"telepathy"', 1))
    with pytest.raises(BundleUnreadable, match="line 2 is no evidence"):
        _ = read_run(bundle).entries
