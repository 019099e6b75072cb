"""The verdict as an in-toto Statement v1 (test-result predicate v0.1), in a DSSE envelope when there is a key to sign with.

The statement's subject is `verdict.json`; its predicate also names, as a field of ours, the manifest that lists every file
of the evidence. So a signature pins the whole run, and whoever reads in-toto learns the result without our code.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

STATEMENT, ENVELOPE = "statement.json", "statement.dsse.json"
STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
CONFIGURATION = ("plan.json", "settings.json", "versions.json")
RESULTS = {"READY": "PASSED"}


class KeyUnusable(ValueError):
    """A key file can't be used. The text says which, why, and what it should hold; never what is in it."""


def statement(verdict: Mapping[str, Any], digests: Mapping[str, str], manifest_digest: str) -> bytes:
    """The statement about a verdict.json. Digests are SHA-256 in hex, those of the payload by path in the bundle.

    Only READY is PASSED. A scenario that must pass and did not is a failed test; of an advisory one it is a warning.
    """
    outcomes = {s["id"]: (s["outcome"] == "pass", s["must"]) for s in verdict["scenarios"]}
    named = [f"data/{name}" for name in CONFIGURATION]
    made = {
        "_type": STATEMENT_TYPE,
        "subject": [_resource("verdict.json", digests["data/verdict.json"])],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": RESULTS.get(verdict["verdict"], "FAILED"),
            "configuration": [_resource(name, digests[name]) for name in named if name in digests],
            "passedTests": [name for name, (passed, _) in outcomes.items() if passed],
            "warnedTests": [name for name, (passed, must) in outcomes.items() if not passed and not must],
            "failedTests": [name for name, (passed, must) in outcomes.items() if not passed and must],
            "evidence": [_resource("manifest-sha256.txt", manifest_digest)],
            "verdict": verdict["verdict"],
        },
    }
    return json.dumps(made, indent=2, ensure_ascii=False).encode("utf-8")


def signing_key(file: Path) -> Ed25519PrivateKey:
    """The operator's key: ed25519, PEM (PKCS#8), without a passphrase. Raises `KeyUnusable`."""
    pem = _read(file)
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{file} is no ed25519 key in PEM without a passphrase: openssl genpkey -algorithm ed25519 makes one")
    return key


def key_problems(file: Path) -> list[str]:
    """Why this file can't be the signing key, in words; empty when it can."""
    try:
        signing_key(file)
    except KeyUnusable as error:
        return [f"signing_key: {error}"]
    return []


def public_key(file: Path) -> Ed25519PublicKey:
    """The public half, PEM. Raises `KeyUnusable`."""
    pem = _read(file)
    try:
        key = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable(f"{file} is no public ed25519 key in PEM: openssl pkey -in KEY -pubout writes the one of a key")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """How an envelope names a key: SHA-256 of its DER form, hex."""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def envelope(payload: bytes, key: Ed25519PrivateKey) -> bytes:
    """The signed envelope of a statement (DSSE 1.0)."""
    signature = key.sign(pre_authentication(payload))
    made = {
        "payloadType": PAYLOAD_TYPE,
        "payload": base64.b64encode(payload).decode("ascii"),
        "signatures": [{"keyid": key_id(key.public_key()), "sig": base64.b64encode(signature).decode("ascii")}],
    }
    return json.dumps(made, indent=2).encode("ascii")


def pre_authentication(payload: bytes, payload_type: str = PAYLOAD_TYPE) -> bytes:
    """What is signed: DSSE's PAE of type and payload."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def envelope_problem(enveloped: bytes, payload: bytes) -> str | None:
    """What keeps this envelope from being one of the payload, whoever signed it; None when it is."""
    try:
        inner, kind, _ = _opened(enveloped)
    except (ValueError, KeyError, TypeError) as error:
        return f"it is no DSSE envelope: {type(error).__name__}: {error}"
    return None if kind == PAYLOAD_TYPE and inner == payload else f"it does not hold {STATEMENT}, but something else"


def signature_problem(enveloped: bytes, payload: bytes, key: Ed25519PublicKey) -> str | None:
    """What keeps this envelope from being one of the payload, signed with this key; None when it is."""
    wrong = envelope_problem(enveloped, payload)
    if wrong:
        return wrong
    for signature in _opened(enveloped)[2]:
        try:
            key.verify(signature, pre_authentication(payload))
        except InvalidSignature:
            continue
        return None
    return f"no signature in it was made with the key {key_id(key)[:16]}…"


def _opened(enveloped: bytes) -> tuple[bytes, str, list[bytes]]:
    """Payload, its type, signatures. Raises ValueError, KeyError or TypeError for what is no envelope."""
    read = json.loads(enveloped)
    signatures = [base64.b64decode(s["sig"], validate=True) for s in read["signatures"]]
    return base64.b64decode(read["payload"], validate=True), read["payloadType"], signatures


def _resource(name: str, digest: str) -> dict[str, Any]:
    return {"name": name, "digest": {"sha256": digest}}


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise KeyUnusable(f"{file} can't be read: {error.strerror}") from None
