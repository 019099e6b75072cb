"""SS's `.env` file: what it defines, and what keeps it from leaking into a rehearsal."""

from collections.abc import Iterable, Mapping
from pathlib import Path

# What SS falls back to when these are not set. For every other name an empty value means the same as none.
DEFAULTS = {
    "SS_ENV": "development",
    "SS_JOB_STORE_BACKEND": "file",
    "SS_UPLOAD_OBJECT_STORE_BACKEND": "s3",
    "SS_WORKER_ID": "worker-local",
    "SS_LLM_MODEL": "claude-opus-4-5-20251101",
}


def defined_in(path: Path) -> dict[str, str]:
    """What a `.env` file sets, by name, in the usual grammar: `NAME=value`, `export`, comments, one pair of quotes.

    A file that is not there sets nothing; a line that is no assignment is passed over, as SS does.
    """
    try:
        lines = path.read_text("utf-8", "replace").splitlines()
    except (FileNotFoundError, IsADirectoryError):
        return {}
    found: dict[str, str] = {}
    for line in map(str.strip, lines):
        name, equals, value = line.removeprefix("export ").partition("=")
        if equals and name.strip() and not line.startswith("#"):
            # The first assignment stands: SS's reader never overwrites what is set.
            found.setdefault(name.strip(), _unquoted(value.strip()))
    return found


def overrides(names: Iterable[str], environment: Mapping[str, str]) -> dict[str, str]:
    """A value for each name of a `.env` file that SS's environment lacks, so that the file can't set it: SS never
    overwrites what is set.

    The value is SS's own default where an empty one would mean something else.
    """
    return {name: DEFAULTS.get(name, "") for name in names if name not in environment}


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"" else value
