"""Each row's bundle is judged again from its evidence alone: an audit that can't be verified caught nothing."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ss_audit.run_reading import BundleUnreadable
from ss_audit.verify.examination import verified

SHOWN = 3


def judged_again(bundle: Path, verdict: Mapping[str, Any]) -> str | None:
    """Verifies a copy of the bundle in another folder, where nothing of the run lies.

    Out: how that differs from the verdict reached, in words; None when it is the same.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="ss-audit-copied-") as elsewhere:
            seen = verified(Path(shutil.copytree(bundle, Path(elsewhere) / "a copy", symlinks=True)))
    except (OSError, shutil.Error) as error:
        return f"the bundle can't be copied: {error}"
    except BundleUnreadable as error:
        return f"the bundle can't be verified: {error}"
    if seen.problems:
        more = f" and {len(seen.problems) - SHOWN} more" if len(seen.problems) > SHOWN else ""
        return f"verifying the bundle found: {'; '.join(map(str, seen.problems[:SHOWN]))}{more}"
    if seen.unfinished:
        return f"verifying the bundle found: {seen.unfinished}"
    if seen.again != verdict.get("verdict"):
        return f"judged again from its evidence the verdict is {seen.again}"
    return None
