"""The statement about a verdict, and its signature, as others read them."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

from ss_audit.evidence import attestation

KEY = Ed25519PrivateKey.generate()
DIGESTS = {"data/verdict.json": "a" * 64, "data/plan.json": "b" * 64, "data/other": "c" * 64}


def scenario(id_: str, outcome: str, must: bool = True) -> dict[str, Any]:
    return {"id": id_, "outcome": outcome, "must": must}


def stated(word: str, *scenarios: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(attestation.statement({"verdict": word, "scenarios": scenarios}, DIGESTS, "d" * 64))
    return made


@pytest.mark.parametrize(("word", "result"), [("READY", "PASSED"), ("NOT READY", "FAILED"), ("INCONCLUSIVE", "FAILED")])
def test_only_ready_is_passed(word: str, result: str) -> None:
    assert stated(word)["predicate"]["result"] == result


def test_it_says_what_it_is_about_and_what_came_of_each_scenario() -> None:
    outcomes = [scenario(o, o) for o in ("pass", "fail", "not_evidenced", "error", "not_run")]
    made = stated("NOT READY", *outcomes, scenario("aside", "fail", must=False))
    assert made["subject"] == [{"name": "verdict.json", "digest": {"sha256": "a" * 64}}]
    predicate = made["predicate"]
    assert predicate["passedTests"] == ["pass"]
    assert predicate["failedTests"] == ["fail", "not_evidenced", "error", "not_run"]
    assert predicate["warnedTests"] == ["aside"]
    assert predicate["configuration"] == [{"name": "data/plan.json", "digest": {"sha256": "b" * 64}}]
    assert predicate["evidence"] == [{"name": "manifest-sha256.txt", "digest": {"sha256": "d" * 64}}]


def test_another_projects_verifier_takes_the_envelope() -> None:
    read = Envelope.from_dict(json.loads(attestation.envelope(b'{"_type": 1}', KEY)))
    read.verify([SSlibKey.from_crypto(KEY.public_key(), keyid=attestation.key_id(KEY.public_key()))], 1)
    assert (read.payload, read.payload_type) == (b'{"_type": 1}', "application/vnd.in-toto+json")


def test_what_speaks_against_a_signature_is_said() -> None:
    payload, public = b'{"a": "b"}', KEY.public_key()
    good = attestation.envelope(payload, KEY)
    assert attestation.signature_problem(good, payload, public) is None
    other = Ed25519PrivateKey.generate()
    assert "with the key" in str(attestation.signature_problem(good, payload, other.public_key()))
    assert "something else" in str(attestation.signature_problem(good, b"{}", public))
    retyped = json.dumps({**json.loads(good), "payloadType": "text/plain"}).encode()
    assert "something else" in str(attestation.signature_problem(retyped, payload, public))
    unsigned = json.dumps({**json.loads(good), "signatures": []}).encode()
    assert "with the key" in str(attestation.signature_problem(unsigned, payload, public))
    for broken in (b"", b"[]", b"{}", b'{"payload": 1}', b"\xff", good[:-9]):
        assert "no DSSE envelope" in str(attestation.signature_problem(broken, payload, public))


def pem(key: Any, how: KeySerializationEncryption) -> bytes:
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, how)
    return text


def test_a_key_is_read_and_what_is_none_is_refused_without_repeating_it(tmp_path: Path) -> None:
    good = tmp_path / "key.pem"
    good.write_bytes(pem(KEY, NoEncryption()))
    assert attestation.key_id(attestation.signing_key(good).public_key()) == attestation.key_id(KEY.public_key())
    public = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for content in (
        b"",
        b"top secret",
        public,
        pem(KEY, BestAvailableEncryption(b"x")),
        pem(generate_private_key(SECP256R1()), NoEncryption()),
    ):
        good.write_bytes(content)
        with pytest.raises(attestation.KeyUnusable, match="ed25519") as refused:
            attestation.signing_key(good)
        assert "top secret" not in str(refused.value)
    with pytest.raises(attestation.KeyUnusable, match="can't be read"):
        attestation.signing_key(tmp_path / "none.pem")
    with pytest.raises(attestation.KeyUnusable, match="public"):
        attestation.public_key(good)
