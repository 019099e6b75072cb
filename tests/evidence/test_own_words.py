"""No word of ours is ever taken for a secret, whoever says that it is one: masking it would hit the record itself."""

import hashlib
import inspect
import json
import pkgutil
import typing
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import BaseModel

import ss_audit.evidence
from ss_audit import account, results, verdict
from ss_audit.checks import judgement
from ss_audit.evidence.archive import Archive
from ss_audit.evidence.masked_fields import fields_masked
from ss_audit.evidence.model import Body, Exchange, LogWindow, StataProcess, now
from ss_audit.evidence.redaction import MARK, Redactor
from ss_audit.own_words import is_ours

SECRETS = ("ssv1.job-7.0f9c1b7de2a84c5fb6a1d3e8f0c2b4a6", "Tr0ub4dor-und-3", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "zqxwvkjp")


def models() -> list[type[BaseModel]]:
    modules = [import_module(f"ss_audit.evidence.{module.name}") for module in pkgutil.iter_modules(ss_audit.evidence.__path__)]
    found = [value for module in (*modules, account, results, verdict, judgement) for value in vars(module).values()]
    return sorted({v for v in found if inspect.isclass(v) and issubclass(v, BaseModel)}, key=lambda model: model.__name__)


def literals(annotation: object) -> set[str]:
    if typing.get_origin(annotation) is typing.Literal:
        return {str(value) for value in typing.get_args(annotation)}
    return {word for part in typing.get_args(annotation) for word in literals(part)}


WORDS = sorted({
    word
    for model in models()
    for name, field in model.model_fields.items()
    for word in (name, model.__name__, *literals(field.annotation))
})  # fmt: skip


def redactor() -> Redactor:
    return Redactor(b"key", is_word=is_ours)


def test_there_are_words() -> None:
    assert len(WORDS) > 150
    assert {"verdict", "evidence", "response_body", "not_evidenced", "worker", "status"} <= {*WORDS, "verdict"}


@pytest.mark.parametrize("word", WORDS)
def test_no_name_and_no_literal_of_ours_is_learned(word: str) -> None:
    known = redactor()
    known.learn_told([word, f"02-{word}.har", f"{word}.{word}"], "token")
    assert known.learn(word, "ss db password") is False
    assert known.forms() == {}


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_learned_all_the_same(secret: str) -> None:
    known = redactor()
    assert known.learn(secret, "key") is True
    assert secret not in known.mask(f"a {secret} b")


@pytest.mark.parametrize(
    ("told", "learned"),
    [
        ("ssv1.job-7.0f9c1b7de2a84c5fb6a1d3e8f0c2b4a6", True), ("zqxwvkjpzqxwvkjp", True), ("zqxwvkjpzqxwvkj", False),
        ("ab-cd-ef-12-zq-34", True), ("zqxwvk jpzqxwvkjp", False), ("2026-11-28T02:40:56.1", False), ("-" * 20, False),
        ("12-SurfacesSeen.ha", False), ("471193-SurfacesSeen.ha", True), ("plan.template_is_named", False),
    ],
)  # fmt: skip
def test_of_what_ss_calls_a_token_only_what_can_be_one(told: str, learned: bool) -> None:
    known = redactor()
    known.learn_told([told], "token")
    assert bool(known.forms()) is learned
    assert set(known.told_forms().values()) == ({told.encode()} if learned else set())


def test_the_operator_s_own_are_learned_unless_they_stand_in_our_texts() -> None:
    assert redactor().learn("surfaces-und-seen", "x")
    assert not redactor().learn("SurfacesSeen", "x")
    assert [redactor().learn(number, "x") for number in ("4815162", "48151623", "zq1516")] == [False, True, True]


def test_what_the_operator_gave_before_is_not_told_by_ss() -> None:
    known = redactor()
    known.learn(SECRETS[0], "key")
    known.learn_told([SECRETS[0]], "token")
    assert known.told_forms() == {}


def test_nothing_is_masked_in_a_mark_of_ours_and_what_only_looks_like_one_hides_nothing() -> None:
    known = Redactor(b"key")
    known.learn("Abcdefgh-1", "ss pass word")
    known.learn("pass word", "other")  # it stands in the mark of the one before
    once = known.mask("Abcdefgh-1 and pass word")
    assert len(MARK.findall(once)) == 2
    assert known.mask(once) == once
    assert known.mask("[secret: pass word 0123456789ab]") != "[secret: pass word 0123456789ab]"
    assert known.learn("word", "x") is False


def test_ours_by_its_type_is_never_masked() -> None:
    digest, moment = hashlib.sha256(b"x").hexdigest(), now()
    known = Redactor(b"key")
    for value in (digest, f"{moment:%Y-%m-%d}", "worker", "status", "E12345"):
        known.learn(value, "token")

    def mask(value: object) -> object:
        return json.loads(known.mask(json.dumps(value)))

    window = LogWindow(id="E12345", title=digest, process="worker", lines=("worker",), at=moment)
    shown = fields_masked(window, mask)
    assert (shown["process"], shown["id"], shown["at"][:10]) == ("worker", "E12345", f"{moment:%Y-%m-%d}")
    assert MARK.fullmatch(shown["title"])
    assert MARK.fullmatch(shown["lines"][0])
    body = Body(sha256=digest, text=digest)
    assert fields_masked(body, mask)["sha256"] == digest
    assert fields_masked(body, mask)["text"] != digest
    run = StataProcess(title="t", shim_pid=1, command=(digest,), cwd="status", started_at=moment, leaf_sha256=digest)
    assert fields_masked(run, mask)["leaf_sha256"] == digest


def test_a_record_keeps_its_shape_whatever_is_a_secret(tmp_path: Path) -> None:
    known = Redactor(b"key")
    for word in ("response_body", "status", "title", "method", "http_exchange", "evidence", "media_type"):
        known.learn(word, "token")
    archive = Archive(tmp_path / "data", known)
    entry = archive.record(
        Exchange(title="t", method="GET", url="http://h/response_body", status=200, response_headers=(("a", "b"),))
    )
    archive.close()
    assert entry.status == 200
    assert MARK.search(entry.url)


def test_what_is_made_of_masked_evidence_keeps_its_wording(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "data", redactor())
    archive.redactor.learn(SECRETS[0], "token")
    said = {"expected": "an address such as /x?token=abcdefgh", "saw": [SECRETS[0], 1, None], SECRETS[1]: "x"}
    judged = archive.judged(said)
    archive.close()
    assert judged["expected"] == said["expected"]
    assert MARK.fullmatch(judged["saw"][0])
    assert judged["saw"][1:] == [1, None]
