"""The commands of the task cards, executed as they are written, in a copy of the project that is set up already."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from whole_audit.running import PROGRAMS, ROOT

from ss_audit.project_files import read_cards
from ss_audit.task_cards import TaskCard, parse_card

COPIED = (
    "environment.py", "features", "openspec", "pyproject.toml", "requirements.lock", "Makefile", "rehearsal", "ss_audit",
    "steps", "docs",
)  # fmt: skip
CARDS: Mapping[str, TaskCard] = {name: parse_card(text) for name, text in read_cards(ROOT).items()}


@dataclass(frozen=True)
class Executed:
    """A command of a card, as it was written, with its exit code and all that it said."""

    command: str
    code: int
    said: str


class Workplace:
    """A copy of the checkout, as it is after `make audit` has set it up: the operator's place."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "a checkout"
        self.root.mkdir()
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, self.root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, self.root / name)
        (self.root / ".ci").mkdir()
        shutil.copy2(ROOT / ".ci" / "setup", self.root / ".ci")
        (self.root / "reports").mkdir()
        self._set_up()
        self.temporary = folder / "tmp"
        self.temporary.mkdir()

    @property
    def latest(self) -> Path:
        """The run that was started last."""
        return (self.root / "reports" / "latest").resolve()

    def execute(self, command: str, environment: Mapping[str, str] | None = None) -> Executed:
        """Executes one command of a card in a shell, in the root of the checkout, with `.venv/bin` on the PATH."""
        venv = self.root / ".venv" / "bin"
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("SS_", "S_ADO", "MAKE", "MFLAGS"))
        }
        env = {
            **inherited, "PATH": f"{venv}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(self.root),
            "TMPDIR": str(self.temporary), **(environment or {}),
        }  # fmt: skip
        ended = subprocess.run(
            command, shell=True, cwd=self.root, env=env, stdin=subprocess.DEVNULL, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=280,
        )  # fmt: skip
        return Executed(command, ended.returncode, ended.stdout)

    def _set_up(self) -> None:
        """Programs that start those of this very environment, and the stamp by which `.ci/setup` knows its own work."""
        programs = self.root / ".venv" / "bin"
        programs.mkdir(parents=True)
        for name, real in (("python", sys.executable), ("ss-audit", PROGRAMS / "ss-audit"), ("behave", PROGRAMS / "behave")):
            (programs / name).write_text(f'#!/bin/sh\nexec "{real}" "$@"\n')
            (programs / name).chmod(0o755)
        stamp = "cat requirements.lock pyproject.toml | cksum; pwd"
        made = subprocess.run(stamp, shell=True, cwd=self.root, capture_output=True, text=True, check=True)
        (self.root / ".venv" / ".made-from").write_text(made.stdout)
