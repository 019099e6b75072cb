"""Puts an SS that ran already back as it was found; run by the keeper when the audit has died.

`python -I put_back.py FILE`. The file is what `to_undo` keeps: where its commands run, where to tell what came of it, and the
steps, in order, each with what it is for, its words and the seconds that it may take. A step that fails keeps none of the
others from being tried. Ends with 0, or 1 when one failed. It runs alone with nothing but the standard library.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

HEAD = "The audit died before it had put SS back; this was done in its place:"


def carried_out(words: list[str], cwd: str, seconds: float) -> str:
    """Runs a command to its end; at its time limit all of it is ended. Out: how it ended, empty where all went well."""
    try:
        process = subprocess.Popen(
            words, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return f"it can't be started: {error.strerror}"
    try:
        status = process.wait(seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return f"it did not end within {seconds:g} s (timeout_command)"
    return f"exit status {status}" if status else ""


def main(file: str) -> int:
    """Takes the steps, and writes what came of each beside the run's evidence. No file, or no step: nothing."""
    try:
        told: dict[str, Any] = json.loads(Path(file).read_text("utf-8"))
    except FileNotFoundError:
        return 0
    ends = [(step["what"], carried_out(step["words"], told["cwd"], step["seconds"])) for step in told["steps"]]
    if ends:
        lines = [f"{'FAILED' if failure else 'done'}: {what}{f' ({failure})' if failure else ''}" for what, failure in ends]
        Path(told["told"]).write_text("\n".join([HEAD, *lines, ""]), "utf-8")
    return 1 if any(failure for _, failure in ends) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
