"""The project as the rules of the house see it: parsed Python modules, and every file that git would take."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_OURS = {"__pycache__", "audit.toml", "node_modules", "reports"}
"""What .gitignore keeps out, and the operator's own settings: both name the machine that they belong to."""
DOTTED = {".ci", ".gitignore"}


@dataclass(frozen=True)
class Module:
    """A Python file of the project: `name` as it is imported, `path` relative to the root, its text and syntax tree."""

    name: str
    path: str
    text: str
    tree: ast.Module

    def imports(self) -> set[str]:
        """Whatever it imports, in full: a.b for `from a import b`, since b may be a module."""
        return set(self._imports())

    def _imports(self) -> Iterator[str]:
        package = self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
                base = ".".join([*above, *([node.module] if node.module else [])])
                yield from (f"{base}.{alias.name}" for alias in node.names)
            elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
                yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def _module(path: Path) -> Module:
    relative = path.relative_to(ROOT).as_posix()
    name = relative.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    text = path.read_text(encoding="utf-8")
    return Module(name, relative, text, ast.parse(text, filename=relative))


def _modules(*folders: str) -> list[Module]:
    return [_module(path) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.fixture(scope="session")
def harness() -> list[Module]:
    """The modules of ss_audit."""
    return _modules("ss_audit")


@pytest.fixture(scope="session")
def rehearsal() -> list[Module]:
    """The modules of rehearsal."""
    return _modules("rehearsal")


@pytest.fixture(scope="session")
def steps() -> list[Module]:
    """The step modules."""
    return _modules("steps")


@pytest.fixture(scope="session")
def environment() -> Module:
    """behave's hooks."""
    return _module(ROOT / "environment.py")


@pytest.fixture(scope="session")
def all_python(harness: list[Module], rehearsal: list[Module], steps: list[Module], environment: Module) -> list[Module]:
    """Every Python module of the project, tests included."""
    return [*harness, *rehearsal, *steps, environment, *_modules("tests")]


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Every text file that git tracks or would take, by path relative to the root."""
    return {path.relative_to(ROOT).as_posix(): path.read_bytes().decode("utf-8", errors="replace") for path in _files(ROOT)}


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in NOT_OURS or (path.name.startswith(".") and path.name not in DOTTED):
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix != ".pyc":
            yield path
