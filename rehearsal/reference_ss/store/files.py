"""Files that are whole or not there, whatever dies in between: written aside, flushed to disk, renamed."""

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def write_bytes(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Put `content` at `path` in one step; the folder is made when it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).replace(path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_text(path: Path, text: str, mode: int = 0o644) -> None:
    """Like write_bytes, UTF-8."""
    write_bytes(path, text.encode(), mode)


def write_json(path: Path, payload: Any, mode: int = 0o644) -> None:
    """Like write_text, indented JSON."""
    write_text(path, json.dumps(payload, ensure_ascii=False, indent=2) + "\n", mode)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in `folder` survive a crash of the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Hex digest of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, against other threads and processes; the system releases it when the holder dies."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
