"""A job's folder, and a Stata command with the shim in front."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ss_audit.evidence.model import StataProcess
from ss_audit.witness.stata_shim.command import real_argv, write_shim
from ss_audit.witness.stata_shim.records import read_runs
from witness.waiting import until

PYTHON = os.path.realpath(sys.executable)
LINUX_ONLY = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
BATCH = ["-b", "do", "stata.do"]


class Desk:
    """A job's folder, and a Stata command with the shim in front."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "job 1 – ä"
        self.work.mkdir()
        (self.work / "stata.do").write_text("display 1\n")
        self.records = folder / "records of runs"
        self.started: list[subprocess.Popen[bytes]] = []

    def script(self, name: str, text: str, interpreter: str = "/bin/sh") -> str:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!{interpreter}\n{text}\n")
        path.chmod(0o755)
        return shlex.quote(str(path))

    def command(self, real: str) -> list[str]:
        return real_argv(write_shim(self.folder / "shim of ours", self.records, PYTHON, real))

    def run(self, real: str, arguments: list[str] = BATCH, **more: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self.command(real), *arguments], cwd=self.work, capture_output=True, timeout=20, check=False, **more
        )

    def start(self, real: str, **more: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*self.command(real), *BATCH], cwd=self.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more
        )
        self.started.append(process)
        return process

    def pid_in(self, name: str) -> int:
        """The process id that a script wrote to a file in the job's folder."""
        path = self.work / name
        return int(until(lambda: path.exists() and path.read_text().strip()))

    def only_run(self) -> StataProcess:
        (run,) = read_runs(self.records)
        return run
