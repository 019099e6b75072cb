"""Where an SS to start comes from: the reference SS of the rehearsal, or a checkout of SS.

What SS needs to be started beside others, whatever it is: a state folder of its own with absolute paths (SS's defaults lie
in the cwd), an empty cwd (SS loads a `.env` from there), no metrics port (the default is a fixed one), no byte code beside
its sources.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from ss_audit.stack import env_file, environment
from ss_audit.stack.checkout import checkout_problem, executable, interpreter_problem
from ss_audit.stack.errors import NotACheckout
from ss_audit.stack.revision import revision_of
from ss_audit.stack.spec import StackSpec, argv

OUR_ROOT = Path(__file__).resolve().parents[2]
REFERENCE_API = ("{python}", "-m", "rehearsal.reference_ss", "api", "--host", "{host}", "--port", "{port}")
REFERENCE_WORKER = ("{python}", "-m", "rehearsal.reference_ss", "worker")
CHECKOUT_API = ("{python}", "-m", "uvicorn", "src.main:app", "--host", "{host}", "--port", "{port}")
CHECKOUT_WORKER = ("{python}", "-m", "src.worker")
LIBRARY = Path("assets", "stata_do_library")
LIBRARY_VARIABLE = "SS_DO_TEMPLATE_LIBRARY_DIR"
LOGGING_CHILD = """
import json, os
from src.infra.logging_config import build_logging_config
print(json.dumps(build_logging_config(log_level=os.environ.get("SS_LOG_LEVEL") or "INFO")))
"""
NOT_SS_OWN_COMMAND = "the API is started by uvicorn; SS's own `python -m src.main` would serve 0.0.0.0:8000"
LOGGING_CHILD_TIMEOUT = 60.0
NO_LOGGING = "SS's own logging could not be asked for ({0}): the API runs with uvicorn's"


def reference_spec(
    folder: Path,
    env: Mapping[str, str],
    *,
    name: str = "reference",
    python: str = sys.executable,
    api_command: str | None = None,
    worker_command: str | None = None,
    timeout_startup: float = 60.0,
) -> StackSpec:
    """The reference SS. In: a folder of this stack's own, and the SS_* variables (provider, Stata, library) to run with."""
    folder = folder.absolute()
    return StackSpec(
        name=name,
        api_command=argv(api_command) if api_command else REFERENCE_API,
        worker_command=argv(worker_command) if worker_command else REFERENCE_WORKER,
        python=python,
        cwd=folder / "cwd",
        env={**env, **own_state(folder), "PYTHONPATH": _path(OUR_ROOT, env)},
        timeout_startup=timeout_startup,
    )


def checkout_spec(
    ss_root: Path,
    ss_python: str,
    folder: Path,
    env: Mapping[str, str],
    *,
    name: str = "checkout",
    env_file_is: Literal["honoured", "overridden"] = "overridden",
    inherited: Mapping[str, str] | None = None,
    api_command: str | None = None,
    worker_command: str | None = None,
    timeout_startup: float = 60.0,
) -> StackSpec:
    """A checkout of SS, run by an interpreter that has its requirements.

    In: SS's root folder, the interpreter, a folder of this stack's own, the variables to run with, and whether SS's `.env`
    counts (then `env` wins over it) or each name in it is overridden. Nothing is written under `ss_root`.
    Raises `NotACheckout`. An SS without `build_logging_config` runs with uvicorn's logging, and `notes` says so.
    """
    root, python = _checkout(ss_root), _interpreter(ss_python)
    folder = folder.absolute()
    cwd = folder / "cwd"
    cwd.mkdir(parents=True, exist_ok=True)
    around = os.environ if inherited is None else inherited
    in_file = env_file.defined_in(root / ".env")
    if env_file_is == "honoured":
        already_set = environment.child_environment(env, around)
        settled = {**{name: value for name, value in in_file.items() if name not in already_set}, **env}
    else:
        seen_by_ss = environment.child_environment({**env, **own_state(folder)}, around)
        settled = {**env, **env_file.overrides(in_file, seen_by_ss)}
    library = Path(settled.get(LIBRARY_VARIABLE) or LIBRARY).expanduser()
    settled |= {
        **own_state(folder),
        LIBRARY_VARIABLE: str(root / library),
        "PYTHONPATH": _path(root, settled),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    notes = [f"{root / '.env'} is {env_file_is}: {', '.join(sorted(in_file))}"] if in_file else []
    logging: tuple[str, ...] = ()
    if api_command is None:
        notes.append(NOT_SS_OWN_COMMAND)
        logging, otherwise = _logging_config(python, cwd, settled, around, folder / "log-config.json")
        notes += otherwise
    revision, dirty = revision_of(root)
    return StackSpec(
        name=name,
        api_command=argv(api_command) if api_command else (*CHECKOUT_API, *logging),
        worker_command=argv(worker_command) if worker_command else CHECKOUT_WORKER,
        python=python,
        cwd=cwd,
        env=settled,
        ss_root=root,
        revision=revision,
        dirty=dirty,
        notes=tuple(notes),
        timeout_startup=timeout_startup,
    )


def own_state(folder: Path) -> dict[str, str]:
    """These win over whatever anybody says: two stacks with one queue take each other's jobs, silently."""
    return {
        "SS_JOBS_DIR": str(folder / "jobs"),
        "SS_QUEUE_DIR": str(folder / "queue"),
        "SS_ADMIN_DATA_DIR": str(folder / "admin"),
        "SS_WORKER_METRICS_PORT": "0",
        "PYTHONUNBUFFERED": "1",
    }


def _path(root: Path, env: Mapping[str, str]) -> str:
    return os.pathsep.join([str(root), *filter(None, [env.get("PYTHONPATH")])])


def _checkout(ss_root: Path) -> Path:
    root = ss_root.expanduser().resolve()
    problem = checkout_problem(root)
    if problem:
        raise NotACheckout(problem)
    return root


def _interpreter(ss_python: str) -> str:
    found = executable(ss_python)
    if found is None:
        raise NotACheckout(interpreter_problem(ss_python) or "")
    return found


def _logging_config(
    python: str, cwd: Path, env: Mapping[str, str], inherited: Mapping[str, str], target: Path
) -> tuple[tuple[str, ...], list[str]]:
    """uvicorn's arguments for SS's own logging, asked of SS in a child. Out: the arguments, and what was otherwise."""
    try:
        told = subprocess.run(
            [python, "-c", LOGGING_CHILD], cwd=cwd, env=environment.child_environment(env, inherited),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LOGGING_CHILD_TIMEOUT, check=True,
        )  # fmt: skip
        config = json.loads(told.stdout.strip().splitlines()[-1])
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or [f"exit status {error.returncode}"])[-1]
        return (), [NO_LOGGING.format(last)]
    except (subprocess.TimeoutExpired, OSError, ValueError, IndexError) as error:
        return (), [NO_LOGGING.format(type(error).__name__)]
    target.write_text(json.dumps(config, indent=1), "utf-8")
    level = str(config.get("root", {}).get("level", "info")).lower()
    return ("--log-config", str(target), "--log-level", level), []
