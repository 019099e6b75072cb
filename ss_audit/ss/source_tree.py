"""The Python source of an SS checkout: which files there are, and which file an import means. Nothing is imported or run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_NOT_SS = {"tests", "test", "node_modules", "site-packages", "__pycache__", "build", "dist"}
_ROUTING_WORDS = (b"fastapi", b"starlette", b"router")
"""A file that our Python can't parse (SS's may be newer) matters only when it could have to do with routes."""


@dataclass(frozen=True)
class SourceFile:
    """One parsed file: its dotted name and its path, both relative to the root of the scan (`src.api.jobs`)."""

    name: str
    path: str
    tree: ast.Module
    is_package: bool

    def at(self, node: ast.AST) -> str:
        """`file:line` of a node."""
        return f"{self.path}:{getattr(node, 'lineno', 0)}"

    def absolute(self, node: ast.ImportFrom) -> str:
        """The dotted name that `from … import` means, its leading dots resolved against this file."""
        if not node.level:
            return node.module or ""
        package = self.name.split(".") if self.name else []
        package = package[: len(package) - node.level + (1 if self.is_package else 0)]
        return ".".join([*package, *([node.module] if node.module else [])])


class SourceTree:
    """All files below a root but tests, virtual environments, installed packages and hidden folders."""

    def __init__(self, root: Path) -> None:
        self._root_name = root.resolve().name
        self.files: dict[str, SourceFile] = {}
        self.unreadable: list[str] = []
        for path in _python_files(root):
            relative = path.relative_to(root)
            content = path.read_bytes()
            try:
                tree = ast.parse(content, filename=str(relative))
            except (SyntaxError, ValueError) as problem:
                if any(word in content for word in _ROUTING_WORDS):
                    self.unreadable.append(f"{relative.as_posix()}: can't be parsed: {problem}")
                continue
            parts = relative.with_suffix("").parts
            is_package = parts[-1] == "__init__"
            name = ".".join(parts[:-1] if is_package else parts)
            self.files[name] = SourceFile(name, relative.as_posix(), tree, is_package)

    def find(self, dotted: str) -> str | None:
        """The name of the file that an absolute import means, or None when it lies outside the tree.

        The root of the scan need not be where Python starts to look: it may be a package itself (then the import has
        leading parts too many), or hold a `src` folder that is on the path (then it has too few).
        """
        if dotted in self.files:
            return dotted
        parts = dotted.split(".")
        for start in range(1, len(parts) + 1):
            name = ".".join(parts[start:])
            if parts[start - 1] == self._root_name and name in self.files:
                return name
        below = [name for name in self.files if name.endswith(f".{dotted}")]
        return below[0] if len(below) == 1 else None


def _python_files(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            if path.name not in _NOT_SS and not (path / "pyvenv.cfg").exists():
                yield from _python_files(path)
        elif path.suffix == ".py" and not _is_test(path.name):
            yield path


def _is_test(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
