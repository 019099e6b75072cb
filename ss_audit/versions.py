"""What an audit was carried out with: interpreter, system, every installed package, and the revision of the suite itself."""

import platform
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from ss_audit.stack.revision import revision_of

MARK = "ss_audit/versions.py"


def versions(root: Path) -> dict[str, Any]:
    """In: the project's folder. Out: plain data; the revision is None where git knows nothing of it.

    The versions of what is audited (SS's revision, the Stata, the model) are no settings but evidence, and stand there.
    """
    revision, changed = revision_of(root, MARK)
    packages = {str(d.metadata["Name"]).lower(): d.version for d in distributions()}
    return {
        "suite": {"revision": revision, "changed": changed},
        "python": {"version": platform.python_version(), "implementation": platform.python_implementation()},
        "system": {"name": platform.system(), "release": platform.release(), "machine": platform.machine()},
        "byte_order": sys.byteorder,
        "packages": dict(sorted(packages.items())),
    }
