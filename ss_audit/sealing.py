"""The seal on a finished bundle: manifest of the evidence, statement about the verdict, signature, manifest of these."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ss_audit.evidence import attestation, bag

AGENT = "ss-audit (schema ss-audit/verdict/1)"


def seal_run(bundle: Path, verdict: Mapping[str, Any], key: Ed25519PrivateKey | None) -> str:
    """Seals a bundle to which nothing is added any more. `verdict` is what stands in verdict.json.

    Out: the digest that pins everything in the bundle, "sha256:…". Raises OSError; what is there then is not sealed.
    """
    digests = bag.list_payload(bundle)
    manifest_digest = bag.digest_of(bundle / bag.MANIFEST)
    stated = attestation.statement(verdict, digests, manifest_digest)
    bag.write_whole(bundle / attestation.STATEMENT, stated)
    if key is not None:
        bag.write_whole(bundle / attestation.ENVELOPE, attestation.envelope(stated, key))
    return bag.seal(bundle, described(verdict, bag.payload_oxum(bundle)))


def described(verdict: Mapping[str, Any], oxum: str) -> dict[str, str]:
    """What bag-info.txt says, by label, of a run with this verdict.json and this payload (RFC 8493 2.2.2)."""
    return {
        "External-Identifier": str(verdict["run_id"]),
        "External-Description": f"Evidence of a production audit of SS: {verdict['verdict']}",
        "Bagging-Date": str(verdict["ended_at"])[:10],
        "Payload-Oxum": oxum,
        "Bag-Software-Agent": AGENT,
    }
