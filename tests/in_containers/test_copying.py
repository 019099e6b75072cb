"""What is taken from a container: what the audit reads, and nobody's data; and what it knows to be secret."""

from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from ss_audit.evidence.redaction import Redactor
from ss_audit.known_secrets import secrets_of_variables
from ss_audit.stack.docker import files
from ss_audit.stack.docker.engine import NotUsable
from ss_audit.stack.docker.files import PYTHON, copy_out
from ss_audit.stack.environment import masked

from .fakes import FakeFolder

APP = PurePosixPath("/app")
FILES = {"src/main.py": b"app = 1", "jobs/person.csv": b"p" * 5000, "do/a.do": b"clear"}


def folder(contents: dict[str, bytes] | None = None) -> Any:
    return FakeFolder(FILES if contents is None else contents)


def found(target: Path) -> dict[str, bytes]:
    return {p.relative_to(target).as_posix(): p.read_bytes() for p in target.rglob("*") if p.is_file()}


def test_of_source_only_programs_are_taken(tmp_path: Path) -> None:
    assert copy_out(folder(), APP, tmp_path / "to", PYTHON)
    assert found(tmp_path / "to") == {"src/main.py": b"app = 1"}
    assert not (tmp_path / "to" / "jobs").exists()


def test_of_a_library_all_is_taken(tmp_path: Path) -> None:
    assert copy_out(folder(), APP, tmp_path / "to")
    assert found(tmp_path / "to") == FILES


def test_a_whole_file_system_is_never_taken(tmp_path: Path) -> None:
    assert not copy_out(folder(), PurePosixPath("/"), tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_too_much_is_the_operators_to_mend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 5011)
    with pytest.raises(NotUsable, match=r"ss\.source") as error:
        copy_out(folder(), APP, tmp_path / "to")
    assert error.value.blame == "operator"
    monkeypatch.setattr(files, "MOST_BYTES", 5012)
    assert copy_out(folder(), APP, tmp_path / "all")
    monkeypatch.setattr(files, "MOST_LOOKED_THROUGH", 6000)
    with pytest.raises(NotUsable):
        copy_out(folder(), APP, tmp_path / "again", PYTHON)


def test_keys_and_passwords_of_its_variables_are_known() -> None:
    redactor = Redactor()
    variables = {
        "SS_LLM_API_KEY": "sk-of-the-container-1", "DATABASE_URL": "postgres://ss:passWord4711x@db/ss",
        "LANG": "C.UTF-8", "SS_TOKEN": "rehearsal",
    }  # fmt: skip
    redactor.learn_all(secrets_of_variables(variables))
    masked_text = redactor.mask("sk-of-the-container-1 passWord4711x rehearsal C.UTF-8")
    assert not [secret for secret in ("sk-of", "passWord4711x") if secret in masked_text]
    assert masked_text.endswith("rehearsal C.UTF-8"), "a word is not masked wherever it stands"
    assert masked(variables) == {
        "DATABASE_URL": "postgres://ss:***@db/ss", "LANG": "C.UTF-8", "SS_LLM_API_KEY": "***", "SS_TOKEN": "***",
    }  # fmt: skip
