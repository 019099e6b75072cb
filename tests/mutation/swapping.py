"""Puts a mutant into the place of the original: into a loaded module, or into one that is about to be loaded."""

import ast
import functools
import importlib.abc
import importlib.util
import inspect
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .operators import Mutant


def module_name(mutant: Mutant) -> str:
    return ".".join(mutant.path.with_suffix("").parts)


def live_function(module: ModuleType, dotted: str) -> FunctionType | None:
    """The function of this name, out of whatever was wrapped around it; None where that can't be seen through."""
    found: Any = module
    for part in dotted.split("."):
        try:
            found = inspect.getattr_static(found, part)
        except AttributeError:
            return None
    for _ in range(5):
        if isinstance(found, FunctionType) and not hasattr(found, "__wrapped__"):
            return found if found.__code__.co_filename == module.__file__ else None
        found = _inner(found)
    return None


def _inner(wrapped: Any) -> Any:
    if isinstance(wrapped, property):
        return wrapped.fget
    if isinstance(wrapped, functools.cached_property):
        return wrapped.func
    return getattr(wrapped, "__wrapped__", None) or getattr(wrapped, "__func__", None) or getattr(wrapped, "function", None)


def mutated_code(mutant: Mutant, file: str) -> CodeType | None:
    """The code of the mutant's function."""
    tree = mutant.tree(Path(file).read_text("utf-8"))
    return _nested(compile(tree, file, "exec"), str(mutant.function))


def _nested(code: CodeType, dotted: str) -> CodeType | None:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_qualname == dotted:
                return constant
            if dotted.startswith(f"{constant.co_qualname}."):
                return _nested(constant, dotted)
    return None


class Substitute(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module from a mutant's tree."""

    def __init__(self, name: str, file: str, tree: ast.Module) -> None:
        self._name, self._file, self._tree = name, file, tree

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._file, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self._tree, self._file, "exec"), module.__dict__)


def install(mutant: Mutant, file: str) -> None:
    """From now on the mutant's module is loaded from its tree."""
    sys.meta_path.insert(0, Substitute(module_name(mutant), file, mutant.tree(Path(file).read_text("utf-8"))))
