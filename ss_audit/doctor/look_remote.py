"""Looking at an SS that runs elsewhere: does it live, and are the operator's means at hand? None of them is run."""

import os
import shutil
from pathlib import Path

from ss_audit.doctor.model import MeansSeen, RemoteSeen
from ss_audit.lab.task_codes import CODES_OF_A_RUN, NoTaskCode, TaskCodes
from ss_audit.settings import Settings
from ss_audit.settings_remote import COMMANDS
from ss_audit.stack.errors import StackError
from ss_audit.stack.operator_command import program_of
from ss_audit.stack.remote import reach


def remote(settings: Settings) -> RemoteSeen:
    """In: settings with a base_url. Behind a tunnel SS is not asked: the doctor starts nothing."""
    base_url = (settings.base_url or "").rstrip("/")
    codes, codes_problem = _codes(settings.task_codes)
    needed = CODES_OF_A_RUN + (settings.dataset is not None)
    seen = RemoteSeen(base_url=base_url, codes=codes, codes_needed=needed, codes_problem=codes_problem)
    if settings.tunnel_command is not None:
        return seen
    try:
        told = reach.answer(base_url, reach.connection(settings))
    except StackError as error:
        return seen.model_copy(update={"problem": str(error), "remedy": "ca_file, client_certificate"})
    if isinstance(told, str):
        remedy = "look at base_url, at proxy and at this machine's way out, or give tunnel_command"
        return seen.model_copy(update={"problem": f"nothing answers at {base_url}: {told}", "remedy": remedy})
    return seen.model_copy(update={"status": told.status, "clock_ahead": told.clock_ahead})


def means(settings: Settings) -> MeansSeen:
    """The program that each command starts, and the files for TLS."""
    commands = {name: getattr(settings, name) for name in COMMANDS if getattr(settings, name)}
    source = settings.library_source
    if source is not None and not Path(source).expanduser().is_dir():
        commands["library_source"] = source
    programs = tuple((name, program_of(text), _is_at_hand(program_of(text))) for name, text in commands.items())
    files = {name: getattr(settings, name) for name in ("ca_file", "client_certificate") if getattr(settings, name)}
    return MeansSeen(programs=programs, files=tuple((name, _problem(path)) for name, path in files.items()))


def _codes(path: Path | None) -> tuple[int, str | None]:
    if path is None:
        return 0, "task_codes is not set"
    codes = TaskCodes(path)
    try:
        count = len(codes.unused())
    except NoTaskCode as error:
        return 0, str(error)
    if not os.access(codes.used_path if codes.used_path.exists() else codes.path.parent, os.W_OK):
        return 0, f"which codes are used has to be noted in {codes.used_path}, which can't be written"
    return count, None


def _is_at_hand(program: str) -> bool:
    return shutil.which(program) is not None


def _problem(path: Path) -> str | None:
    try:
        path.expanduser().read_bytes()
    except OSError as error:
        return f"{path} can't be read: {error.strerror}"
    return None
