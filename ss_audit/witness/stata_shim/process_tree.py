"""The process tree of one run, sampled while it runs, and its leaf: the program that did the work.

The leaf is the process that was seen holding the run's log open for writing; where none was seen, the one that used most
CPU time; among equals the deepest (of those with the log open, the highest), then the latest. So neither a wrapper in
front nor a helper that Stata calls is taken for Stata, and a real Stata that idles beside a script that writes the log
is not the leaf.
"""

# ruff: noqa: PTH110, PTH116, PTH123, PTH208
# os.path is loaded anyway; pathlib would add a fifth to the shim's start, which is part of every run's time.

import os
import stat
from collections.abc import Sequence
from typing import Any, NamedTuple

from ss_audit.witness.stata_shim.process_look import LINUX, Look, below, interpreters_in, readable
from ss_audit.witness.stata_shim.program import Program


class Node(NamedTuple):
    """A process as it was last seen. `depth` 0 is the command itself; `order` is when it came."""

    look: Look
    depth: int
    order: int
    held_log: bool
    program: Program | None
    libraries: frozenset[str] = frozenset()


class ProcessTree:
    """Everything that ran below `root`, itself left out. `log` is the file that the run is expected to write, if known."""

    def __init__(self, root: int, log: str | None) -> None:
        self._root = root
        self._log = log
        self._samples = 0
        self._nodes: dict[tuple[int, str], Node] = {}
        self._programs: dict[tuple[int, int], Program] = {}

    def sample(self) -> None:
        """Looks once. What a process has loaded is a longer look, taken at every fourth."""
        self._samples += 1
        deep = self._samples % 4 == 0
        log = _identity(self._log) if self._log else None
        depths: dict[int, int] = {}
        for look in below(self._root)[1:]:
            depth = depths[look.pid] = depths.get(look.parent, -1) + 1
            key = (look.pid, look.started)
            known = self._nodes.get(key)
            # A process between fork and exec still is its parent's program, and has the parent's files open.
            same = known if known and known.look.executable == look.executable else None
            program = same.program if same else self._program(look)
            if LINUX and (not look.executable or (program is None and _gone(look.pid))):
                continue  # it ended under our eyes; what was seen before stands, or what was started is assumed
            held = log is not None and _holds(look.pid, log)
            self._nodes[key] = Node(
                look=look,
                depth=known.depth if known else depth,
                order=known.order if known else len(self._nodes),
                held_log=held or (same is not None and same.held_log),
                program=program,
                libraries=(interpreters_in(look.pid) if deep else frozenset()) | (same.libraries if same else frozenset()),
            )

    def assume(self, pid: int, path: str | None, command: Sequence[str]) -> None:
        """Stands in for a command that ended before the first look: it was started, so the file of that name is what ran, or
        the interpreter that the first line of a script names."""
        if self._nodes or path is None or not pid:
            return
        real = os.path.realpath(_interpreter_of(path) or path)
        look = Look(pid, self._root, "", 0.0, readable(real), tuple(readable(word) for word in command))
        self._nodes[pid, ""] = Node(look, depth=0, order=0, held_log=False, program=self._held_open(real))

    def digest_step(self) -> bool:
        """Spends a few milliseconds on digesting programs; False when there is nothing left to digest."""
        return any(program.step() for program in self._programs.values())

    def leaf(self) -> Node | None:
        """The process that did the work, or None when nothing was ever seen."""
        return max(self._nodes.values(), key=_worked, default=None)

    def facts(self, shim: int) -> list[dict[str, Any]]:
        """The tree for the record, in the order of appearance. In: the shim's pid, which stands for `root` as a parent."""
        return [
            {
                "pid": node.look.pid,
                "parent": shim if node.look.parent == self._root else node.look.parent,
                "executable": node.look.executable,
                "command": list(node.look.command),
                "cpu_seconds": node.look.cpu,
                "wrote_log": node.held_log,
            }
            for node in self._nodes.values()
        ]

    def _program(self, look: Look) -> Program | None:
        return self._held_open(f"/proc/{look.pid}/exe" if LINUX else look.executable)

    def _held_open(self, path: str) -> Program | None:
        identity = _identity(path)
        if identity is None:
            return None
        if identity not in self._programs:
            try:
                self._programs[identity] = Program(path)
            except OSError:
                return None
        return self._programs[identity]


def _worked(node: Node) -> tuple[bool, float, int, int]:
    """By what the leaf is chosen, the greatest wins. A helper may inherit the open log from who opened it, who stands above."""
    return node.held_log, node.look.cpu, -node.depth if node.held_log else node.depth, node.order


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return (status.st_dev, status.st_ino) if stat.S_ISREG(status.st_mode) else None


def _interpreter_of(path: str) -> str | None:
    """What runs a script, None for a program: execve(2), "Interpreter scripts"."""
    try:
        with open(path, "rb") as file:
            first = file.read(256).partition(b"\n")[0]
    except OSError:
        return None
    words = first[2:].split() if first.startswith(b"#!") else []
    return os.fsdecode(words[0]) if words else None


def _gone(pid: int) -> bool:
    return not os.path.exists(f"/proc/{pid}/exe")


def _holds(pid: int, log: tuple[int, int]) -> bool:
    """Whether `pid` has the file open for writing. Linux only; elsewhere never."""
    if not LINUX:
        return False
    try:
        for number in os.listdir(f"/proc/{pid}/fd"):
            if _identity(f"/proc/{pid}/fd/{number}") == log and _writes(pid, number):
                return True
    except OSError:
        pass
    return False


def _writes(pid: int, number: str) -> bool:
    with open(f"/proc/{pid}/fdinfo/{number}", "rb") as file:
        flags = next(line.split()[1] for line in file if line.startswith(b"flags:"))
    return int(flags, 8) & os.O_ACCMODE != os.O_RDONLY
