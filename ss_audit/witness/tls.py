"""TLS as a witness needs it: verified against the system's store, and the peer's certificate whether it verifies or not."""

import hashlib
import ssl
import tempfile
from _ssl import _test_decode_cert  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

import httpx


def verifying_context(extra_ca: Path | None = None) -> ssl.SSLContext:
    """Checks chain and host name by the system's store (SSL_CERT_FILE, SSL_CERT_DIR included) and `extra_ca` (PEM) if given.

    Where the system has no store that Python can find (python.org's builds for macOS), the one that httpx brings
    stands in, which is also what SS's own client uses.
    """
    context = ssl.create_default_context() if _system_store_exists() else httpx.create_ssl_context()
    context.set_alpn_protocols(["http/1.1"])
    if extra_ca is not None:
        context.load_verify_locations(cafile=extra_ca)
    return context


def looking_context() -> ssl.SSLContext:
    """Accepts any certificate. Only to look at it: nothing is ever sent over such a connection."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def describe_certificate(der: bytes, verified: bool, reason: str | None = None) -> dict[str, Any]:
    """A certificate as evidence.

    In: the certificate in DER, whether chain and host name verified, and the verifier's reason if not. Out: `subject` and
    `issuer` (attribute name to value), `san` ("DNS:example.org"), `serial`, `not_before`, `not_after`, `sha256` (fingerprint:
    hex digest of the DER), `verified`, `reason`. What can't be read from the certificate is left out.
    """
    described: dict[str, Any] = {"sha256": hashlib.sha256(der).hexdigest(), "verified": verified}
    if reason is not None:
        described["reason"] = reason
    decoded = _decode(der)
    for ours, theirs in (("serial", "serialNumber"), ("not_before", "notBefore"), ("not_after", "notAfter")):
        if theirs in decoded:
            described[ours] = decoded[theirs]
    for name in ("subject", "issuer"):
        described[name] = _name(decoded.get(name, ()))
    described["san"] = [f"{kind}:{value}" for kind, value in decoded.get("subjectAltName", ())]
    return described


def _name(parts: Any) -> dict[str, str]:
    named: dict[str, str] = {}
    for part in parts:
        for attribute, value in part:
            named[attribute] = f"{named[attribute]}, {value}" if attribute in named else value
    return named


def _decode(der: bytes) -> dict[str, Any]:
    """CPython's own reader, which takes only files: `getpeercert()` says nothing of a certificate that didn't verify."""
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder, "peer.pem")
        pem.write_text(ssl.DER_cert_to_PEM_cert(der), encoding="ascii")
        try:
            return dict(_test_decode_cert(str(pem)))
        except (ssl.SSLError, ValueError):
            return {}


def _system_store_exists() -> bool:
    paths = ssl.get_default_verify_paths()
    folder = paths.capath
    return paths.cafile is not None or (folder is not None and any(Path(folder).iterdir()))
