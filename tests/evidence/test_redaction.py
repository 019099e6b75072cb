"""Secrets never reach the disk, in whichever of their usual forms they come."""

import base64
import json
import re
from urllib.parse import quote, quote_plus

import pytest

from ss_audit.evidence.redaction import MARK, Redactor
from ss_audit.evidence.secret_forms import forms_of

SECRET = 'pa ss/wörd+"quote"\\=&'
FORMS = {
    "raw": SECRET,
    "url": quote(SECRET, safe=""),
    "json": json.dumps(SECRET)[1:-1],
    "json without escapes": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "form": quote_plus(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "base64 for urls": base64.urlsafe_b64encode(SECRET.encode()).decode().rstrip("="),
    "hex": SECRET.encode().hex(),
}


@pytest.fixture
def redactor() -> Redactor:
    known = Redactor(b"key")
    known.learn(SECRET, "password")
    return known


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_masked(redactor: Redactor, form: str) -> None:
    masked = redactor.mask(f"before {FORMS[form]} after")
    assert FORMS[form] not in masked
    assert masked.startswith("before [secret: password ")
    assert masked.endswith("] after")


def test_masking_twice_changes_nothing(redactor: Redactor) -> None:
    once = redactor.mask(" ".join(FORMS.values()) + " Bearer abcdefghijklmnopqrst sk-abcdefghijklmnopqrst")
    assert redactor.mask(once) == once


def test_equal_secrets_give_equal_marks_and_other_runs_other_ones(redactor: Redactor) -> None:
    assert redactor.mask(SECRET) == redactor.mask(SECRET)
    other = Redactor()
    other.learn(SECRET, "password")
    assert other.mask(SECRET) != redactor.mask(SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "ssv1.job_tc_c58166dd4b69ff35.0a897119fc298f6388918d31c4436c29",
        "ssa1.abcdefgh.ijklmnopqrstuv",
        "sk-abcdefghijklmnopqrstuvwx",
        "Authorization: Bearer abcdefghijklmnop",
        "https://user:hunter22@host/x",
        "Authorization: Basic dXNlcjpwYXNzd29yZA==",
        "GET /v1/x?a=b&access_token=abcdefgh",
        "run --password=hunter2222",
        "SS_ADMIN_TOKEN=abcdefgh",
        '{"refresh_token" : "abcdefghijklmnopqrst"}',
        '{"apiKey":"abcdefghijklmnopqrst"}',
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_what_has_the_shape_of_a_secret_is_masked_unlearnt(text: str) -> None:
    masked = Redactor().mask(text)
    assert MARK.search(masked)
    assert text not in masked


@pytest.mark.parametrize(
    "text",
    [
        "task-0123456789abcdefghij", "risk-adjusted-returns-of-firms", "max_tokens=4096, token_usage=12",
        '"token": null, "tokens": 5', "see https://host/a@b, mail me@host", "the bearer of this letter",
        '{"secret": "no", "password_hint": "what you like to eat"}', "Basic statistics of everything",
        "-----BEGIN CERTIFICATE-----\nMIIEvQIBADANBgkqhkiG\n-----END CERTIFICATE-----",
    ],
)  # fmt: skip
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert Redactor().mask(text) == text


def test_a_secret_has_one_mark_in_whichever_form_it_stands(redactor: Redactor) -> None:
    marks = {MARK.search(redactor.mask(text)).group() for text in FORMS.values()}  # type: ignore[union-attr]
    assert len(marks) == 1


def test_marks_can_be_turned_back_in_memory_only(redactor: Redactor) -> None:
    masked = redactor.mask(f"runs/{SECRET}/x")
    assert redactor.revealed(masked) == f"runs/{SECRET}/x"
    assert Redactor(b"key").revealed(masked) == masked


def test_ordinary_text_stays_as_it_is(redactor: Redactor) -> None:
    text = "regress y x, robust\nr(199);\nhttps://llm.example.org/v1 run 3 of task-code"
    assert redactor.mask(text) == text
    assert redactor.masked_names(text) == ()


def test_what_is_too_short_to_be_a_secret_is_not_learnt() -> None:
    redactor = Redactor()
    for value in (None, "", "admin"):
        redactor.learn(value, "x")
    assert redactor.mask("admin") == "admin"
    assert redactor.forms() == {}


def test_the_longest_secret_is_masked_first() -> None:
    redactor = Redactor(b"key")
    redactor.learn("abcdef", "short")
    redactor.learn("abcdef-ghijkl", "long")
    assert redactor.masked_names("abcdef-ghijkl") == ("long",)
    assert redactor.masked_names("abcdef and abcdef-ghijkl") == ("long", "short")


def test_forms_are_listed_each_once_raw_first() -> None:
    forms = forms_of("abcdefgh")
    assert forms[0] == b"abcdefgh"
    assert len(forms) == len(set(forms))


def test_secrets_that_are_learned_together_are_all_masked() -> None:
    redactor = Redactor(b"key")
    redactor.learn_all([("task code", "first-of-two-4711"), ("token", "second-of-two-4712")])
    masked = redactor.mask("first-of-two-4711 and second-of-two-4712")
    assert [mark[9:-14] for mark in MARK.findall(masked)] == ["task code", "token"]
    assert "of-two" not in masked


def test_what_is_known_and_has_the_shape_of_a_secret_gets_one_mark() -> None:
    key = "sk-ant-api03-" + "a1B2c3D4e5F6g7H8" * 4
    redactor = Redactor(b"key")
    redactor.learn(key, "ss llm api key")
    assert MARK.sub("…", redactor.mask(f"x {key} y")) == "x … y"


def test_half_a_letter_hides_no_secret(redactor: Redactor) -> None:
    assert SECRET not in redactor.mask(f"\ud800 {SECRET}")


def test_a_secret_within_another_leaves_one_mark() -> None:
    redactor = Redactor()
    redactor.learn_all([("whole", "Q7-outer-inner1-Z9"), ("part", "inner1"), ("tail", "r1-Z9")])
    masked = redactor.mask("before Q7-outer-inner1-Z9 after")
    assert re.fullmatch(r"before \[secret: whole \w{12}\] after", masked)


def test_of_secrets_that_overlap_nothing_is_left() -> None:
    redactor = Redactor()
    redactor.learn_all([("first", "alpha-77-beta"), ("second", "77-beta-gamma")])
    masked = redactor.mask("<alpha-77-beta-gamma>")
    assert re.fullmatch(r"<\[secret: first \w{12}\]\[secret: second \w{12}\]>", masked)


def test_secrets_side_by_side_keep_what_stands_between_them() -> None:
    redactor = Redactor()
    redactor.learn_all([("first", "alpha-77-beta"), ("second", "gamma-88-delta")])
    masked = redactor.mask("alpha-77-betagamma-88-delta.alpha-77-beta")
    assert re.fullmatch(r"\[secret: first (\w{12})\]\[secret: second \w{12}\]\.\[secret: first \1\]", masked)


def test_the_name_of_what_was_masked_before_is_told_whole() -> None:
    redactor = Redactor()
    redactor.learn("alpha-77-beta", "ss llm api key")
    assert redactor.masked_names(redactor.mask("key=alpha-77-beta")) == ("ss llm api key",)


def test_a_shape_around_what_is_known_is_masked_on_both_sides() -> None:
    redactor = Redactor()
    redactor.learn("KNOWN-part-77", "token")
    masked = redactor.mask("password=left1234KNOWN-part-77right567 end")
    assert "left1234" not in masked
    assert "right567" not in masked
    assert masked.endswith(" end")
    assert masked.startswith("password=")
    assert masked.count("[secret: ") == 3
