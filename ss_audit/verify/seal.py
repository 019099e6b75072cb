"""The seal: every file has the digest that the bag lists, no file lies beside them, and what pins the bag is what was kept."""

import hashlib
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from ss_audit.evidence import attestation, bag
from ss_audit.verify.problem import Problem

BESIDE_THE_DATA = frozenset({bag.DECLARED, bag.INFO, bag.MANIFEST, attestation.STATEMENT, attestation.ENVELOPE})
DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{64})", re.I)


class SealSeen(NamedTuple):
    """A bundle's seal as it was found. `digests` are those of its files as they are now, by path; `pin` of the whole.

    `odd` says that something in it is no file to be read: a pipe or a device would keep whoever opens it waiting for ever.
    """

    problems: tuple[Problem, ...]
    digests: Mapping[str, str]
    sealed: bool
    pin: str
    signed: bool
    odd: bool


def look_at_seal(bundle: Path, digest: str | None, key: Ed25519PublicKey | None) -> SealSeen:
    """Everything about the seal that can be seen without reading the log. Raises OSError for a file that can't be read."""
    names = bag.files_in(bundle)
    links = {name for name in names if (bundle / name).is_symlink()}
    problems = [Problem(name, None, "it is a symbolic link; evidence is files") for name in sorted(links)]
    odd = {name for name in names if name not in links and not stat.S_ISREG((bundle / name).lstat().st_mode)}
    problems += [Problem(name, None, "it is a pipe, a socket or a device; evidence is files") for name in sorted(odd)]
    digests = {name: bag.digest_of(bundle / name) for name in names if name not in links | odd}
    sealed, signed = bag.TAG_MANIFEST in digests, attestation.ENVELOPE in digests
    pin = f"sha256:{digests[bag.TAG_MANIFEST]}" if sealed else ""
    if digest is not None:
        problems += _pinned(pin, digest)
    if sealed:
        beside = {name: d for name, d in digests.items() if not name.startswith("data/") and name != bag.TAG_MANIFEST}
        payload = {name: d for name, d in digests.items() if name.startswith("data/")}
        problems += [Problem(name, None, "it is no part of a bundle") for name in sorted(beside.keys() - BESIDE_THE_DATA)]
        problems += _listed(bundle, bag.TAG_MANIFEST, beside)
        problems += _listed(bundle, bag.MANIFEST, payload)
        if digests.get(bag.DECLARED) != hashlib.sha256(bag.DECLARATION).hexdigest():
            problems.append(Problem(bag.DECLARED, None, "it does not declare a bag as the audit makes them"))
    if key is not None or signed:
        problems += _signature(bundle, key, digests)
    return SealSeen(tuple(problems), digests, sealed, pin, signed, bool(odd))


def is_digest(text: str) -> bool:
    """Whether this is how a digest is written: 64 hexadecimal digits, `sha256:` before them or not."""
    return DIGEST.fullmatch(text.strip()) is not None


def _pinned(pin: str, wanted: str) -> Iterable[Problem]:
    found = DIGEST.fullmatch(wanted.strip())
    expected = f"sha256:{found.group(1).lower()}" if found else wanted
    if not pin:
        yield Problem(bag.TAG_MANIFEST, None, f"it is not there, so the bundle is not the one whose digest is {expected}")
    elif pin != expected:
        yield Problem(bag.TAG_MANIFEST, None, f"its digest is {pin}, and the one that was kept is {expected}")


def _listed(bundle: Path, manifest: str, present: Mapping[str, str]) -> Iterator[Problem]:
    """A manifest against the files that it is about."""
    try:
        listed = bag.read_manifest(bundle / manifest)
    except FileNotFoundError:
        yield Problem(manifest, None, "it is not there")
        return
    except bag.ManifestUnreadable as error:
        yield Problem(manifest, None, str(error))
        return
    for line, (name, digest) in enumerate(listed.items(), 1):
        if name not in present:
            yield Problem(manifest, line, f"{name} is listed and is not there")
        elif present[name] != digest:
            yield Problem(name, None, f"it was changed: it has not the digest in {manifest}, line {line}")
    for name in present.keys() - listed.keys():
        yield Problem(name, None, f"it lies in the bundle and is not listed in {manifest}")
    if (bundle / manifest).read_bytes() != bag.manifest(listed):
        yield Problem(manifest, None, "it is not written as the audit writes it: its lines are in another order or form")


def _signature(bundle: Path, key: Ed25519PublicKey | None, digests: Mapping[str, str]) -> Iterator[Problem]:
    """The envelope against the statement, and with a key against that."""
    if attestation.ENVELOPE not in digests or attestation.STATEMENT not in digests:
        said = (
            "there is no signature, and a key was given to check one with" if key else "it signs a statement that is not there"
        )
        yield Problem(attestation.ENVELOPE, None, said)
        return
    enveloped, payload = (bundle / attestation.ENVELOPE).read_bytes(), (bundle / attestation.STATEMENT).read_bytes()
    if key is None:
        wrong = attestation.envelope_problem(enveloped, payload)
    else:
        wrong = attestation.signature_problem(enveloped, payload, key)
    if wrong:
        yield Problem(attestation.ENVELOPE, None, wrong)
