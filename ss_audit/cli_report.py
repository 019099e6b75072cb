"""`ss-audit report`: writes the pages of a run again from its bundle, on any machine, at any time. It judges nothing."""

import sys
from pathlib import Path

from ss_audit.report.views import VIEWS, write_views
from ss_audit.verify.seal import look_at_seal


def report(bundle: Path, folder: Path | None) -> int:
    """In: a bundle, or the folder of a run that holds one; where the pages go, by default beside the bundle.

    Out: 0 when every page that needs no further program was written, else 2. Of a sealed bundle that was changed since no
    page is made: it would carry the digest of what it does not show.
    """
    bundle = (bundle / "bundle" if (bundle / "bundle").is_dir() else bundle).resolve()  # `latest` will point elsewhere
    if not (bundle / "data").is_dir():
        print(f"There is no bundle in {bundle}: it would have a folder `data` with the event log", file=sys.stderr)
        return 2
    target = folder or bundle.parent
    try:
        seal = look_at_seal(bundle, None, None)
    except OSError as error:
        print(f"{error.filename or bundle} can't be read: {error.strerror}", file=sys.stderr)
        return 2
    if seal.sealed and seal.problems:
        print("The bundle is not as it was sealed, so no page is made of it:", *(f"  - {p}" for p in seal.problems), sep="\n")
        return 2
    digest = seal.pin
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"The reports can't be written to {target}: {error.strerror}", file=sys.stderr)
        return 2
    lines = write_views(bundle, target, digest)
    print(f"Reports in {target}", *(f"  {line}" for line in lines), sep="\n")
    print(
        f"Digest of the evidence, for ss-audit verify: {digest}" if digest else "The bundle was never sealed: it has no digest."
    )
    return 0 if {f"{name} written" for name in VIEWS} <= set(lines) else 2
