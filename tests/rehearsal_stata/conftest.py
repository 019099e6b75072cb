from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rehearsal.stata.cli import main

Runner = Callable[..., str]


@pytest.fixture
def stata(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    """Runs a do-file's text in an empty folder; returns the log from the line after the echo of `do`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("S_ADO", raising=False)
    before = signal.getsignal(signal.SIGINT)

    def run(source: str, whole: bool = False, status: int = 0) -> str:
        Path("job.do").write_text(source, encoding="utf-8")
        assert main(["-b", "do", "job.do"]) == status
        log = Path("job.log").read_text(encoding="utf-8")
        return log if whole else log.partition(". do job.do \n\n")[2]

    yield run
    signal.signal(signal.SIGINT, before)
