"""What the operating system says of a process and of those below it. Standard library only: the shim runs without packages."""

# ruff: noqa: PTH110, PTH115, PTH123, PTH208
# os.path is loaded anyway; pathlib would add a fifth to the shim's start, which is part of every run's time.

import os
import re
import sys
from typing import NamedTuple

LINUX = sys.platform.startswith("linux")
_LIBRARY = re.compile(rb"(?<=/)lib(python|perl|ruby|R|julia|node|lua|jvm)(?=[-.\d])[^/\n]*\.(so|dylib)[^/\n ]*")
_TICKS = os.sysconf("SC_CLK_TCK")


class Look(NamedTuple):
    """One process at one moment. `started` tells it from a later one with the same pid; `cpu` is seconds, user and system."""

    pid: int
    parent: int
    started: str
    cpu: float
    executable: str
    command: tuple[str, ...]


def below(root: int) -> list[Look]:
    """`root` and its descendants, parents before children. Empty when `root` is gone or only its exit status is left."""
    return _below_by_proc(root) if _has_children_files() else _below_by_ps(root)


def above(pid: int) -> tuple[int, ...]:
    """The ancestors of a process, its parent first, as far as they are told."""
    parents = None if LINUX else {child: int(parent) for child, parent in _ps_column("ppid").items()}
    found: list[int] = []
    while (parent := _parent(pid) if parents is None else parents.get(pid, 0)) and parent not in found:
        found.append(parent)
        pid = parent
    return tuple(found)


def readable(raw: bytes | str) -> str:
    """A name or argument as text that JSON can carry: bytes that are not UTF-8 are replaced."""
    return (raw if isinstance(raw, bytes) else os.fsencode(raw)).decode("utf-8", "replace")


def interpreters_in(pid: int) -> frozenset[str]:
    """The names of interpreters' libraries that are mapped into a process. Linux only; elsewhere none is told."""
    try:
        with open(f"/proc/{pid}/maps", "rb") as file:
            mapped = {line.split(None, 5)[5].rstrip() for line in file if b"/" in line}
    except OSError:
        return frozenset()
    return frozenset(readable(found[0]) for path in mapped if (found := _LIBRARY.search(path)))


def _has_children_files() -> bool:
    return LINUX and os.path.exists(f"/proc/self/task/{os.getpid()}/children")


def _below_by_proc(root: int) -> list[Look]:
    found: list[Look] = []
    waiting = [root]
    while waiting:
        pid = waiting.pop(0)
        stat = _stat(pid)
        if not stat or stat[0] in "ZX":
            continue
        found.append(
            Look(
                pid=pid,
                parent=int(stat[1]),
                started=stat[19],
                cpu=(int(stat[11]) + int(stat[12])) / _TICKS,
                executable=_executable(pid),
                command=_command(pid),
            )
        )
        waiting += _children(pid)
    return found


def _stat(pid: int) -> list[str]:
    """/proc/PID/stat after the name: state, parent, ... (proc(5): fields 3 and on)."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].decode("ascii").split()
    except OSError:
        return []


def _parent(pid: int) -> int:
    stat = _stat(pid)
    return int(stat[1]) if stat else 0


def _children(pid: int) -> list[int]:
    """Children of every thread: a threaded Stata may fork from any of them."""
    children: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                children += [int(word) for word in file.read().split()]
    except OSError:
        pass
    return children


def _executable(pid: int) -> str:
    try:
        return readable(os.readlink(f"/proc/{pid}/exe"))
    except OSError:
        return ""


def _command(pid: int) -> tuple[str, ...]:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return tuple(readable(word) for word in file.read().removesuffix(b"\0").split(b"\0"))
    except OSError:
        return ()


def _below_by_ps(root: int) -> list[Look]:
    every = _ps()
    found = [look for look in every if look.pid == root]
    for look in found:
        found += [child for child in every if child.parent == look.pid]
    return found


def _ps() -> list[Look]:
    """All processes but the dead, by ps(1); LC_ALL=C makes `lstart` five words. Arguments with blanks can't be told apart."""
    executables, commands = _ps_column("comm"), _ps_column("args")
    looks = []
    for pid, row in _ps_column("ppid", "stat", "time", "lstart").items():
        words = row.split()
        if words[1].startswith("Z") or pid not in commands:
            continue
        looks.append(
            Look(
                pid=pid,
                parent=int(words[0]),
                started=" ".join(words[3:]),
                cpu=_seconds(words[2]),
                executable=executables.get(pid, ""),
                command=tuple(commands[pid].split()),
            )
        )
    return looks


def _ps_column(*names: str) -> dict[int, str]:
    """What ps says under `names`, by pid. Each has an `-o` of its own: BSD's ps takes a comma after `=` for a heading."""
    import subprocess  # here only: on Linux the shim starts faster without it

    options = [word for name in ("pid", *names) for word in ("-o", f"{name}=")]
    environment = {**os.environ, "LC_ALL": "C"}
    listed = subprocess.run(["ps", "-A", *options], capture_output=True, env=environment, check=False).stdout
    rows = (readable(line).strip().partition(" ") for line in listed.splitlines())
    return {int(pid): value.strip() for pid, _, value in rows if pid}


def _seconds(clock: str) -> float:
    """ps's CPU time in seconds: `[days-][hours:]minutes:seconds[.hundredths]`."""
    days, _, rest = clock.rpartition("-")
    total = 0.0
    for part in rest.split(":"):
        total = total * 60 + float(part)
    return total + int(days or 0) * 86400
