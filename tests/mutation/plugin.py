"""A pytest plugin that runs the collected tests against mutants. Started by `mutation.__main__`, one process a share."""

import functools
import hashlib
import importlib
import json
import math
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from .operators import Mutant, mutants
from .swapping import install, live_function, module_name, mutated_code

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(f"{ROOT / part}{os.sep}" for part in ("ss_audit", "rehearsal", "tests"))
SHARE, SHARES, TARGETS, RESULTS = "MUTANTS_SHARE", "MUTANTS_SHARES", "MUTANTS_TARGETS", "MUTANTS_RESULTS"
LEAST_SECONDS, MOST_SECONDS, LOADING_SECONDS = 10.0, 60.0, 60.0
PATIENCE = 10
MOST_MEMORY = 4 << 30
Callers = Mapping[tuple[str, str], list[pytest.Item]]
_controlled: set[str] = set()


def all_mutants() -> list[Mutant]:
    """Every mutant of the targets, in order."""
    targets = [Path(name) for name in os.environ[TARGETS].split(os.pathsep)]
    return [mutant for path in targets for mutant in mutants(path, (ROOT / path).read_text("utf-8"))]


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Instead of the tests: which test calls what, then every mutant of this share."""
    if SHARE not in os.environ:
        return None
    mine = all_mutants()[int(os.environ[SHARE]) :: int(os.environ[SHARES])]
    before = outcomes()
    callers, seconds = _callers(session)
    with (Path(os.environ[RESULTS]) / f"{os.environ[SHARE]}.jsonl").open("a", encoding="utf-8") as results:
        for mutant in (mutant for mutant in mine if before.get(key(mutant)) != "killed"):
            row = {"mutant": key(mutant), "outcome": _outcome(mutant, callers, seconds)}
            print(json.dumps(row), file=results, flush=True)
    return True


def key(mutant: Mutant) -> str:
    """Which mutant it is, of which version of its module."""
    return f"{mutant.path.as_posix()} {_digest(ROOT / mutant.path)} {mutant.index}"


def outcomes() -> dict[str, str]:
    """What is known, by key; what was killed once can be killed."""
    files = Path(os.environ[RESULTS]).glob("*.jsonl")
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    return {row["mutant"]: row["outcome"] for row in rows} | {
        row["mutant"]: "killed" for row in rows if row["outcome"] == "killed"
    }


@functools.cache
def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _outcome(mutant: Mutant, callers: Callers, seconds: Mapping[pytest.Item, float]) -> str:
    """Out: "killed" or "survived". What runs only while modules load can't be swapped; there the project is loaded anew."""
    file = str(ROOT / mutant.path)
    swap = _swap(mutant, file)
    items = callers.get((file, mutant.function or ""), [])
    if swap and items:
        live, code = swap
        limit = min(MOST_SECONDS, max(LEAST_SECONDS, 5 * sum(seconds[item] for item in items)))
        return _forked(lambda: _dies(live, code, sorted(items, key=seconds.__getitem__)), limit)
    of_module = {item for (where, _), some in callers.items() if where == file for item in some}
    items = sorted(of_module, key=seconds.__getitem__)
    limit = LOADING_SECONDS + 5 * sum(seconds[item] for item in items)
    if file not in _controlled:
        _controlled.add(file)
        if _forked(lambda: _dies_anew(None, items), limit) != "survived":
            raise pytest.UsageError(f"loaded anew, the tests of {file} fail without any mutant")
    return _forked(lambda: _dies_anew(mutant, items), limit)


def _swap(mutant: Mutant, file: str) -> tuple[FunctionType, CodeType] | None:
    """The loaded function and the mutant's code for it; None where one can't stand in the other's place."""
    if mutant.function is None:
        return None
    live = live_function(importlib.import_module(module_name(mutant)), mutant.function)
    code = mutated_code(mutant, file)
    if live is None or code is None or len(live.__code__.co_freevars) != len(code.co_freevars):
        return None
    return live, code


def _callers(session: pytest.Session) -> tuple[Callers, Mapping[pytest.Item, float]]:
    """For each function of the targets the tests that call it; how long each test takes. Ends when a test fails as it is."""
    files = {str(ROOT / name) for name in os.environ[TARGETS].split(os.pathsep)}
    callers: dict[tuple[str, str], list[pytest.Item]] = {}
    seconds: dict[pytest.Item, float] = {}
    called: set[tuple[str, str]] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename in files:
            called.add((frame.f_code.co_filename, frame.f_code.co_qualname.partition(".<locals>")[0]))

    threading.setprofile(note)
    for item in session.items:
        called.clear()
        started = time.perf_counter()
        sys.setprofile(note)
        reports = runtestprotocol(item, log=False, nextitem=None)
        sys.setprofile(None)
        seconds[item] = time.perf_counter() - started
        if any(report.failed for report in reports):
            raise pytest.UsageError(f"{item.nodeid} fails without any mutant: {[r.longreprtext for r in reports if r.failed]}")
        for function in called:
            callers.setdefault(function, []).append(item)
    threading.setprofile(None)  # type: ignore[arg-type]
    return callers, seconds


def _dies(live: FunctionType, code: CodeType, items: list[pytest.Item]) -> bool:
    live.__code__ = code
    for item in items:
        item._initrequest()  # type: ignore[attr-defined]
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=None)):
            return True
    return False


def _dies_anew(mutant: Mutant | None, items: list[pytest.Item]) -> bool:
    """The same for a change outside of functions: everything of the project's is loaded again, with the mutant in it."""
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(OURS):
            del sys.modules[name]
    if mutant:
        install(mutant, str(ROOT / mutant.path))
    names = [item.nodeid for item in items]
    return pytest.main(["-x", "-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}", *names]) != pytest.ExitCode.OK


def _forked(experiment: Any, limit: float) -> str:
    """The experiment in a process of its own, which whatever the mutant does can't outlive.

    In: the seconds of the processor that it may take. Only one that waits in vain is ended by the clock, much later: on a busy
    machine a mutant would else pass for noticed because it was slow.
    """
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        os.setpgid(0, 0)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit), math.ceil(limit) + 1))
        try:
            status = 1 if experiment() else 0
        except BaseException:
            status = 1
        os._exit(status)
    deadline = time.monotonic() + PATIENCE * limit
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if status == 0 else "killed"
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "killed"
