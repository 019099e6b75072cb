"""`ss-audit report`: writes the pages of a run again from its bundle, on any machine, at any time. It judges nothing."""

import sys
from pathlib import Path

from ss_audit.report.views import VIEWS, write_views
from ss_audit.sealing import pinning_digest


def report(bundle: Path, folder: Path | None) -> int:
    """In: a bundle, or the folder of a run that holds one; where the pages go, by default beside the bundle.

    Out: 0 when every page that needs no further program was written, else 2.
    """
    bundle = (bundle / "bundle" if (bundle / "bundle").is_dir() else bundle).resolve()  # `latest` will point elsewhere
    if not (bundle / "data").is_dir():
        print(f"There is no bundle in {bundle}: it would have a folder `data` with the event log", file=sys.stderr)
        return 2
    target = folder or bundle.parent
    digest = _digest(bundle)
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


def _digest(bundle: Path) -> str:
    """As the bundle is now; that it is still the same, only a digest that was kept elsewhere can tell."""
    try:
        return pinning_digest(bundle)
    except OSError:
        return ""
