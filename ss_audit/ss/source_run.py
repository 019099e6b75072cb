"""Follows SS's source as Python would, as far as routes depend on it: constants, imports, calls, loops over literals.

Both branches of an `if` are followed, a function is followed once for each set of arguments that matters, and functions
that nobody in the tree calls (an application factory that a server calls) are followed last, with unknown arguments.
What a name means is worked out only as far as a text, a flag, a router or a list of these; the rest is `Unresolved`.
"""

import ast
from collections.abc import Iterable

from ss_audit.ss.source_registrations import Registrations, is_router_class, looks_like_registration, may_register
from ss_audit.ss.source_tree import SourceTree
from ss_audit.ss.source_values import Class, External, Function, Module, Router, Scope, Unresolved, Value, joined

_DEPTH = 12


class SourceRun:
    """One pass over a tree. `registrations` holds the routers that it found and what it could not resolve."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree
        self._modules: dict[str, Scope] = {}
        self._functions: list[Function] = []
        self._results: dict[tuple[object, ...], Value] = {}
        self._followed: set[ast.AST] = set()
        self._active: list[ast.AST] = []
        self.registrations = Registrations()
        for name in tree.files:
            self._module(name)
        for function in self._functions:
            if function.node not in self._followed and may_register(function.node):
                self._call(function, [], {})

    def _module(self, name: str) -> Scope:
        """The names of a module. A module that is being followed (a circular import) gives what it has so far."""
        if name not in self._modules:
            file = self._tree.files[name]
            self._modules[name] = Scope(file)
            self._block(file.tree.body, self._modules[name])
        return self._modules[name]

    # Statements

    def _block(self, statements: Iterable[ast.stmt], scope: Scope) -> None:
        for statement in statements:
            self._statement(statement, scope)

    def _statement(self, node: ast.stmt, scope: Scope) -> None:
        match node:
            case ast.Import() | ast.ImportFrom():
                self._import(node, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, scope)
            case ast.ClassDef():
                self._class(node, scope)
            case ast.Assign():
                value = self._value(node.value, scope)
                for target in node.targets:
                    self._bind(target, value, scope)
            case ast.AnnAssign(value=ast.expr()):
                self._bind(node.target, self._value(node.value, scope) if node.value else None, scope)
            case ast.AugAssign():
                self._bind(node.target, Unresolved(ast.unparse(node)), scope)
            case ast.Return(value=ast.expr()):
                scope.returned.append(self._value(node.value, scope) if node.value else None)
            case ast.Expr():
                self._value(node.value, scope)
            case ast.If():
                self._branches(node, scope)
            case ast.For() | ast.AsyncFor():
                self._loop(node, scope)
            case ast.Try() | ast.TryStar():
                self._block([*node.body, *node.orelse, *node.finalbody], scope)
                whole = dict(scope.names)
                self._block([statement for handler in node.handlers for statement in handler.body], scope)
                scope.names |= whole
            case _:
                self._nested_blocks(node, scope)

    def _nested_blocks(self, node: ast.stmt, scope: Scope) -> None:
        """`with`, `while`, `match`: every block inside is followed, in order."""
        for item in getattr(node, "items", ()):
            if item.optional_vars is not None:
                self._bind(item.optional_vars, self._value(item.context_expr, scope), scope)
        for name in ("body", "cases", "orelse"):
            for child in getattr(node, name, ()):
                self._block([child] if isinstance(child, ast.stmt) else child.body, scope)

    def _branches(self, node: ast.If, scope: Scope) -> None:
        before = dict(scope.names)
        self._block(node.body, scope)
        after_body, scope.names = scope.names, dict(before)
        self._block(node.orelse, scope)
        for name, value in after_body.items():
            other = scope.names.get(name, before.get(name))
            if isinstance(value, str) and isinstance(other, str | Unresolved) and value != other:
                scope.names[name] = Unresolved(f"{name} (depends on {ast.unparse(node.test)})")
            elif other is None or isinstance(other, str) or not (value is None or isinstance(value, Unresolved)):
                scope.names[name] = value

    def _loop(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        over = self._value(node.iter, scope)
        for item in over if isinstance(over, tuple) else (Unresolved(ast.unparse(node.target)),):
            self._bind(node.target, item, scope)
            self._block(node.body, scope)
        self._block(node.orelse, scope)

    def _import(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias in node.names:
            if isinstance(node, ast.ImportFrom):
                source = self._imported(scope.file.absolute(node))
                if alias.name == "*":
                    scope.names |= self._module(source.name).names if isinstance(source, Module) else {}
                else:
                    scope.names[alias.asname or alias.name] = self._attribute(source, alias.name)
            else:
                whole = alias.name if alias.asname else alias.name.split(".")[0]
                self._imported(alias.name)
                scope.names[alias.asname or whole] = self._imported(whole)

    def _imported(self, dotted: str) -> Module | External:
        name = self._tree.find(dotted)
        if name is None:
            below = any(other.startswith(f"{dotted}.") for other in self._tree.files)
            return Module(dotted) if below else External(dotted)
        self._module(name)
        return Module(name)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
        static = any(isinstance(decorator, ast.Name) and decorator.id == "staticmethod" for decorator in node.decorator_list)
        owner = None if static else scope.names.get("__class__")
        function = Function(node, scope, owner if isinstance(owner, Class) else None)
        scope.names[node.name] = function
        self._functions.append(function)
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call):
                self._called(decorator, scope, decorates=True)

    def _class(self, node: ast.ClassDef, scope: Scope) -> None:
        bases = [self._value(base, scope) for base in node.bases]
        base = next((value for value in bases if isinstance(value, External) and is_router_class(value)), None)
        inside = Scope(scope.file, scope)
        scope.names[node.name] = inside.names["__class__"] = Class(inside, base)
        self._block(node.body, inside)

    def _bind(self, target: ast.expr, value: Value, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.names[target.id] = value
        elif isinstance(target, ast.Attribute):
            owner = self._value(target.value, scope)
            if isinstance(owner, Class):
                owner.scope.names[target.attr] = value
        elif isinstance(target, ast.Tuple | ast.List):
            for index, part in enumerate(target.elts):
                known = isinstance(value, tuple) and index < len(value)
                self._bind(part, value[index] if known else Unresolved(ast.unparse(part)), scope)

    # Expressions

    def _value(self, node: ast.expr, scope: Scope) -> Value:
        match node:
            case ast.Constant(value=str() | bool() | None):
                return node.value
            case ast.Name():
                return scope.look_up(node.id)
            case ast.Attribute():
                found = self._attribute(self._value(node.value, scope), node.attr)
                return Unresolved(ast.unparse(node)) if isinstance(found, Unresolved) else found
            case ast.JoinedStr():
                parts = [self._value(part, scope) for part in node.values]
                whole = all(isinstance(part, str) for part in parts)
                return "".join(parts) if whole else Unresolved(ast.unparse(node))
            case ast.FormattedValue(format_spec=None):
                return self._value(node.value, scope)
            case ast.BinOp(op=ast.Add()):
                left, right = self._value(node.left, scope), self._value(node.right, scope)
                if isinstance(left, tuple) and isinstance(right, tuple):
                    return left + right
                if isinstance(left, str | Unresolved) and isinstance(right, str | Unresolved):
                    return joined(left, right)
            case ast.Tuple() | ast.List() | ast.Set():
                return tuple(self._value(part, scope) for part in node.elts)
            case ast.IfExp():
                yes, no = self._value(node.body, scope), self._value(node.orelse, scope)
                return yes if yes == no else Unresolved(ast.unparse(node))
            case ast.Await() | ast.NamedExpr():
                return self._value(node.value, scope)
            case ast.Call():
                return self._called(node, scope)
        return Unresolved(ast.unparse(node))

    def _attribute(self, owner: Value, name: str) -> Value:
        if isinstance(owner, Module):
            names = self._module(owner.name).names if owner.name in self._tree.files else {}
            if name in names:
                return names[name]
            below = f"{owner.name}.{name}".lstrip(".")
            return self._imported(below) if self._tree.find(below) or owner.name not in self._tree.files else Unresolved(name)
        if isinstance(owner, External):
            below = f"{owner.name}.{name}"
            return self._imported(below) if self._tree.find(below) else External(below)
        if isinstance(owner, Class):
            return owner.scope.names.get(name, Unresolved(name))
        if isinstance(owner, Router) and name == "router":
            return owner
        return Unresolved(name)

    # Calls

    def _called(self, node: ast.Call, scope: Scope, *, decorates: bool = False) -> Value:
        arguments = [self._value(argument, scope) for argument in node.args]
        named = {word.arg: self._value(word.value, scope) for word in node.keywords if word.arg}
        if isinstance(node.func, ast.Attribute):
            owner = self._value(node.func.value, scope)
            if isinstance(owner, Router):
                return self.registrations.method(owner, node.func.attr, arguments, named, scope.file.at(node))
            if isinstance(owner, Unresolved | Class) and looks_like_registration(node.func.attr, arguments, decorates):
                self.registrations.unresolved.append(f"{scope.file.at(node)}: {ast.unparse(node)}")
        if isinstance(node.func, ast.Call):  # x.get("/path")(handler)
            called = self._called(node.func, scope, decorates=True)
        else:
            called = self._value(node.func, scope)
        if isinstance(called, Class) and called.base is not None:
            if "__init__" in called.scope.names:
                named = {"prefix": Unresolved(ast.unparse(node.func)), **named}
            called = called.base
        if isinstance(called, External):
            return self.registrations.made(called, arguments, named, scope.file.at(node)) or Unresolved(ast.unparse(node))
        if isinstance(called, Class):
            start = called.scope.names.get("__init__")
            if isinstance(start, Function):
                self._call(start, arguments, named)
            return called
        if isinstance(called, Function):
            return self._call(called, arguments, named)
        return Unresolved(ast.unparse(node))

    def _call(self, function: Function, arguments: list[Value], named: dict[str, Value]) -> Value:
        node = function.node
        matters = [value if isinstance(value, str | bool | Router | tuple) else None for value in (*arguments, *named.values())]
        key = (node, *matters, *named)
        if key in self._results:
            return self._results[key]
        if node in self._active or len(self._active) > _DEPTH:
            return Unresolved(f"{node.name}()")
        self._followed.add(node)
        self._active.append(node)
        scope = self._bound(function, arguments, named)
        self._block(node.body, scope)
        self._active.pop()
        returned = [value for value in scope.returned if value is not None]
        same = bool(returned) and all(value == returned[0] for value in returned)
        self._results[key] = returned[0] if same else Unresolved(f"{node.name}()")
        return self._results[key]

    def _bound(self, function: Function, arguments: list[Value], named: dict[str, Value]) -> Scope:
        scope = Scope(function.scope.file, function.scope)
        spec = function.node.args
        parameters = [*spec.posonlyargs, *spec.args]
        if function.owner is not None and parameters:
            arguments = [function.owner, *arguments]
        defaults = dict(zip([p.arg for p in parameters[::-1]], spec.defaults[::-1], strict=False))
        defaults |= {p.arg: value for p, value in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if value is not None}
        given = dict(zip([p.arg for p in parameters], arguments, strict=False)) | named
        for parameter in (*parameters, *spec.kwonlyargs):
            name = parameter.arg
            if name not in given and name in defaults:
                given[name] = self._value(defaults[name], function.scope)
            scope.names[name] = given.get(name, Unresolved(name))
        return scope
