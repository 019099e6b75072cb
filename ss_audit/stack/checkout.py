"""Whether an SS checkout and its interpreter are where the settings say: asked before the start, by the doctor, and at it."""

import shutil
from pathlib import Path

API = Path("src") / "main.py"


def has_api(root: Path) -> bool:
    """Whether SS's API lies in this folder."""
    return (root / API).is_file()


def checkout_problem(root: Path) -> str | None:
    """Why this is no checkout of SS's, in words."""
    root = root.expanduser().absolute()
    if has_api(root):
        return None
    lacking = f"has no {API.as_posix()}" if root.is_dir() else "is no folder"
    return f"{root} {lacking}: ss_root must be the root folder of an SS checkout"


def executable(python: str) -> str | None:
    """The interpreter, absolute since SS runs in another folder; links are kept, because a venv's interpreter is one."""
    found = shutil.which(str(Path(python).expanduser()))
    return found and str(Path(found).absolute())


def interpreter_problem(python: str) -> str | None:
    """Why this interpreter can't run SS, in words."""
    if executable(python):
        return None
    return f"{python} is no interpreter that can be executed: set ss_python to the python of SS's venv"
