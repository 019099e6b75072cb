"""The event log's chain, bodies, and the names of files."""
# ruff: noqa: E501 - a table reads best with one case a line

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

import pytest

from ss_audit.evidence import body_writer
from ss_audit.evidence.archive import GENESIS, Archive
from ss_audit.evidence.body_writer import INLINE_LIMIT
from ss_audit.evidence.model import Exchange, Statement
from ss_audit.evidence.redaction import MARK, Redactor
from ss_audit.evidence.safe_names import safe_name

SECRET = 's3cret/Token+with=äöü "quotes"'


@pytest.fixture
def redactor() -> Redactor:
    known = Redactor(b"key")
    known.learn(SECRET, "token")
    return known


@pytest.fixture
def archive(tmp_path: Path, redactor: Redactor) -> Archive:
    return Archive(tmp_path / "data", redactor)


def lines(archive: Archive) -> list[str]:
    return (archive.folder / "events.jsonl").read_text("utf-8").splitlines()


def test_each_line_carries_the_digest_of_the_line_before(archive: Archive) -> None:
    archive.event("planned", {"scenarios": ["a"]})
    archive.record(Statement(title="one"))
    archive.event("verdict", {"ä": "ö"})
    before = GENESIS
    for number, line in enumerate(lines(archive), start=1):
        event = json.loads(line)
        assert (event["seq"], event["id"], event["prev"]) == (number, f"E{number:04d}", before)
        before = hashlib.sha256(line.encode()).hexdigest()
    assert archive.head == before
    assert hashlib.sha256(b"").hexdigest() == GENESIS


def test_a_line_is_on_disk_before_the_entry_is_returned(archive: Archive) -> None:
    entry = archive.record(Statement(title="one"))
    assert json.loads(lines(archive)[-1])["id"] == entry.id
    assert archive.get([entry.id]) == (entry,)
    with pytest.raises(KeyError):
        archive.get(["E9999"])


def test_threads_do_not_break_the_chain(archive: Archive) -> None:
    with ThreadPoolExecutor(4) as pool:
        entries = list(pool.map(lambda i: archive.record(Statement(title=str(i))), range(40)))
    assert len({entry.id for entry in entries}) == 40
    before = GENESIS
    for line in lines(archive):
        assert json.loads(line)["prev"] == before
        before = hashlib.sha256(line.encode()).hexdigest()


def test_a_run_never_continues_the_log_of_another(archive: Archive, redactor: Redactor) -> None:
    with pytest.raises(FileExistsError):
        Archive(archive.folder, redactor)


def test_what_is_recorded_is_masked_and_so_is_what_is_returned(archive: Archive) -> None:
    entry = archive.record(
        Exchange(title=SECRET, method="GET", url="http://x", request_headers=(("Authorization", f"Bearer {SECRET}"),))
    )
    archive.event("note", {SECRET: [SECRET, {"deep": (SECRET,)}]})
    assert SECRET not in entry.title
    assert SECRET not in "\n".join(lines(archive))
    assert MARK.search(entry.title)


def test_a_body_is_masked_and_keeps_the_digest_of_the_original(archive: Archive) -> None:
    raw = f"a {SECRET} b".encode()
    body = archive.body(raw, "text/plain", keep_as="artifacts/x.txt")
    assert (body.size, body.sha256, body.masked) == (len(raw), hashlib.sha256(raw).hexdigest(), ("token",))
    assert body.file is not None
    kept = (archive.folder / body.file).read_text("utf-8")
    assert body.text == kept
    assert SECRET not in kept


def test_bytes_that_are_no_text_are_kept_as_they_are(archive: Archive) -> None:
    raw = b"\x89PNG\x00\xff\xfe"
    body = archive.body(raw, "image/png")
    assert (body.text, body.masked) == (None, ())
    assert body.file is not None
    assert (archive.folder / body.file).read_bytes() == raw


def test_a_log_in_latin_1_is_text(archive: Archive) -> None:
    assert archive.body("größe".encode("latin-1"), "text/plain").text == "größe"


def test_a_large_text_lies_in_a_file(archive: Archive) -> None:
    body = archive.body(b"x" * (INLINE_LIMIT + 1), "text/plain")
    assert body.text is None
    assert body.file is not None
    assert (archive.folder / body.file).stat().st_size == INLINE_LIMIT + 1


def test_the_text_of_a_long_log_is_kept_whatever_its_type(archive: Archive) -> None:
    long = f"größe {SECRET}\n".encode("latin-1") + b"x" * INLINE_LIMIT
    body = archive.body(long, "application/octet-stream", keep_as="artifacts/run/stata.log")
    assert (body.size, body.masked) == (len(long), ("token",))
    assert body.text is not None
    assert body.text.startswith("größe ")
    assert SECRET not in body.text
    assert archive.body("größe".encode("latin-1"), "application/octet-stream", keep_as="a/result.LOG").text == "größe"
    assert archive.body("größe".encode("latin-1"), "application/octet-stream", keep_as="a/result.bin").text is None


