"""`ss-audit verify` as people use it: on a run's folder, a pointer, a copy; without a network; with what they kept."""

import io
import os
import shutil
import socket
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ss_audit.cli import main

from .bundles import Sealed

pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("verify looked at the network")

    monkeypatch.setattr(socket, "socket", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


def test_the_last_line_of_the_audit_is_what_verify_wants(
    two: tuple[Sealed, Sealed], capsys: pytest.CaptureFixture[str]
) -> None:
    for run in two:
        assert main(["verify", str(run.bundle), "--digest", run.digest]) == 0
        assert capsys.readouterr().out.splitlines()[-1] == "INTACT, and judged again the verdict is the same: INCONCLUSIVE"


def test_by_the_folder_of_the_run_and_by_the_pointer_to_the_last(two: tuple[Sealed, Sealed]) -> None:
    reports = two[0].bundle.parents[1]
    for place in (reports / "small", reports / "latest", reports / "latest" / "bundle"):
        assert main(["verify", str(place), "--digest", two[0].digest]) == 0


@pytest.mark.parametrize("symlinks", [True, False], ids=["links kept", "links resolved"])
def test_a_copy_of_the_run_in_another_folder(two: tuple[Sealed, Sealed], tmp_path: Path, symlinks: bool) -> None:
    copy = tmp_path / "in a folder with blanks"
    shutil.copytree(two[0].bundle.parent, copy, symlinks=symlinks)
    assert main(["verify", str(copy), "--digest", two[0].digest]) == 0


def test_verifying_leaves_the_bundle_as_it_is(unsigned: Sealed) -> None:
    before = {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in unsigned.bundle.rglob("*")}
    main(["verify", str(unsigned.bundle)])
    assert {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in unsigned.bundle.rglob("*")} == before


def test_the_signature_with_its_key_and_with_another(
    signed: Sealed, keys: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(signed.bundle), "--key", str(keys[1])]) == 0
    assert "wrote anew" not in capsys.readouterr().out
    assert main(["verify", str(signed.bundle)]) == 0
    assert "It is signed: give --key" in capsys.readouterr().out
    other = Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "other.pem").write_bytes(other)
    assert main(["verify", str(signed.bundle), "--key", str(tmp_path / "other.pem")]) == 1
    assert "no signature in it was made with the key" in capsys.readouterr().out


def test_another_digest_is_named_with_both(unsigned: Sealed, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(unsigned.bundle), "--digest", f"sha256:{'ab' * 32}"]) == 1
    said = capsys.readouterr().out
    assert unsigned.digest in said
    assert "abab" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no/such/bundle"], "no folder “data”"),
        (["{bundle}", "--digest", "sha256:0123"], "64 hexadecimal digits"),
        (["{bundle}", "--key", "no-such.pem"], "can't be read"),
        (["{bundle}", "--key", "{bundle}/bagit.txt"], "openssl pkey"),
    ],
    ids=["no bundle", "no digest", "no key", "a key that is none"],
)
def test_what_can_not_be_read_ends_with_2(
    unsigned: Sealed, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["verify", *(word.format(bundle=unsigned.bundle) for word in words)]) == 2
    assert said in capsys.readouterr().err


def test_a_link_in_a_bundle_is_no_evidence(unsigned: Sealed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = unsigned.bundle / "data" / "plan.json"
    plan.rename(tmp_path / "plan.json")
    plan.symlink_to(tmp_path / "plan.json")
    assert main(["verify", str(unsigned.bundle), "--digest", unsigned.digest]) == 1
    assert "data/plan.json: it is a symbolic link" in capsys.readouterr().out


def test_it_says_which_run_it_looked_at(unsigned: Sealed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another run's bundle may bear this one's name."""
    renamed = unsigned.bundle.rename(tmp_path / "the run of last week")
    assert main(["verify", str(renamed)]) == 0
    assert "run small of 20" in (said := capsys.readouterr().out)
    assert "profile rehearsal, this project's reference SS (stack reference)" in said


def run_folder(run: Sealed, place: Path) -> Path:
    """A copy of the run's folder without links, as an archive program makes it."""
    shutil.copytree(run.bundle.parent, place / "run", symlinks=False)
    return place / "run"


@pytest.mark.parametrize("name", ["verdict.json", "allure-results/planned-0002-result.json", "junit/added.xml"])
def test_what_lies_beside_under_the_bundles_names_is_held_against_it(
    two: tuple[Sealed, Sealed], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    folder = run_folder(two[1], tmp_path)
    assert main(["verify", str(folder), "--digest", two[1].digest]) == 0
    assert "the pages beside it are not checked" in capsys.readouterr().out
    (folder / name).write_bytes(b'{"verdict": "READY"}')
    assert main(["verify", str(folder), "--digest", two[1].digest]) == 1
    assert f"{name}: beside the bundle: it is not" in capsys.readouterr().out


def test_a_result_that_is_gone_beside_the_bundle_is_named(two: tuple[Sealed, Sealed], tmp_path: Path) -> None:
    folder = run_folder(two[1], tmp_path)
    (folder / "allure-results" / "planned-0002-result.json").unlink()
    assert main(["verify", str(folder)]) == 1


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ["data/verdict.json", "data/events.jsonl", "bag-info.txt", "data/har/pipe"])
def test_a_pipe_in_a_bundle_keeps_nobody_waiting(unsigned: Sealed, capsys: pytest.CaptureFixture[str], name: str) -> None:
    pipe = unsigned.bundle / name
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    assert main(["verify", str(unsigned.bundle)]) == 1
    assert f"{name}: it is a pipe" in capsys.readouterr().out


def test_a_name_that_the_terminal_can_not_show_ends_nothing(
    unsigned: Sealed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii"))
    assert main(["verify", str(unsigned.bundle.rename(tmp_path / "prüfung"))]) == 0
    sys.stdout.flush()
    assert b"pr\\xfcfung" in written.getvalue()


def test_no_page_is_made_of_a_bundle_that_was_changed(unsigned: Sealed, capsys: pytest.CaptureFixture[str]) -> None:
    """It would carry the genuine digest and show what that digest does not pin."""
    verdict = unsigned.bundle / "data" / "verdict.json"
    verdict.write_bytes(verdict.read_bytes().replace(b"INCONCLUSIVE", b"READY"))
    assert main(["report", str(unsigned.bundle)]) == 2
    said = capsys.readouterr().out
    assert "no page is made of it" in said
    assert "data/verdict.json: it was changed" in said
    assert not (unsigned.bundle.parent / "summary.html").exists()
