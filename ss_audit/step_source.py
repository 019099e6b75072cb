"""What the step modules say, read from their source without importing them: which phrase shows which checks.

A step function carries behave's `@given`, `@when`, `@then` or `@step` with its phrase; a check that it shows stands inside
its `assert_that` as `holds(module.name)`: a matcher that is made and not asserted shows nothing. Both are found in the
syntax tree, so that the trace needs no running behave and no SS.
"""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from behave.matchers import ParseMatcher

from ss_audit.evidence.model import Fact
from ss_audit.plan import PlannedStep

KINDS = ("given", "when", "then", "step")
SHOWS, ASSERTS = "holds", "assert_that"
WEAKENS = frozenset({"any_of", "anything", "is_not", "not_"})
CHECKS_PACKAGE = "ss_audit.checks"


class StepError(ValueError):
    """A step module can't be read; the text says where and why."""


class StepDefinition(Fact):
    """One decorator of one step function. `shows` are the ids of the checks inside, `line` to `last` its lines."""

    kind: str
    phrase: str
    function: str
    file: str
    line: int
    last: int
    shows: tuple[str, ...] = ()

    def matches(self, step: PlannedStep) -> bool:
        """Whether behave would call this function for the step, by behave's own matcher."""
        if self.kind not in ("step", step.kind):
            return False
        return _matcher(self.phrase).check_match(step.text) is not None


@cache
def _matcher(phrase: str) -> Any:
    return ParseMatcher(None, phrase).compile()


def step_definitions(sources: Mapping[str, str]) -> tuple[StepDefinition, ...]:
    """All step definitions in the modules, by file and line. Raises StepError for a module that is no Python."""
    return tuple(step for file, source in sources.items() for step in _in_module(file, source))


def _in_module(file: str, source: str) -> Iterator[StepDefinition]:
    try:
        tree = ast.parse(source, filename=file)
    except SyntaxError as broken:
        raise StepError(f"{file}:{broken.lineno}: {broken.msg}") from broken
    names = _imported_checks(tree)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for kind, phrase in _phrases(file, node):
                yield StepDefinition(
                    kind=kind,
                    phrase=phrase,
                    function=node.name,
                    file=file,
                    line=node.lineno,
                    last=node.end_lineno or node.lineno,
                    shows=tuple(dict.fromkeys(_shown(file, node, names))),
                )


def _imported_checks(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """What the module imports from the checks, by local name: the last part of the package or module, and the name there.

    Whether that name is a module or a check is seen where it is used: `holds(module.check)` or `holds(check)`.
    """
    return {
        alias.asname or alias.name: (node.module.rpartition(".")[2], alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(CHECKS_PACKAGE)
        for alias in node.names
    }


def _phrases(file: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id.lower() in KINDS:
            match decorator.args:
                case [ast.Constant(value=str(phrase))]:
                    _refuse_unreadable(f"{file}:{decorator.lineno}", phrase)
                    yield decorator.func.id.lower(), phrase
                case _:
                    raise StepError(f"{file}:{decorator.lineno}: the phrase of a step must be one plain string")


def _refuse_unreadable(where: str, phrase: str) -> None:
    try:
        _matcher(phrase)
    except Exception as broken:
        raise StepError(f"{where}: behave can't read the phrase “{phrase}”: {broken}") from broken


def _shown(file: str, function: ast.AST, names: Mapping[str, tuple[str, str]]) -> Iterator[str]:
    for call in _asserted(function):
        if _called(call) in WEAKENS:
            raise StepError(f"{file}:{call.lineno}: {_called(call)} would let a check that fails look as if it passed")
        if _called(call) == SHOWS:
            for argument in call.args:
                match argument:
                    case ast.Attribute(value=ast.Name(id=module), attr=check) if module in names:
                        yield f"{names[module][1]}.{check}"
                    case ast.Name(id=check) if check in names:
                        yield ".".join(names[check])
                    case _:
                        shown = f"{SHOWS}({ast.unparse(argument)})"
                        raise StepError(f"{file}:{call.lineno}: {shown} does not name a check of {CHECKS_PACKAGE}")


def _asserted(function: ast.AST) -> Iterator[ast.Call]:
    """Every call inside what the function asserts, also where the matcher was given a local name first."""
    local = {
        target.id: node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in ast.walk(function):
        if isinstance(call, ast.Call) and _called(call) == ASSERTS:
            inside = [node for argument in call.args for node in ast.walk(argument)]
            named = [local[node.id] for node in inside if isinstance(node, ast.Name) and node.id in local]
            inside += [node for value in named for node in ast.walk(value)]
            yield from (node for node in inside if isinstance(node, ast.Call))


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""
