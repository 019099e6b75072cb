"""Task codes of the operator's: one a line in a file, each used once and never again, in this run or another.

Codes are secrets. Beside the file lies `<name>.used`, which holds the SHA-256 of each code that was taken, one a line; a
code is written there, and is on disk, before it is sent. Two runs at once never take the same.
"""

import fcntl
import hashlib
import os
from pathlib import Path

from ss_audit.stack.errors import StackError

CODES_OF_A_RUN = 16
"""As many as a whole audit uses, and two for what has to be tried again; the tests' remote rehearsal counts them. A data set of
the operator's own takes one more."""


class NoTaskCode(StackError):
    """There is no code to use, or using one can't be noted: the operator has to provide for it."""

    blame = "operator"


class TaskCodes:
    """The codes in this file; blank lines and lines that begin with `#` are none."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser()
        self.used_path = self.path.with_name(f"{self.path.name}.used")

    def unused(self) -> tuple[str, ...]:
        """Those that were never taken, in the order of the file. Raises `NoTaskCode` when the file can't be read."""
        try:
            lines = [line.strip() for line in self.path.read_text("utf-8-sig").splitlines()]
        except (OSError, UnicodeDecodeError) as error:
            raise NoTaskCode(f"task_codes can't be read: {error}") from error
        used = set(self.used_path.read_text("ascii").split()) if self.used_path.exists() else set()
        codes = dict.fromkeys(line for line in lines if line and not line.startswith("#"))
        return tuple(code for code in codes if _digest(code) not in used)

    def take(self) -> str:
        """One code, which from now on is used. Raises `NoTaskCode`."""
        try:
            with self.used_path.open("a", encoding="ascii") as used:
                fcntl.flock(used, fcntl.LOCK_EX)
                left = self.unused()
                if not left:
                    raise NoTaskCode(f"no unused task code is left in {self.path}: add some, one a line")
                used.write(f"{_digest(left[0])}\n")
                used.flush()
                os.fsync(used.fileno())
        except OSError as error:
            raise NoTaskCode(f"that a task code is used can't be noted beside the file: {error}") from error
        return left[0]


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
