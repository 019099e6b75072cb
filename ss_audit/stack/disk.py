"""Room on the disk: a run that fills it would lose its evidence, so that is found out before."""

import shutil
from pathlib import Path

from ss_audit.stack.errors import NoSpace

MINIMUM_FREE = 200 * 2**20


def free_bytes(path: Path) -> int:
    """Bytes that may still be written where `path` lies or, while it does not exist, where it would."""
    existing = path.absolute()
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    return shutil.disk_usage(existing).free


def require_free(path: Path, minimum: int = MINIMUM_FREE) -> int:
    """The free bytes there. Raises `NoSpace` when they are fewer than `minimum`."""
    free = free_bytes(path)
    if free < minimum:
        raise NoSpace(path, free, minimum)
    return free