def test_a_log_that_is_no_text_or_too_long_has_none(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    assert archive.body(b"\xff\x00" * INLINE_LIMIT, keep_as="a/stata.log").text is None
    monkeypatch.setattr(body_writer, "LOG_LIMIT", INLINE_LIMIT + 10)
    assert archive.body(b"x" * (INLINE_LIMIT + 10), keep_as="b/stata.log").text is not None
    assert archive.body(b"x" * (INLINE_LIMIT + 11), keep_as="c/stata.log").text is None


def test_an_empty_body_has_no_file(archive: Archive) -> None:
    body = archive.body(b"", keep_as="artifacts/empty")
    assert (body.size, body.text, body.file) == (0, "", None)


def test_past_the_limit_only_the_head_is_kept(tmp_path: Path, redactor: Redactor) -> None:
    small = Archive(tmp_path / "small", redactor, evidence_limit=1 << 17)
    body = small.body(b"y" * (1 << 18), keep_as="artifacts/big")
    assert body.file is not None
    assert (small.folder / body.file).stat().st_size == 1 << 16
    assert (body.size, body.sha256) == (1 << 18, hashlib.sha256(b"y" * (1 << 18)).hexdigest())


STRANGE = [
    "../../etc/passwd", "/etc/passwd", "..", ".", "~/x", "a/../../b", "C:\\x\\y", "nul", "CON.txt", "aux", "a\x00b", "a\nb", "ü",
    "x" * 4096, "y" * 4096 + "/z", "trailing.", " ", "a:b", "*?", "-rf",
]  # fmt: skip


@pytest.mark.parametrize("name", STRANGE)
def test_no_name_leads_out_of_the_folder(archive: Archive, name: str) -> None:
    body = archive.body(b"text", keep_as=f"artifacts/{name}")
    assert body.file is not None
    kept = (archive.folder / body.file).resolve()
    assert kept.is_relative_to(archive.folder.resolve() / "artifacts")
    assert kept.read_bytes() == b"text"
    assert ".." not in PurePosixPath(body.file).parts


@pytest.mark.parametrize("part", [*STRANGE, "COM1", "LPT9.log", "PRN", "conin$"])
def test_a_name_is_safe_on_any_file_system(part: str) -> None:
    name = safe_name(part)
    assert 0 < len(name) <= 120
    assert name.isascii()
    assert not set(name) & set('/\\:*?"<>|\0\n ')
    assert not name.startswith(".")
    assert not name.endswith(".")
    assert name.split(".")[0].upper() not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "CONIN$"}


def test_distinct_names_stay_distinct() -> None:
    names = ["a b", "a_b", "a:b", "x" * 4096, "x" * 4097, "..", ".", "_", "NUL", "nul_", "a.", "a"]
    assert len({safe_name(name) for name in names}) == len(names)
    assert safe_name("stata.log") == "stata.log"


def test_after_a_line_that_could_not_be_written_none_is(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    assert archive.event("one", {}) == "E0001"
    head = archive.head
    with monkeypatch.context() as patched:
        patched.setattr("ss_audit.evidence.archive.os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            archive.event("two", {})
    with pytest.raises(OSError, match="No space left"):
        archive.event("three", {})
    assert archive.head == head
    assert "three" not in (archive.folder / "events.jsonl").read_text("utf-8")


def test_after_closing_no_line_is_written(archive: Archive) -> None:
    archive.event("last", {})
    archive.close()
    with pytest.raises(RuntimeError):
        archive.event("later", {})
    assert len(lines(archive)) == 1


def test_an_event_is_masked_whatever_its_shape(archive: Archive) -> None:
    archive.event("seen", {"list": [f"a {SECRET}", 7, None, 0.5, True], SECRET: 1})
    written = json.loads(lines(archive)[-1])
    assert written["data"]["list"][1:] == [7, None, 0.5, True]
    assert SECRET not in json.dumps(written, ensure_ascii=False)
    assert "token" in written["data"]["list"][0]


def test_a_line_tells_what_kind_of_evidence_it_is_and_has_a_title_of_one_line(archive: Archive) -> None:
    entry = archive.record(Statement(title=f"one\n{SECRET}"))
    written = json.loads(lines(archive)[-1])
    assert (written["type"], written["kind"]) == ("evidence", entry.kind)
    assert "\n" not in entry.title
    assert SECRET not in entry.title


def test_the_folder_is_made_with_those_above_it(tmp_path: Path, redactor: Redactor) -> None:
    (tmp_path / "there").mkdir()
    assert Archive(tmp_path / "there", redactor).event("one", {}) == "E0001"
    assert Archive(tmp_path / "not" / "yet" / "there", redactor).event("one", {}) == "E0001"
