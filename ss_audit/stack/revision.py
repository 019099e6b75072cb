"""Which source it is: git's commit, and whether the files differ from it. Only read, never written, not even git's index."""

import os
import subprocess
from pathlib import Path

GIT = ("git", "--no-optional-locks", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-C")
TIMEOUT = 30.0


def revision_of(root: Path, mark: str = "src/main.py") -> tuple[str | None, bool | None]:
    """The commit and whether tracked files were changed or files added; (None, None) where git knows nothing of the source.

    `mark` is a file that the source has; by default one of SS's.
    """
    # A folder that merely lies inside somebody else's repository must not get that repository's revision.
    if not _git(root, "ls-files", "--", mark):
        return None, None
    changes = _git(root, "status", "--porcelain")
    return _git(root, "rev-parse", "HEAD") or None, None if changes is None else bool(changes)


def _git(root: Path, *arguments: str) -> str | None:
    # GIT_DIR and its like, as a commit hook sets them, would point to another repository.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        answer = subprocess.run(
            [*GIT, str(root), *arguments], env=clean, capture_output=True, text=True, timeout=TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
