"""Looking at what an audit would start and where: the checkout, the interpreter, the library, this machine."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ss_audit.doctor.model import CheckoutSeen, DataSeen, InterpreterSeen, LibrarySeen, MachineSeen
from ss_audit.project_files import read_cards, read_spec
from ss_audit.spec import SpecError
from ss_audit.ss.library import LibraryError, read_library
from ss_audit.ss.own_data import own_data
from ss_audit.stack.checkout import executable, has_api
from ss_audit.stack.disk import MINIMUM_FREE, free_bytes
from ss_audit.stack.env_file import defined_in
from ss_audit.stack.environment import child_environment
from ss_audit.stack.ports import free_port
from ss_audit.stack.revision import revision_of
from ss_audit.stata_log.data import read_data
from ss_audit.task_cards import CardError, parse_card

REQUIREMENTS = "import platform, fastapi, uvicorn; print(platform.python_version())"
INTERPRETER_TIMEOUT = 60.0


def checkout(ss_root: Path) -> CheckoutSeen:
    """What lies at `ss_root`; only read."""
    root = ss_root.expanduser().absolute()
    revision, dirty = revision_of(root) if root.is_dir() else (None, None)
    return CheckoutSeen(
        path=str(root), is_folder=root.is_dir(), has_api=has_api(root),
        revision=revision, dirty=dirty, env_file=tuple(sorted(defined_in(root / ".env"))),
    )  # fmt: skip


def interpreter(python: str) -> InterpreterSeen:
    """Whether this interpreter has what any SS needs, found out by running it in an empty folder."""
    path = executable(python)
    if path is None:
        return InterpreterSeen(path=python, problem="no interpreter that can be executed")
    with tempfile.TemporaryDirectory(prefix="ss-audit-doctor-") as folder:
        try:
            ran = subprocess.run(
                [path, "-c", REQUIREMENTS], cwd=folder, env=child_environment({}, os.environ), stdin=subprocess.DEVNULL,
                capture_output=True, text=True, errors="replace", timeout=INTERPRETER_TIMEOUT,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return InterpreterSeen(path=path, problem=f"it did not import fastapi and uvicorn within {INTERPRETER_TIMEOUT:g} s")
        except OSError as error:
            return InterpreterSeen(path=path, problem=f"it can't be started: {error.strerror}")
    lines = ran.stdout.strip().splitlines()
    if ran.returncode or not lines:
        last = (ran.stderr.strip().splitlines() or [f"exit status {ran.returncode}"])[-1]
        return InterpreterSeen(path=path, problem=f"it can't import SS's requirements: {last}")
    return InterpreterSeen(path=path, version=lines[-1])


def data(path: Path) -> DataSeen:
    """The operator's data set, of which is known that it can be used."""
    found = own_data(path.expanduser())
    read = read_data(found.csv)
    asked = (found.outcome, found.treatment, *found.controls)
    return DataSeen(path=str(path), rows=read.rows, columns=len(read.columns), asked_about=asked)


def library(folder: Path) -> LibrarySeen:
    """The template library in this folder; only read."""
    try:
        return LibrarySeen(path=str(folder), templates=len(read_library(folder).templates))
    except LibraryError as error:
        return LibrarySeen(path=str(folder), problem=str(error))


def machine(project: Path, reports: Path) -> MachineSeen:
    """Room for reports and for what does not stay, a port, git, and the project's own spec pack."""
    temporary = Path(tempfile.gettempdir())
    try:
        port: int | None = free_port()
    except OSError:
        port = None
    problem, cards = _pack(project)
    return MachineSeen(
        free=(("the reports", free_bytes(reports)), ("what SS keeps while it is audited", free_bytes(temporary))),
        needed=MINIMUM_FREE, port=port, git=shutil.which("git") is not None, pack_problem=problem, cards=cards,
    )  # fmt: skip


def _pack(project: Path) -> tuple[str | None, int]:
    try:
        read_spec(project)
        cards = read_cards(project)
        for text in cards.values():
            parse_card(text)
    except OSError as error:
        return f"spec.md can't be read: {error.strerror}", 0
    except (SpecError, CardError) as error:
        return str(error), 0
    return (None, len(cards)) if cards else ("it has no task cards", 0)
