"""What is started for the reference SS and for a checkout, and that a checkout stays as it was."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from ss_audit.stack.errors import CommandUnreadable, NotACheckout
from ss_audit.stack.local import LocalStack
from ss_audit.stack.logs import events
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.sources import checkout_spec, reference_spec
from ss_audit.stack.spec import StackSpec

from .conftest import Records

FAKE_SS = Path(__file__).parent / "fake_ss"


@pytest.fixture
def ss_root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FAKE_SS, tmp_path / "ss", ignore=shutil.ignore_patterns("__pycache__")))


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), "-c", "user.name=n", "-c", "user.email=e@example.org", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def files_of(root: Path) -> dict[str, tuple[int, int]]:
    return {str(p.relative_to(root)): (p.stat().st_mtime_ns, p.stat().st_size) for p in sorted(root.rglob("*"))}


def run(spec: StackSpec, records: Records, keeper: Keeper, folder: Path) -> tuple[dict[str, Any], list[Any]]:
    """What the fake SS says of itself, and the events of its API's log."""
    stack = LocalStack(spec, records, keeper, folder)
    stack.start()
    try:
        told = httpx.get(stack.base_url, trust_env=False).json()
        marks = stack.log_marks()
        stack.restart()
        return told, [e["event"] for e in events(stack.log_windows(marks, "restart")[0].lines)]
    finally:
        stack.stop()


def test_a_checkout_runs_in_an_empty_folder_with_ss_s_own_logging_and_stays_as_it_was(
    ss_root: Path, tmp_path: Path, records: Records, keeper: Keeper
) -> None:
    git(ss_root, "init", "-q")
    git(ss_root, "add", ".")
    git(ss_root, "commit", "-qm", "first")
    before = files_of(ss_root)
    spec = checkout_spec(ss_root, sys.executable, tmp_path / "run", {"SS_LLM_PROVIDER": "openai", "SS_JOBS_DIR": "/shared"})
    told, logged = run(spec, records, keeper, tmp_path / "run")
    assert files_of(ss_root) == before
    assert told["cwd"] == str(tmp_path / "run" / "cwd")
    assert list((tmp_path / "run" / "cwd").iterdir()) == []
    environment = told["environment"]
    assert environment["SS_JOBS_DIR"] == str(tmp_path / "run" / "jobs") == str(spec.jobs_dir)
    assert environment["SS_DO_TEMPLATE_LIBRARY_DIR"] == str(ss_root / "assets" / "stata_do_library")
    assert environment["SS_WORKER_METRICS_PORT"] == "0"
    assert environment["SS_LLM_PROVIDER"] == "openai"
    assert "SS_API_STARTUP" in logged, "SS's own JSON lines, which uvicorn's default logging would not show"
    assert (spec.revision, spec.dirty) == (git(ss_root, "rev-parse", "HEAD"), False)


def test_two_stacks_of_one_checkout_share_no_state(ss_root: Path, tmp_path: Path) -> None:
    one, other = (checkout_spec(ss_root, sys.executable, tmp_path / name, {}) for name in ("one", "other"))
    for name in ("SS_JOBS_DIR", "SS_QUEUE_DIR", "SS_ADMIN_DATA_DIR"):
        assert one.env[name] != other.env[name]
        assert Path(one.env[name]).is_absolute()
    assert one.cwd != other.cwd


def test_a_changed_source_is_told(ss_root: Path, tmp_path: Path) -> None:
    git(ss_root, "init", "-q")
    git(ss_root, "add", ".")
    git(ss_root, "commit", "-qm", "first")
    (ss_root / "src" / "worker.py").write_text("changed")
    assert checkout_spec(ss_root, sys.executable, tmp_path / "run", {}).dirty is True


