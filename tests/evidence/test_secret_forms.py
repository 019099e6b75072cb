"""In which forms a secret is looked for: each as the tools of others write it, and as long as it can be told."""

import base64
import json
import os

import pytest

from ss_audit.evidence.secret_finder import Finder
from ss_audit.evidence.secret_forms import LINE_OF_ITS_OWN, SHORTEST, forms_of

SLASHED = 'pä"ss/wörd-1'
UMLAUTS = "schlüssel-äöü"


@pytest.mark.parametrize("length", range(9, 20))
@pytest.mark.parametrize("before", range(3))
def test_base64_within_a_longer_text_is_known_to_the_last_letter_that_is_its_own(length: int, before: int) -> None:
    secret = "x7Kq/+Zp0wLm~9ÿ.Ab3"[:length]
    encoded = [
        base64.b64encode(around * before + secret.encode() + around * (3 - (before + len(secret.encode())) % 3))
        for around in (b"\x00", b"\xff")
    ]
    own = bytes(one for one, other in zip(*encoded, strict=True) if one == other)
    assert own in forms_of(secret)
    assert own.translate(bytes.maketrans(b"+/", b"-_")) in forms_of(secret)


@pytest.mark.parametrize("ascii_only", [True, False])
def test_json_within_json_within_json(ascii_only: bool) -> None:
    spelled = SLASHED
    for _ in range(3):
        spelled = json.dumps(spelled, ensure_ascii=ascii_only)[1:-1]
        assert spelled.encode() in forms_of(SLASHED)
    escaped = json.dumps(SLASHED, ensure_ascii=ascii_only)[1:-1].replace("/", "\\/")
    assert escaped.encode() in forms_of(SLASHED)
    mixed = json.dumps(json.dumps(SLASHED)[1:-1], ensure_ascii=False)[1:-1]
    assert mixed.encode() in forms_of(SLASHED)


def test_letters_of_an_older_encoding() -> None:
    assert UMLAUTS.encode("latin-1") in forms_of(UMLAUTS)
    beyond = UMLAUTS + "\u0100"
    assert not any(form == beyond.encode("latin-1", "ignore") for form in forms_of(beyond))


def test_half_a_letter_is_a_letter_of_a_secret() -> None:
    assert "half-\ud83d-secret".encode("utf-8", "surrogatepass") in forms_of("half-\ud83d-secret")


def test_a_line_of_a_key_counts_by_itself_when_it_is_long() -> None:
    long, short = "A" * LINE_OF_ITS_OWN, "B" * (LINE_OF_ITS_OWN - 1)
    forms = forms_of(f"{long}\n{short}\n")
    assert long.encode() in forms
    assert short.encode() not in forms
    assert all(len(form) >= SHORTEST for form in forms_of("123456\n1"))


def test_of_forms_that_begin_at_one_place_the_longest_is_found() -> None:
    forms = [b"abcdef", b"abcdefgh", os.urandom(40)]
    finder = Finder(forms)
    assert list(finder.find(b"--abcdefgh--")) == [(2, b"abcdefgh")]
    assert finder.longest == 40
