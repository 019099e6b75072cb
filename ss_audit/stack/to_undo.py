"""What is to be undone on an SS that ran before the audit: noted before each act, so that who outlives us knows it as well."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from ss_audit.stack import put_back
from ss_audit.stack.sidecar import Keeper

Part = Literal["library", "package", "start", "restart"]
ORDER: tuple[Part, ...] = ("library", "package", "start", "restart")
"""SS reads its library once per process: it is restarted when all else is as it was."""
FILE, TOLD = "to-undo.json", "put-back.txt"


class ToUndo:
    """The list of one run. Should the audit die, the keeper carries out what is on it, in the folder that the audit ran in.

    In: the keeper; a folder of our own; the run's folder, where it is told what came of it; what one command may take (s).
    """

    def __init__(self, keeper: Keeper, folder: Path, run_folder: Path, seconds: float) -> None:
        self._keeper, self._folder, self._run_folder, self._seconds = keeper, folder, run_folder, seconds
        self._steps: dict[tuple[Part, str], tuple[str, tuple[str, ...]]] = {}
        self._provided = False

    def note(self, part: Part, name: str, what: str, words: Sequence[str]) -> None:
        """From now on these words have to be carried out. In: the thing's name, and what it is for, in words."""
        self._steps[part, name] = (what, tuple(words))
        self._write()
        if not self._provided:
            self._keeper.run_at_death(sys.executable, "-I", put_back.__file__, str(self.file), seconds=None)
            self._provided = True

    def done(self, part: Part, name: str) -> None:
        """It is as it was. One that was never noted is fine."""
        if self._steps.pop((part, name), None) is not None:
            self._write()

    @property
    def file(self) -> Path:
        """Where the list is kept."""
        return self._folder.absolute() / FILE

    def _write(self) -> None:
        """Replaced as a whole: whoever reads it finds the old list or the new one."""
        steps = sorted(self._steps.items(), key=lambda item: ORDER.index(item[0][0]))
        listed = [{"what": what, "words": words, "seconds": self._seconds} for _, (what, words) in steps]
        told = {"cwd": os.getcwd(), "told": str(self._run_folder.absolute() / TOLD), "steps": listed}  # noqa: PTH109
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.file)
