"""The file behind a process, and what kind of program it is. Standard library only: the shim runs without packages."""

# ruff: noqa: PTH116, PTH118
# os.path is loaded anyway; pathlib would add a fifth to the shim's start, which is part of every run's time.

import hashlib
import os
import stat
import sys

_CHUNK = 4 * 1024 * 1024
ENTRY_POINTS = {
    "Python": b"Py_BytesMain",
    "PyPy": b"pypy_main_startup",
    "a packed Python": b"_MEIPASS",
    "Perl": b"perl_parse",
    "Ruby": b"ruby_run_node",
    "R": b"Rf_initialize_R",
    "Julia": b"jl_repl_entrypoint",
    "Node.js": b"N4node5Start",
    "Java": b"JLI_Launch",
    "Bash": b"GNU bash, version",
    "BusyBox": b"BusyBox v",
}
_OVERLAP = max(map(len, ENTRY_POINTS.values())) - 1
_INTERPRETERS = (
    "bash", "busybox", "cat", "dash", "env", "java", "julia", "ksh", "lua", "node", "perl", "php", "pypy3", "python",
    "python3", "ruby", "sh", "tclsh", "true", "zsh",
)  # fmt: skip


class Program:
    """An executable file, held open from when it was seen, so that what is looked at is what ran. Read in steps."""

    def __init__(self, path: str) -> None:
        self._digest = hashlib.sha256()
        self._file: int | None = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        status = os.fstat(self._file)
        self.size = status.st_size
        self._identity = (status.st_dev, status.st_ino)
        self._found: set[str] = set()
        self._end = b""

    def step(self) -> bool:
        """Reads the next few MiB; False when all is done."""
        if self._file is None:
            return False
        chunk = os.read(self._file, _CHUNK)
        if chunk:
            self._digest.update(chunk)
            seam = self._end + chunk[:_OVERLAP]
            self._found |= {name for name, mark in ENTRY_POINTS.items() if mark in chunk or mark in seam}
            self._end = chunk[-_OVERLAP:]
            return True
        os.close(self._file)
        self._file = None
        return False

    def sha256(self) -> str:
        """Of the whole file, in hex."""
        while self.step():
            pass
        return self._digest.hexdigest()

    def entry_points(self) -> tuple[str, ...]:
        """The interpreters whose entry point is named in the file: what only the launcher of that interpreter has."""
        self.sha256()
        return tuple(sorted(self._found))

    def same_as(self) -> str | None:
        """The interpreter on this machine of which the file is a copy, byte for byte; None when it is none's."""
        for path in _interpreters():
            try:
                status = os.stat(path)
            except OSError:
                continue
            if not stat.S_ISREG(status.st_mode) or status.st_size != self.size:
                continue
            if (status.st_dev, status.st_ino) == self._identity or Program(path).sha256() == self.sha256():
                return os.path.realpath(path)
        return None


def _interpreters() -> list[str]:
    """Our own interpreter, and what PATH has under the usual names."""
    named = [os.path.join(folder, name) for folder in os.get_exec_path() for name in _INTERPRETERS]
    return list(dict.fromkeys([sys.executable, *named]))
