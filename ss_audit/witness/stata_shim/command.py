"""SS_STATA_CMD with the shim in front: how SS reads the setting, and what to set instead so that nothing else changes."""

import shlex
import shutil
import sys
from pathlib import Path

from ss_audit.witness.stata_shim import shim

SHIM_NAME = "ss-audit-stata-shim"
PROGRAM = Path(shim.__file__).resolve()
_SHEBANG_LIMIT = 120
_BATCH_SCRIPT = """\
#!{python} -IS
import sys

sys.path.append({root!r})
from ss_audit.witness.stata_shim.child import end_like
from ss_audit.witness.stata_shim.shim import main

end_like(main(["--records", {records!r}, "--words", "{words}", "--", *sys.argv[1:]]))
"""
_SH_SCRIPT = """\
#!/bin/sh
exec {python} -I -S {shim} --records {records} --words {words} -- "$@"
"""


class StataCommandError(ValueError):
    """SS_STATA_CMD can't be run. The text says what was looked for, and what to set."""


def real_argv(real_command: str) -> list[str]:
    """The words that SS makes of SS_STATA_CMD: one, if the whole is an existing path, else as a POSIX shell splits it.

    Raises StataCommandError where SS would find no words: it is empty, or a quotation is not closed.
    """
    stripped = real_command.strip()
    try:
        words = [stripped] if stripped and Path(stripped).exists() else shlex.split(stripped)
    except ValueError as error:
        raise StataCommandError(f"SS_STATA_CMD {real_command!r} can't be split into words: {error}") from error
    if not words:
        raise StataCommandError("SS_STATA_CMD is empty")
    return words


def batch_arguments(argv: list[str], do_file: str) -> list[str]:
    """What SS puts after the command: `/e do FILE` if a word ends in .exe and has "stata" in its name, else `-b do FILE`."""
    windows = any(word.lower().endswith(".exe") and "stata" in Path(word).name.lower() for word in argv)
    return ["/e" if windows else "-b", "do", do_file]


def check_command(argv: list[str], search_path: str | None = None) -> None:
    """Raises StataCommandError unless the first word is something that can be executed from any working directory.

    In: `search_path` as in PATH, for a bare name; None is this process's own. SS checks only what stands first, which
    with a shim in front is the shim; so the real command has to be checked here.
    """
    first = Path(argv[0])
    if len(first.parts) > 1 and not first.is_absolute():
        raise StataCommandError(
            f"SS_STATA_CMD names {argv[0]!r}, a relative path, but SS runs it in the folder of each job: give an absolute one"
        )
    if shutil.which(argv[0], path=search_path) is None:
        missing = "can't be executed" if first.exists() else "does not exist" if first.is_absolute() else "is nowhere on PATH"
        raise StataCommandError(f"SS_STATA_CMD names {argv[0]!r}, which {missing}")


def write_shim(
    folder: Path,
    records: Path,
    python: str,
    real_command: str,
    *,
    search_path: str | None = None,
    program_root: Path | None = None,
) -> str:
    """Writes the shim for one stack. Out: the SS_STATA_CMD to start SS with.

    In: `folder` for the executable; `records` where each run leaves its records (both are made); `python` the absolute
    path of an interpreter to run the shim with; `real_command` the SS_STATA_CMD that stands without us; `search_path`
    the PATH that SS gets, if not ours; `program_root` the folder that holds our package where SS runs in a container, and
    then the real command, which lies there too, is not looked for here. The result is the shim's path and the real
    command's words, quoted, so that SS's own evidence goes on to name Stata, and SS chooses the same flag. Raises
    StataCommandError if the real command can't run.
    """
    argv = real_argv(real_command)
    if program_root is None:
        check_command(argv, search_path)
    folder.mkdir(parents=True, exist_ok=True)
    records.mkdir(parents=True, exist_ok=True)
    written = folder.resolve() / SHIM_NAME
    root = program_root or PROGRAM.parents[3]
    written.write_text(_script(python, root, records.resolve(), len(argv)), encoding="utf-8")
    written.chmod(0o755)
    return shlex.join([str(written), *argv])


def _script(python: str, root: Path, records: Path, words: int) -> str:
    """Straight to the interpreter where the kernel takes its path in a `#!` line, for a shell would add to the environment."""
    if sys.platform.startswith("linux") and not any(letter.isspace() for letter in python) and len(python) < _SHEBANG_LIMIT:
        return _BATCH_SCRIPT.format(python=python, root=str(root), records=str(records), words=words)
    program = root / PROGRAM.relative_to(PROGRAM.parents[3])
    return _SH_SCRIPT.format(
        python=shlex.quote(python), shim=shlex.quote(str(program)), records=shlex.quote(str(records)), words=words
    )
