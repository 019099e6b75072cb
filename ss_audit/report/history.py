"""What Allure remembers of earlier runs: `history.jsonl` beside the runs, one line a run, in Allure's own form."""

import json
from pathlib import Path

MOST = 30
"""As many runs as a reader can make something of; the file itself keeps all."""


class History:
    """The history file; with None, nothing is remembered. A file that can't be read counts as empty."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def before(self, run_id: str) -> str:
        """The lines of the last runs before this one, as text: a report that is made again shows no later run as earlier."""
        lines: list[str] = []
        for line in self._lines():
            if _run_of(line) == run_id:
                break
            lines.append(line)
        return "".join(f"{line}\n" for line in lines[-MOST:])

    def add(self, run_id: str, written: Path) -> None:
        """Adds this run, once. In: the file to whose end Allure has written its line."""
        if self._file is None or not run_id or any(_run_of(line) == run_id for line in self._lines()):
            return
        new = written.read_text("utf-8").splitlines()
        if not new:
            return
        line = json.dumps({**json.loads(new[-1]), "uuid": run_id}, ensure_ascii=False)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def _lines(self) -> list[str]:
        try:
            lines = self._file.read_text("utf-8").splitlines() if self._file else []
        except (OSError, UnicodeDecodeError):
            return []
        return [line for line in lines if _run_of(line) is not None]


def _run_of(line: str) -> str | None:
    """The id of the run that a line tells of; None when it is no such line."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return str(told.get("uuid")) if isinstance(told, dict) else None
