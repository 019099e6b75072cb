"""What a mutant changes: the usual operators on Python's syntax tree, each applied at one place."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.FloorDiv: ast.Mult, ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
NAMES = {"any": "all", "all": "any", "min": "max", "max": "min"}


@dataclass(frozen=True)
class Mutant:
    """One change. `function` is the dotted name of the outermost function or method around it, None outside of any.

    `position` and `choice` say where in the tree it is and which of the changes there: thousands of trees fill the memory.
    """

    path: Path
    index: int
    line: int
    function: str | None
    what: str
    position: int
    choice: int

    def tree(self, source: str) -> ast.Module:
        """The module with the change in it."""
        tree = ast.parse(source)
        node = next(n for i, n in enumerate(ast.walk(tree)) if i == self.position)
        changed, _ = _changes(node)[self.choice]
        replaced: ast.Module = ast.fix_missing_locations(_Replace(node, changed).visit(tree))
        return replaced

    @property
    def name(self) -> str:
        return f"{self.path.as_posix()}:{self.line} {self.what}"


def mutants(path: Path, source: str) -> Iterator[Mutant]:
    """Every mutant of this module, in the order of its lines."""
    original = ast.parse(source)
    prose = _prose(original)
    index = 0
    for position, node in enumerate(ast.walk(original)):
        if id(node) in prose:
            continue
        for choice, (_, what) in enumerate(_changes(node)):
            yield Mutant(path, index, getattr(node, "lineno", 0), _function(original, node), what, position, choice)
            index += 1


def _changes(node: ast.AST) -> list[tuple[ast.AST, str]]:
    """The nodes that could stand in the place of this one, each with what changed in words."""
    found: list[tuple[ast.AST, str]] = []

    def instead(new: ast.AST, what: str) -> None:
        found.append((ast.copy_location(new, node), what))

    match node:
        case ast.Compare(ops=[op], left=left, comparators=[right]) if type(op) in COMPARISONS:
            other = COMPARISONS[type(op)]()
            instead(
                ast.Compare(left=left, ops=[other], comparators=[right]), f"{_said(node)} compares with {type(other).__name__}"
            )
        case ast.BoolOp(op=op, values=values):
            other_op: ast.boolop = ast.Or() if isinstance(op, ast.And) else ast.And()
            instead(ast.BoolOp(op=other_op, values=values), f"{_said(node)} joined with {type(other_op).__name__.lower()}")
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            instead(operand, f"no not in {_said(node)}")
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC and not _is_text(left) and not _is_text(right):
            turned = ARITHMETIC[type(op)]()
            instead(ast.BinOp(left=left, op=turned, right=right), f"{_said(node)} with {type(turned).__name__}")
        case ast.Constant(value=bool(value)):
            instead(ast.Constant(not value), f"{value} becomes {not value}")
        case ast.Constant(value=int(value) | float(value)):
            instead(ast.Constant(value + 1), f"{value} becomes {value + 1}")
        case ast.Constant(value=str(value)) if value and " " not in value:
            instead(ast.Constant(f"XX{value}"), f"{value!r} becomes {'XX' + value!r}")
        case ast.Name(id=name, ctx=ast.Load()) if name in NAMES:
            instead(ast.Name(id=NAMES[name], ctx=ast.Load()), f"{name} becomes {NAMES[name]}")
        case ast.IfExp(body=body, orelse=orelse):
            instead(body, f"always the first of {_said(node)}")
            instead(orelse, f"always the second of {_said(node)}")
        case ast.If(test=test, body=body, orelse=orelse) if not isinstance(test, ast.Constant):
            instead(ast.If(test=ast.Constant(True), body=body, orelse=orelse), f"if {_said(test)}: always")
            instead(ast.If(test=ast.Constant(False), body=body, orelse=orelse), f"if {_said(test)}: never")
        case ast.comprehension(target=target, iter=iterated, ifs=[*_, _] as ifs, is_async=is_async):
            bare = ast.comprehension(target=target, iter=iterated, ifs=[], is_async=is_async)
            found.append((bare, f"no condition {_said(ifs[0])}"))
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            instead(ast.Return(value=ast.Constant(None)), f"returns None, not {_said(value)}")
        case ast.Expr(value=ast.Call() as call):
            instead(ast.Pass(), f"{_said(call)} is left out")
        case ast.AugAssign() | ast.Continue() | ast.Break():
            instead(ast.Pass(), f"{_said(node)} is left out")
        case ast.Raise():
            instead(ast.Pass(), f"{_said(node)} is left out")
        case ast.Slice(lower=lower, upper=ast.expr()):
            instead(ast.Slice(lower=lower, upper=None), f"slice without its end: {_said(node)}")
    return found


def _prose(tree: ast.Module) -> set[int]:
    """Nodes that are for readers or for the type checker: docstrings, f-strings, annotations, texts of findings."""
    spared: set[int] = set()

    def spare(node: ast.AST | None) -> None:
        if node is not None:
            spared.update(id(n) for n in ast.walk(node))

    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()) as docstring:
                spare(docstring)
            case ast.JoinedStr(values=parts):
                spared.update(id(part) for part in parts if isinstance(part, ast.Constant))
            case ast.FormattedValue(format_spec=spec):
                spare(spec)
            case ast.Subscript(value=ast.Name(id="Literal")) as words:  # an annotation with a name: mypy holds it
                spare(words)
            case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=annotation):
                spare(annotation)
            case ast.FunctionDef(returns=returns, decorator_list=decorators):
                spare(returns)
                for decorator in decorators:  # a check's scenario, sentence and texts: the trace and other tests read them
                    spare(decorator)
            case ast.Call(keywords=keywords, func=func, args=args):
                for keyword in keywords:
                    if keyword.arg in ("expected", "saw", "fix", "impact", "advisory", "description"):
                        spared.update(id(n) for n in ast.walk(keyword.value) if isinstance(n, ast.Constant))
                if isinstance(func, ast.Name) and func.id in ("TypeVar", "cast", "Field"):
                    for arg in args:
                        spare(arg)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str())) as text if name.isupper():
                if " " in str(text.value.value):  # type: ignore[attr-defined]
                    spare(text)
            case ast.Raise(exc=ast.Call(args=args)):
                for arg in args:
                    spared.update(id(n) for n in ast.walk(arg) if isinstance(n, ast.Constant))
    return spared


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self._new if node is self._old else super().generic_visit(node)


def _function(tree: ast.Module, wanted: ast.AST) -> str | None:
    def search(body: list[ast.stmt], prefix: str) -> str | None:
        for statement in body:
            if not any(node is wanted for node in ast.walk(statement)):
                continue
            if isinstance(statement, ast.FunctionDef):
                inside = any(node is wanted for part in statement.body for node in ast.walk(part))
                return f"{prefix}{statement.name}" if inside else None
            if isinstance(statement, ast.ClassDef):
                return search(statement.body, f"{prefix}{statement.name}.")
        return None

    return search(tree.body, "")


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _said(node: ast.AST) -> str:
    said = " ".join(ast.unparse(node).split())
    return said if len(said) <= 70 else f"{said[:67]}…"