def test_a_source_that_merely_lies_inside_another_repository_has_no_revision(ss_root: Path, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    git(tmp_path, "commit", "-qm", "first", "--allow-empty")
    spec = checkout_spec(ss_root, sys.executable, tmp_path / "run", {})
    assert (spec.revision, spec.dirty) == (None, None)


def test_the_env_file_is_overridden_name_by_name_or_honoured(ss_root: Path, tmp_path: Path) -> None:
    (ss_root / ".env").write_text("SS_LLM_TEMPERATURE=0.7\nSS_LLM_API_KEY=of-the-file\nSS_QUEUE_DIR=./queue\nPATH=/evil\n")
    env = {"SS_LLM_API_KEY": "given"}
    rehearsal = checkout_spec(ss_root, sys.executable, tmp_path / "r", env).env
    assert (rehearsal["SS_LLM_TEMPERATURE"], rehearsal["SS_LLM_API_KEY"]) == ("", "given")
    spec = checkout_spec(ss_root, sys.executable, tmp_path / "p", env, env_file_is="honoured")
    assert (spec.env["SS_LLM_TEMPERATURE"], spec.env["SS_LLM_API_KEY"]) == ("0.7", "given")
    assert spec.env["SS_QUEUE_DIR"] == str(tmp_path / "p" / "queue"), "the operator's own queue is never worked on"
    assert "PATH" not in spec.env, "what is set already wins over the file, as in SS"
    assert any(".env is honoured: " in note and "of-the-file" not in note for note in spec.notes)


def test_a_library_copy_is_used_where_one_is_given(ss_root: Path, tmp_path: Path) -> None:
    given = {"SS_DO_TEMPLATE_LIBRARY_DIR": str(tmp_path / "copy")}
    spec = checkout_spec(ss_root, sys.executable, tmp_path / "run", given)
    assert spec.env["SS_DO_TEMPLATE_LIBRARY_DIR"] == str(tmp_path / "copy")


def test_an_ss_without_its_logging_function_still_runs_and_that_is_told(
    ss_root: Path, tmp_path: Path, records: Records, keeper: Keeper
) -> None:
    (ss_root / "src" / "infra" / "logging_config.py").unlink()
    spec = checkout_spec(ss_root, sys.executable, tmp_path / "run", {})
    assert any("SS's own logging could not be asked for" in note and "ModuleNotFoundError" in note for note in spec.notes)
    told, _ = run(spec, records, keeper, tmp_path / "run")
    assert told["pid"]


def test_a_command_of_the_operator_s_is_taken_as_it_is(ss_root: Path, tmp_path: Path) -> None:
    spec = checkout_spec(ss_root, sys.executable, tmp_path / "run", {}, api_command="{python} -m 'my app' --at {host}:{port}")
    assert spec.filled(spec.api_command, "127.0.0.1", 7) == (spec.python, "-m", "my app", "--at", "127.0.0.1:7")
    with pytest.raises(CommandUnreadable, match=r"\{prot\}.*only \{python\}, \{host\} and \{port\}"):
        checkout_spec(ss_root, sys.executable, tmp_path / "run", {}, worker_command="{python} {prot}")
    with pytest.raises(CommandUnreadable, match="can't be split"):
        reference_spec(tmp_path, {}, api_command="{python} 'open")


def test_an_interpreter_given_relative_to_the_present_folder_is_found(
    ss_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "venv").symlink_to(Path(sys.executable).parent)
    monkeypatch.chdir(tmp_path)
    spec = checkout_spec(ss_root, f"venv/{Path(sys.executable).name}", tmp_path / "run", {})
    assert spec.python == str(tmp_path / "venv" / Path(sys.executable).name), "links stay: a venv's interpreter is one"


@pytest.mark.parametrize(
    ("root", "python", "told"), [("nowhere", sys.executable, "is no folder"), ("ss", "/no/py", "ss_python")]
)
def test_what_is_no_checkout_or_no_interpreter_is_told(
    ss_root: Path, tmp_path: Path, root: str, python: str, told: str
) -> None:
    with pytest.raises(NotACheckout, match=told):
        checkout_spec(ss_root.parent / root, python, tmp_path / "run", {})


def test_the_reference_is_started_by_command_with_a_state_of_its_own(tmp_path: Path) -> None:
    spec = reference_spec(tmp_path / "run", {"SS_STATA_CMD": "x", "SS_QUEUE_DIR": "/shared"})
    assert spec.filled(spec.api_command, "127.0.0.1", 7)[1:] == (
        "-m", "rehearsal.reference_ss", "api", "--host", "127.0.0.1", "--port", "7",
    )  # fmt: skip
    assert spec.env["SS_STATA_CMD"] == "x"
    assert spec.env["SS_QUEUE_DIR"] == str(tmp_path / "run" / "queue")
    child = [spec.python, "-c", "import rehearsal"]
    subprocess.run(child, cwd=tmp_path, env={"PYTHONPATH": spec.env["PYTHONPATH"]}, check=True)
