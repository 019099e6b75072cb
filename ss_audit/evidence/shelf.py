"""Where files of evidence lie: names that anybody else chose, made safe, and never two things under one name."""

import threading
from pathlib import PurePosixPath

from ss_audit.evidence.safe_names import digits_of, safe_name

DEEPEST = 12
LONGEST_PATH = 200
KEPT_PARTS = 3


class Shelf:
    """Gives out places below one folder. A place that was given out is never given out again, in whichever case.

    Names that differ only in case would be one file on many disks, and `a` can't be a file beside `a/b`: whoever comes
    second gets a place of another name.
    """

    def __init__(self) -> None:
        self._folders: dict[str, str] = {}
        self._files: set[str] = set()
        self._giving = threading.Lock()

    def place(self, name: str) -> PurePosixPath:
        """In: the name that is asked for, parts separated by slashes. Out: a relative path that is free, and now taken."""
        parts = [safe_name(part) for part in name.split("/") if part] or ["_"]
        if len(parts) > DEEPEST or sum(map(len, parts)) + len(parts) > LONGEST_PATH:
            parts = [*parts[:KEPT_PARTS], f"{digits_of('/'.join(parts))}-{parts[-1][-60:].strip('.') or '_'}"]
        *folders, last = parts
        path = PurePosixPath()
        with self._giving:
            for part in folders:
                path = self._folder(path, part)
            return self._file(path, last)

    def _folder(self, parent: PurePosixPath, part: str) -> PurePosixPath:
        wanted, number = str(parent / part), 1
        path = parent / part
        while str(path).lower() in self._files or self._folders.get(str(path).lower(), wanted) != wanted:
            number += 1
            path = parent / _numbered(part, number)
        self._folders[str(path).lower()] = wanted
        return path

    def _file(self, parent: PurePosixPath, part: str) -> PurePosixPath:
        path, number = parent / part, 1
        while str(path).lower() in self._files or str(path).lower() in self._folders:
            number += 1
            path = parent / _numbered(part, number)
        self._files.add(str(path).lower())
        return path


def _numbered(part: str, number: int) -> str:
    stem, dot, ending = part.rpartition(".")
    return f"{stem}~{number}.{ending}" if dot else f"{part}~{number}"
