"""The files of a run's working folder that were written while it ran. Standard library only: the shim runs without packages."""

# ruff: noqa: PTH118, PTH123
# os.path is loaded anyway; pathlib would add a fifth to the shim's start, which is part of every run's time.

import hashlib
import os
import stat
from collections.abc import Iterator

from ss_audit.witness.stata_shim.process_look import readable

MOST_LOOKED_AT = 2000
MOST_DIGESTED = 200
MOST_BYTES = 64 * 1024 * 1024
"""Of all files together: what is larger would be felt in SS's own time."""
State = tuple[int, int, int]


def states(folder: str) -> dict[str, State]:
    """Every regular file below `folder`, by its path from there: inode, size, time of its last change. No link is followed."""
    found: dict[str, State] = {}
    for path in _files(folder):
        try:
            status = os.lstat(path)
        except OSError:
            continue
        if stat.S_ISREG(status.st_mode):
            found[os.path.relpath(path, folder)] = (status.st_ino, status.st_size, status.st_mtime_ns)
    return found


def written(folder: str, before: dict[str, State]) -> dict[str, str]:
    """The files that are new or other than `before`, with their sha256 in hex, the smallest first as far as the limits go."""
    after = states(folder)
    digests: dict[str, str] = {}
    spent = 0
    for name in sorted((name for name in after if after[name] != before.get(name)), key=lambda name: (after[name][1], name)):
        spent += after[name][1]
        if spent > MOST_BYTES or len(digests) == MOST_DIGESTED:
            break
        try:
            with open(os.path.join(folder, name), "rb") as file:
                digests[readable(name)] = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            continue
    return digests


def _files(folder: str) -> Iterator[str]:
    looked_at = 0
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            looked_at += 1
            if looked_at > MOST_LOOKED_AT:
                return
            yield os.path.join(place, name)
