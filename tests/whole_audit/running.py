"""The shipped commands as processes of their own, each in a place of its own, and what they leave behind."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import psutil

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
PATIENCE = 240.0
T = TypeVar("T")


@dataclass(frozen=True)
class Ended:
    """A command that ended: its exit code, all that it printed, and where it put things."""

    code: int
    said: str
    reports: Path
    left_running: tuple[str, ...]
    left_lying: tuple[str, ...]

    @cached_property
    def folder(self) -> Path:
        """The folder of the one run that there was."""
        (only,) = run_folders(self.reports)
        return only

    @cached_property
    def verdict(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "verdict.json").read_text("utf-8"))
        return found

    @cached_property
    def events(self) -> list[dict[str, Any]]:
        """The event log, its chain of digests checked on the way."""
        return list(chained_events(self.folder))

    @property
    def outcomes(self) -> dict[str, str]:
        """The outcome of each planned scenario, by name."""
        return {scenario["name"]: scenario["outcome"] for scenario in self.verdict["scenarios"]}

    @property
    def passed(self) -> set[str]:
        return {name for name, outcome in self.outcomes.items() if outcome == "pass"}


@dataclass
class Command:
    """A command that runs. Its temporary files and all its processes can be told from anybody else's by `place`."""

    process: subprocess.Popen[str]
    place: Path
    reports: Path
    output: Path
    ended: Ended | None = field(default=None)

    def end(self, patience: float = PATIENCE) -> Ended:
        """Waits for the end; what is left is looked at five seconds later at most, and then removed."""
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
            raise AssertionError(f"still running after {patience:g} s:\n{self.said()}") from None
        finally:
            waited_for(lambda: not self.running() or None, 5.0, otherwise=False)
            left = self.running()
            for one in left:
                one.kill()
        lying = tuple(sorted(path.name for path in (self.place / "tmp").iterdir()))
        self.ended = Ended(code, self.said(), self.reports, tuple(map(_named, left)), lying)
        return self.ended

    def running(self) -> list[psutil.Process]:
        """The processes that came from this command, itself not among them."""
        mark = str(self.place / "tmp")
        return [p for p in psutil.process_iter() if p.pid != self.process.pid and _variable(p, "TMPDIR") == mark]

    def until_put_back(self, patience: float = 60.0) -> None:
        """Waits for the end of the keeper, which after a kill ends what was started and puts back what was altered."""

        def keepers() -> list[psutil.Process]:
            return [one for one in self.running() if any(Path(word).name == "keeper.py" for word in _words(one))]

        waited_for(lambda: not keepers() or None, patience)

    def said(self) -> str:
        return self.output.read_text("utf-8", "replace")

    def signal_group(self, number: signal.Signals) -> None:
        """What a terminal does at Ctrl-C: the signal goes to every process of the foreground group."""
        os.killpg(self.process.pid, number)

    def wait_for_event(self, fits: Callable[[dict[str, Any]], bool], patience: float = 60.0) -> dict[str, Any]:
        """The first event in the log of the run that fits, as soon as it is there."""

        def look() -> dict[str, Any] | None:
            if self.process.poll() is not None:
                raise AssertionError(f"ended with {self.process.returncode} before what was waited for:\n{self.said()}")
            return next((e for folder in run_folders(self.reports) for e in _events_so_far(folder) if fits(e)), None)

        found = waited_for(look, patience)
        assert found is not None
        return found


def start(
    place: Path,
    *command: str,
    reports: Path | None = None,
    cwd: Path = ROOT,
    settings: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    views: bool = False,
) -> Command:
    """Starts a command of the project (`behave`, `ss-audit`) or any other, in a session of its own.

    In: a folder for temporary files, reports and output; the words of the command; where it is started; settings (`-D`);
    what its environment has besides the few names that any program needs; whether the pages are made, which takes seconds.
    """
    place.mkdir(parents=True, exist_ok=True)
    (place / "tmp").mkdir(exist_ok=True)
    reports = reports or place / "reports"
    defined = {"reports_dir": str(reports), **(settings or {})}
    given = [word for name, value in defined.items() for word in ("-D", f"{name}={value}")]
    program = PROGRAMS / command[0]
    argv = [str(program) if program.exists() else command[0], *command[1:], *given]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SS_", "AUDIT_", "COV_", "S_ADO"))}
    env = {**inherited, "TMPDIR": str(place / "tmp"), "PYTHONUNBUFFERED": "1", **(environment or {})}
    env.setdefault("SS_AUDIT_VIEWS", "yes" if views else "no")
    output = place / "output.txt"
    with output.open("w") as sink:
        process = subprocess.Popen(
            argv, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
    return Command(process, place, reports, output)


def run(place: Path, *command: str, **more: Any) -> Ended:
    """Starts a command and waits for its end."""
    return start(place, *command, **more).end()


def run_folders(reports: Path) -> list[Path]:
    """The folders of the runs below a reports folder, without the pointer to the last."""
    found = [] if not reports.is_dir() else sorted(reports.iterdir())
    return [path for path in found if path.is_dir() and not path.is_symlink()]


def chained_events(folder: Path) -> Iterator[dict[str, Any]]:
    """The events of a run. Fails where a line doesn't carry the digest of the line before."""
    before = b""
    for line in (folder / "bundle" / "data" / "events.jsonl").read_bytes().splitlines():
        event = json.loads(line)
        assert event["prev"] == hashlib.sha256(before).hexdigest(), f"the chain is broken at {event['id']}"
        yield event
        before = line


def waited_for(fact: Callable[[], T | None], patience: float, otherwise: Any = AssertionError) -> T | Any:
    """The fact as soon as it is there; after the patience (s) `otherwise`, which is raised when it is an exception."""
    end_at = time.monotonic() + patience
    while (found := fact()) is None:
        if time.monotonic() > end_at:
            if otherwise is AssertionError:
                raise AssertionError(f"waited {patience:g} s in vain")
            return otherwise
        time.sleep(0.05)
    return found


def _events_so_far(folder: Path) -> Iterator[dict[str, Any]]:
    log = folder / "bundle" / "data" / "events.jsonl"
    for line in log.read_bytes().splitlines(keepends=True) if log.exists() else ():
        if line.endswith(b"\n"):
            yield json.loads(line)


def _variable(process: psutil.Process, name: str) -> str | None:
    try:
        return process.environ().get(name)
    except (psutil.Error, OSError):
        return None


def _words(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:
        return []


def _named(process: psutil.Process) -> str:
    return " ".join([str(process.pid), *_words(process)])
