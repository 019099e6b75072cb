"""The Stata shim: starts the real command as SS would have, and writes down what ran.

    python -I -S shim.py --records FOLDER [--words N] -- REAL COMMAND... ARGUMENTS...

The first N words (default 1) are the real command, the rest is what SS added. The command gets the shim's own arguments,
working directory, environment and standard streams; signals and the exit status pass through. A run leaves two JSON
files in FOLDER, `NAME.start.json` before the command runs and `NAME.end.json` after it, each written atomically; the
first alone means that the shim was killed. A record that can't be written is said on stderr and changes nothing else.
When the shim dies, by -9 too, the command and all that it started go with it (`guard`).

Standard library only, no site packages: it runs under any Python 3.11 or later, in a container as well. POSIX.
"""

# ruff: noqa: PTH100, PTH105, PTH109, PTH118, PTH119, PTH120, PTH123
# os.path is loaded anyway; pathlib would add a fifth to the shim's start, which is part of every run's time.

import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

if __name__ == "__main__":
    # Last, so that nothing of the project stands before the standard library.
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))))

from ss_audit.witness.stata_shim.child import Child, end_like
from ss_audit.witness.stata_shim.folder import states, written
from ss_audit.witness.stata_shim.process_look import LINUX, above, readable
from ss_audit.witness.stata_shim.process_tree import ProcessTree

USAGE_STATUS = 64
NOT_STARTED_STATUS = 127
_FAST = 0.005 if LINUX else 0.1
_SLOW = 0.1 if LINUX else 1.0
_FAST_FOR_SECONDS = 2.0


class Records:
    """Where this run's two records go."""

    def __init__(self, folder: str) -> None:
        self._stem = os.path.join(folder, f"{time.time_ns()}-{os.getpid()}")

    def write(self, which: str, facts: dict[str, Any]) -> None:
        """In: `start` or `end`, and what was seen. A failure is only said: SS's run goes on."""
        path = f"{self._stem}.{which}.json"
        try:
            with open(path + ".part", "w", encoding="utf-8") as file:
                json.dump(facts, file)
            os.replace(path + ".part", path)
        except OSError as error:
            print(f"ss-audit stata shim: no {which} record: {error}", file=sys.stderr)


def do_file_of(arguments: Sequence[str]) -> str | None:
    """The do-file that Stata is asked to run: what follows `do`, else the first name that ends in .do."""
    for before, word in pairwise(arguments):
        if before == "do":
            return word
    return next((word for word in arguments if word.lower().endswith(".do")), None)


def log_of(do_file: str) -> str:
    """The batch log that Stata writes to its working directory ([GSU] B.5): the do-file's name with .log for .do."""
    stem, dot, extension = os.path.basename(do_file).rpartition(".")
    return (stem if dot and extension.lower() == "do" else os.path.basename(do_file)) + ".log"


def run(records: Records, command: Sequence[str], words: int) -> int:
    """Runs `command` to its end. Out: its exit status, minus the number for a signal."""
    cwd = os.getcwd()
    arguments = command[words:]
    do_name = do_file_of(arguments)
    do_file = os.path.join(cwd, do_name) if do_name else None
    log = os.path.join(cwd, log_of(do_name)) if do_name else None
    records.write(
        "start",
        {
            "shim_pid": os.getpid(),
            "command": [readable(word) for word in command[:words]],
            "arguments": [readable(word) for word in arguments],
            "cwd": readable(cwd),
            "started_at": datetime.now(UTC).isoformat(),
            "do_file": readable(do_file) if do_file else None,
            "do_file_sha256": _digest(do_file)[0],
            "ancestors": above(os.getpid()),
        },
    )
    before = states(cwd)
    child = Child(command)
    tree = ProcessTree(child.guard, log)
    status, cpu_seconds = _watch(child, tree)
    if not child.failure:
        tree.assume(child.pid, _file_of(command[0]), command)
    leaf = tree.leaf() if not child.failure else None
    log_sha256, log_size = _digest(log)
    records.write(
        "end",
        {
            "ended_at": datetime.now(UTC).isoformat(),
            "exit_status": status,
            "cpu_seconds": cpu_seconds,
            "tree": tree.facts(os.getpid()) if not child.failure else [],
            "leaf_pid": leaf.look.pid if leaf else None,
            "leaf_executable": leaf.look.executable if leaf else None,
            "leaf_sha256": leaf.program.sha256() if leaf and leaf.program else None,
            "leaf_size": leaf.program.size if leaf and leaf.program else None,
            "leaf_entry_points": leaf.program.entry_points() if leaf and leaf.program else [],
            "leaf_same_as": leaf.program.same_as() if leaf and leaf.program else None,
            "leaf_libraries": sorted(leaf.libraries) if leaf else [],
            "log_file": readable(log) if log and log_sha256 else None,
            "log_sha256": log_sha256,
            "log_size": log_size,
            "files_written": written(cwd, before),
        },
    )
    if child.failure:
        print(f"ss-audit stata shim: {command[0]}: {os.strerror(child.failure)}", file=sys.stderr)
    return status


def _watch(child: Child, tree: ProcessTree) -> tuple[int, float | None]:
    """Samples until the command ends, whose end cuts the wait short, so that nothing is added to SS's time."""
    fast_until = time.monotonic() + _FAST_FOR_SECONDS
    while True:
        tree.sample()
        pause = 0.0 if tree.digest_step() else _FAST if time.monotonic() < fast_until else _SLOW
        end = child.ended(within_seconds=pause)
        if end is not None:
            return end


def _file_of(name: str) -> str | None:
    """The file that `execvp` takes for a command's name."""
    folders = [""] if os.path.dirname(name) else os.get_exec_path()
    return next((path for path in (os.path.join(folder, name) for folder in folders) if os.access(path, os.X_OK)), None)


def _digest(path: str | None) -> tuple[str | None, int | None]:
    """sha256 in hex and size of a file; None for both when there is none."""
    with suppress(OSError):
        if path:
            with open(path, "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest(), os.fstat(file.fileno()).st_size
    return None, None


def main(words: Sequence[str]) -> int:
    """In: the words after the script's name. Out: the status to end with; minus the number for a signal."""
    options, real = list(words), []
    if "--" in options:
        cut = options.index("--")
        options, real = options[:cut], options[cut + 1 :]
    given = dict(zip(options[::2], options[1::2], strict=False))
    count = given.get("--words", "1")
    if not real or set(given) - {"--words"} != {"--records"} or not count.isdigit() or not 1 <= int(count) <= len(real):
        print("usage: shim.py --records FOLDER [--words N] -- COMMAND... ARGUMENTS...", file=sys.stderr)
        return USAGE_STATUS
    return run(Records(given["--records"]), real, int(count))


if __name__ == "__main__":
    end_like(main(sys.argv[1:]))
