"""The cards carried out once, in an operator's order: production first, on a machine without licence and key."""

import contextlib
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from whole_audit.running import ROOT

from .executing import CARDS, Executed, Workplace

SETTINGS = f"""\
api_command = "{{python}} -m rehearsal.reference_ss api --host {{host}} --port {{port}}"
worker_command = "{{python}} -m rehearsal.reference_ss worker"

[ss_env]
PYTHONPATH = "{ROOT}"
"""


@dataclass(frozen=True)
class CarriedOut:
    """A card that was carried out: its commands in order, and the run that each of them left as the latest, if there is one."""

    executed: tuple[Executed, ...]
    runs: tuple[Path | None, ...]

    def of(self, start: str) -> tuple[Executed, Path | None]:
        """The command that begins so, and its run."""
        at = next(i for i, done in enumerate(self.executed) if done.command.startswith(start))
        return self.executed[at], self.runs[at]


@pytest.fixture(scope="session")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    return Workplace(tmp_path_factory.mktemp("operator"))


@pytest.fixture(scope="session")
def bare(workplace: Workplace) -> Mapping[str, CarriedOut]:
    """Every card, as written, where neither SS nor Stata nor a provider is to be had."""
    order = ("production-e2e.md", "inventory.md", "go-no-go.md")
    assert set(order) == set(CARDS)
    return {name: _carried_out(workplace, CARDS[name].commands) for name in order}


@pytest.fixture(scope="session")
def stood_in(workplace: Workplace, bare: object, tmp_path_factory: pytest.TempPathFactory) -> CarriedOut:  # noqa: ARG001
    """The production card with stand-ins put in the places that it leaves open: an SS, a Stata and a provider."""
    ss = tmp_path_factory.mktemp("SS")
    (ss / "src").mkdir()
    (ss / "src" / "main.py").touch()
    shutil.copytree(ROOT / "rehearsal" / "reference_ss" / "library", ss / "assets" / "stata_do_library")
    places = {
        "/path/to/SS/venv/bin/python": sys.executable, "/path/to/SS": str(ss), "api.provider.example": "127.0.0.1",
    }  # fmt: skip
    commands = []
    for command in CARDS["production-e2e.md"].commands:
        for place, stand_in in places.items():
            command = command.replace(place, shlex.quote(stand_in))
        commands.append(command)
    (workplace.root / "audit.toml").write_text(SETTINGS)
    with _provider() as base_url:
        environment = {
            "SS_STATA_CMD": shlex.join([sys.executable, "-m", "rehearsal.stata"]),
            "SS_LLM_PROVIDER": "openai_compatible",
            "SS_LLM_API_KEY": "sk-test-of-the-cards-0123456789",
            "SS_LLM_BASE_URL": base_url,
        }
        return _carried_out(workplace, [c for c in commands if "production" in c or "verify" in c], environment)


def _carried_out(workplace: Workplace, commands: object, environment: Mapping[str, str] | None = None) -> CarriedOut:
    executed, runs = [], []
    for command in commands:  # type: ignore[attr-defined]
        executed.append(workplace.execute(command, environment))
        runs.append(workplace.latest if workplace.latest.is_dir() else None)
    return CarriedOut(tuple(executed), tuple(runs))


@contextlib.contextmanager
def _provider() -> Iterator[str]:
    command = [sys.executable, "-m", "rehearsal.llm", "--host", "127.0.0.1", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}/v1"
        finally:
            process.terminate()
