"""The search finds each form of a secret, wherever it lies, and never tells the secret."""

import base64
import gzip
import html
import io
import json
import re
import zipfile
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from ss_audit.evidence import packed
from ss_audit.evidence.packed import BLOCK
from ss_audit.evidence.redaction import Redactor
from ss_audit.evidence.secret_finder import Finder
from ss_audit.evidence.secret_forms import forms_of
from ss_audit.evidence.secret_search import IN_THE_NAME, Hit, search

SECRET = 'pa ss/wörd+"quote"\\=&<é>'
PLAIN = "canary-0123456789abcdef"
UTF8 = SECRET.encode()
ENCODED = {
    "raw": UTF8,
    "JSON": json.dumps(SECRET).encode(),
    "JSON without escapes": json.dumps(SECRET, ensure_ascii=False).encode(),
    "JSON within JSON": json.dumps(json.dumps(SECRET)).encode(),
    "JSON within JSON, without escapes": json.dumps(json.dumps(SECRET, ensure_ascii=False), ensure_ascii=False).encode(),
    "URL": quote(SECRET, safe="").encode(),
    "URL with slashes": quote(SECRET).encode(),
    "URL, small digits": re.sub("%..", lambda code: code[0].lower(), quote(SECRET, safe="")).encode(),
    "form": quote_plus(SECRET).encode(),
    "every byte for a URL": "".join(f"%{byte:02X}" for byte in UTF8).encode(),
    "HTML": html.escape(SECRET).encode(),
    "base64": base64.b64encode(UTF8),
    "base64, one byte before": base64.b64encode(b"x" + UTF8 + b"yz"),
    "base64, two bytes before": base64.b64encode(b"xy" + UTF8 + b"z"),
    "base64 for URLs": base64.urlsafe_b64encode(b"user:" + UTF8),
    "hex": UTF8.hex().encode(),
    "hex, large": UTF8.hex().upper().encode(),
    "UTF-16 little": SECRET.encode("utf-16-le"),
    "UTF-16 big": SECRET.encode("utf-16-be"),
    "Latin-1": SECRET.encode("latin-1"),
}  # fmt: skip


def forms(*values: str) -> dict[bytes, str]:
    return {form: "password" for value in values for form in forms_of(value)}


@pytest.mark.parametrize("encoding", ENCODED)
def test_each_encoding_is_found(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    file = tmp_path / "deep" / "er" / "file.bin"
    file.write_bytes(b"before " + ENCODED[encoding] + b" after")
    hits = search(tmp_path, forms(SECRET)).hits
    assert [(hit.file, hit.name) for hit in hits] == [("deep/er/file.bin", "password")] * len(hits)
    assert hits
    assert 7 <= hits[0].offset <= 14
    middle = len(ENCODED[encoding]) // 2
    file.write_bytes(b"before " + ENCODED[encoding][:middle] + b"?" + ENCODED[encoding][middle + 1 :] + b" after")
    assert search(tmp_path, forms(SECRET)).hits == ()


@pytest.mark.parametrize("encoding", ENCODED)
def test_what_is_found_is_masked_in_the_first_place(encoding: str) -> None:
    redactor = Redactor()
    redactor.learn(SECRET, "password")
    raw = ENCODED[encoding]
    left = redactor.replaced(raw, redactor.find(raw), 0, len(raw))
    assert list(Finder(redactor.forms()).find(left)) == []


@pytest.mark.parametrize("at", [0, 1, BLOCK - len(PLAIN), BLOCK - 10, BLOCK - 1, BLOCK, 2 * BLOCK - 3])
def test_it_is_found_across_the_borders_of_blocks(tmp_path: Path, at: int) -> None:
    (tmp_path / "f").write_bytes(b"-" * at + PLAIN.encode() + b"-" * BLOCK)
    assert search(tmp_path, forms(PLAIN)).hits == (Hit("f", at, "password"),)


def test_packed_files_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"12" + PLAIN.encode()))
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", b"123" + PLAIN.encode())
        packed.writestr(f"{PLAIN}.xml", b"")
    assert search(tmp_path, forms(PLAIN)).hits == (
        Hit("a.gz!", 2, "password"),
        Hit("b.xlsx", (tmp_path / "b.xlsx").read_bytes().index(PLAIN.encode()), "password"),
        Hit("b.xlsx", (tmp_path / "b.xlsx").read_bytes().rindex(PLAIN.encode()), "password"),
        Hit("b.xlsx!(secret).xml", IN_THE_NAME, "password"),
        Hit("b.xlsx!sheet.xml", 3, "password"),
    )


def test_what_can_t_be_unpacked_breaks_nothing_and_is_told(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as packed:
        packed.writestr("x", b"y" * 100)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"z" * 1000)[:-12])
    (tmp_path / "cut.zip").write_bytes(whole.getvalue()[:-30])
    (tmp_path / "wrong.gz").write_bytes(b"\x1f\x8b" + b"no gzip at all")
    (tmp_path / "empty").write_bytes(b"")
    found = search(tmp_path, forms(PLAIN))
    assert found.hits == ()
    assert found.missed == (
        "cut.gz: it ends in the middle",
        "cut.zip: it can't be unpacked (BadZipFile)",
        "wrong.gz: it can't be unpacked (BadGzipFile)",
    )


def test_a_bomb_does_not_keep_it_and_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "UNPACKED_LIMIT", 1 << 20)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(1 << 20) + PLAIN.encode()))
    found = search(tmp_path, forms(PLAIN))
    assert found.hits == ()
    assert found.missed == ("bomb.gz: from here on it holds more than the 1 MiB that are unpacked",)


def test_names_count_and_the_secret_in_one_is_not_told(tmp_path: Path) -> None:
    (tmp_path / f"of-{PLAIN}.txt").write_bytes(b"nothing")
    (hit,) = search(tmp_path, forms(PLAIN)).hits
    assert (hit.offset, hit.file) == (IN_THE_NAME, "of-(secret).txt")
    assert str(hit) == "of-(secret).txt, in its name: password"


def test_a_hit_is_told_without_the_secret(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"- " + PLAIN.encode())
    told = " ".join(map(str, search(tmp_path, forms(PLAIN)).hits))
    assert told == "f, at byte 2: password"


def test_of_a_file_full_of_it_a_hundred_are_told(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(PLAIN.encode() * 5000)
    assert len(search(tmp_path, forms(PLAIN)).hits) == 100


def test_links_are_not_followed_and_nothing_known_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "outside").write_bytes(PLAIN.encode())
    (tmp_path / "run" / "link").symlink_to(tmp_path / "outside")
    assert search(tmp_path / "run", forms(PLAIN)).hits == ()
    assert search(tmp_path, {}).hits == ()


def test_each_line_of_a_secret_of_several_lines_counts() -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG\nshort\n-----END KEY-----\n"
    assert b"MIIEvQIBADANBgkqhkiG" in forms_of(key)
    assert b"short" not in forms_of(key)
