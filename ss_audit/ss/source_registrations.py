"""What FastAPI and Starlette calls register: each call that the source scan meets becomes entries on routers.

By FastAPI's own rules: a route's path is the router's prefix and then its own; an included router adds the prefix given
to `include_router`; a route is in the schema only when it, its router and every inclusion say so; a plain Starlette
route or a mounted application never is. An application serves docs, redoc, openapi.json and the OAuth2 redirect unless
told not to.
"""

import ast
from collections.abc import Iterator

from ss_audit.ss.source_values import ChildEntry, External, RouteEntry, Router, Text, Unresolved, Value

VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")
_APPS = ("FastAPI", "Starlette")
_ROUTERS = ("APIRouter", "Router")
_FRAMEWORKS = ("fastapi", "starlette")
_TELLING = {"include_router", "add_api_route", "api_route", "add_route", "mount", *_APPS, *_ROUTERS}


def is_router_class(name: External) -> bool:
    """Is it one of the framework's own router or application classes?"""
    return name.last in (*_APPS, *_ROUTERS) and _of_framework(name)


def may_register(node: ast.AST) -> bool:
    """In: a function. Could following it bring a route to light?"""
    for part in ast.walk(node):
        if isinstance(part, ast.Name | ast.Attribute) and (part.id if isinstance(part, ast.Name) else part.attr) in _TELLING:
            return True
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef) and part is not node and part.decorator_list:
            return True
    return False


def looks_like_registration(name: str, arguments: list[Value], decorates: bool) -> bool:
    """Would only a router take this call of something unknown: `x.include_router(…)`, `@x.get("/path")`?"""
    if name in {"include_router", "add_api_route", "api_route"}:
        return True
    return decorates and name in VERBS and bool(arguments) and isinstance(arguments[0], str) and arguments[0][:1] in ("", "/")


class Registrations:
    """The routers found, in order, and what could not be resolved, as `file:line: expression`."""

    def __init__(self) -> None:
        self.routers: list[Router] = []
        self.unresolved: list[str] = []

    def made(self, what: External, arguments: list[Value], named: dict[str, Value], at: str) -> Value:
        """A call of something imported. Out: the Router, RouteEntry or ChildEntry that it makes, else None."""
        if not _of_framework(what):
            return None
        if is_router_class(what):
            return self._router(what, named, at)
        path = self._text(_argument(arguments, named, 0, "path"), at)
        if what.last in ("Route", "APIRoute"):
            in_schema = what.last == "APIRoute" and self._flag(named, at)
            return RouteEntry(named.get("methods") or ("GET",), path, in_schema, at)
        if what.last == "WebSocketRoute":
            return RouteEntry(("WEBSOCKET",), path, False, at)
        if what.last in ("Mount", "Host"):
            child = _argument(arguments, named, 1, "app")
            if not isinstance(child, Router) and isinstance(named.get("routes"), tuple):
                child = Router(at, entries=_entries(named["routes"]))
            return self._mounted(path, child, at)
        return None

    def method(self, router: Router, name: str, arguments: list[Value], named: dict[str, Value], at: str) -> Value:
        """A method called on a router. Anything that registers nothing is no error."""
        if name in ("include_router", "mount"):
            self._attach(router, name, arguments, named, at)
        elif name in ("websocket", "websocket_route", "add_api_websocket_route", "add_websocket_route"):
            self._add(router, ("WEBSOCKET",), arguments, named, False, at)
        elif name in VERBS:
            self._add(router, (name.upper(),), arguments, named, True, at)
        elif name in ("api_route", "add_api_route", "route", "add_route"):
            self._add(router, named.get("methods") or ("GET",), arguments, named, "api_route" in name, at)
        return Unresolved(name)

    def _add(
        self, router: Router, methods: Value, arguments: list[Value], named: dict[str, Value], schema: bool, at: str
    ) -> None:
        path = self._text(_argument(arguments, named, 0, "path"), at)
        router.entries.append(RouteEntry(methods, path, schema and self._flag(named, at), at))

    def _attach(self, router: Router, name: str, arguments: list[Value], named: dict[str, Value], at: str) -> None:
        if name == "mount":
            path = self._text(_argument(arguments, named, 0, "path"), at)
            router.entries.append(self._mounted(path, _argument(arguments, named, 1, "app"), at))
            return
        child = _argument(arguments, named, 0, "router")
        if not isinstance(child, Router):
            shown = child.expression if isinstance(child, Unresolved) else child
            self.unresolved.append(f"{at}: include_router of {shown}")
            return
        child.included = True
        prefix = self._text(named.get("prefix", ""), at)
        router.entries.append(ChildEntry(child, prefix, self._flag(named, at), at))

    def _mounted(self, path: Text, child: Value, at: str) -> ChildEntry:
        if isinstance(child, Router):
            child.included = True
        return ChildEntry(child if isinstance(child, Router) else None, path, False, at, mounted=True)

    def _router(self, what: External, named: dict[str, Value], at: str) -> Router:
        prefix = "" if what.last in _APPS else self._text(named.get("prefix", ""), at)
        router = Router(at, prefix, self._flag(named, at), _entries(named.get("routes")))
        if what.last == "FastAPI":
            router.entries.extend(_built_in(named, at))
        self.routers.append(router)
        return router

    def _flag(self, named: dict[str, Value], at: str) -> bool:
        value = named.get("include_in_schema", True)
        if not isinstance(value, bool):
            self.unresolved.append(f"{at}: include_in_schema, taken as True")
            return True
        return value

    def _text(self, value: Value, at: str) -> Text:
        if isinstance(value, str | Unresolved):
            return value
        return Unresolved(f"path at {at}")


def _built_in(named: dict[str, Value], at: str) -> Iterator[RouteEntry]:
    """FastAPI's own pages, with its default paths."""
    schema = named.get("openapi_url", "/openapi.json")
    if not schema:
        return
    docs = named.get("docs_url", "/docs")
    redirect = named.get("swagger_ui_oauth2_redirect_url", "/docs/oauth2-redirect")
    for path in (schema, docs, redirect if docs else None, named.get("redoc_url", "/redoc")):
        if path:
            yield RouteEntry(("GET",), path, False, at)


def _entries(routes: Value) -> list[RouteEntry | ChildEntry]:
    return [item for item in routes if isinstance(item, RouteEntry | ChildEntry)] if isinstance(routes, tuple) else []


def _argument(arguments: list[Value], named: dict[str, Value], position: int, name: str) -> Value:
    return arguments[position] if position < len(arguments) else named.get(name)


def _of_framework(name: External) -> bool:
    return name.name.split(".")[0] in _FRAMEWORKS
