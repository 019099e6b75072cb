"""`ss-audit verify`: 0 intact and the same verdict, 1 not, 2 unreadable."""

import sys
from pathlib import Path

from ss_audit.evidence.attestation import KeyUnusable, public_key
from ss_audit.run_reading import BundleUnreadable
from ss_audit.runner import ROOT
from ss_audit.stack.revision import revision_of
from ss_audit.verify.examination import verified
from ss_audit.verify.page import page
from ss_audit.verify.seal import is_digest
from ss_audit.versions import MARK


def verify(bundle: Path, digest: str | None, key: Path | None) -> int:
    """Prints what was found. In: a bundle or a run's folder, the digest that was kept of it, a public key. Out: exit code."""
    if digest is not None and not is_digest(digest):
        print(f"{digest!r} is no digest: it should be sha256: and 64 hexadecimal digits", file=sys.stderr)
        return 2
    try:
        seen = verified(bundle, digest, public_key(key) if key is not None else None)
    except (BundleUnreadable, KeyUnusable) as error:
        print(error, file=sys.stderr)
        return 2
    print(page(seen, revision_of(ROOT, MARK)[0]))
    return 0 if seen.holds else 1
