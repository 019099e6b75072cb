"""Which of SS's routes the running application serves, found out without a call that could change something.

No probe carries credentials or a body. A route that declares a safe method is asked by it; every route also, unless
that was enough, by a method that its path does not declare. Path parameters are filled with an id that can't exist.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from ss_audit.evidence.model import Exchange, Fact
from ss_audit.probes.route_answers import SAFE_METHODS, Reachability, classify, is_catch_all, same_answer, undetermined

Route = tuple[str, str]
"""Method (also MOUNT, WEBSOCKET) and path template."""
Send = Callable[[str, str], Exchange]
"""Sends one request without credentials or body, follows no redirect, does not raise. In: method, path. Out: the
recorded exchange."""

NO_SUCH_ID = "ss-audit-no-such-id"
NO_SUCH_ROUTE = "ss-audit-no-such-route"

_PARAMETER = re.compile(r"\{([^{}:]+)(?::([^{}]+))?\}")
_IMPOSSIBLE = {"int": "2147483647", "float": "2147483647.5", "uuid": "00000000-0000-4000-8000-000000000000"}
_PATTERNS = {"path": ".*", "int": "[0-9]+", "float": r"[0-9]+(?:\.[0-9]+)?", "uuid": "[0-9a-fA-F-]{36}"}
_NO_TEMPLATE = ("MOUNT", "WEBSOCKET")
_RANK = {"undetermined": 0, "disconnected": 1, "connected": 2}
_SIDEWAYS = ("OPTIONS", "TRACE")
"""Methods that RFC 9110 section 9.2.1 calls safe and that routes hardly ever declare."""
_OPENAPI_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


class RouteSeen(Fact):
    """What probing found out about one route. `path` is without converters; `evidence` are the ids of the exchanges
    that the answer rests on, the probe's first, then its control's."""

    method: str
    path: str
    reachability: Reachability
    evidence: tuple[str, ...] = ()


def without_converters(path: str) -> str:
    """`/artifacts/{artifact_id:path}` is `/artifacts/{artifact_id}` in an OpenAPI document."""
    return _PARAMETER.sub(r"{\1}", path)


def openapi_routes(document: Mapping[str, Any]) -> set[Route]:
    """In: an OpenAPI document. Out: its method and path pairs; empty when it is none."""
    paths = document.get("paths")
    return {
        (method.upper(), without_converters(path))
        for path, item in (paths.items() if isinstance(paths, dict) else ())
        if isinstance(item, dict)
        for method in item
        if method.lower() in _OPENAPI_METHODS
    }


def probe_routes(send: Send, routes: Iterable[Route]) -> tuple[RouteSeen, ...]:
    """Ask the running application about each route. Out: one entry for each method and path, in order of path.

    A route that is named twice, with converters by the source and without by the document, is asked about once.
    """
    templates = {(method.upper(), without_converters(path)): path for method, path in sorted(routes, key=_converters)}
    probing = _Probing(send, [(method, path) for (method, _), path in templates.items()])
    return tuple(probing.seen(key[0], templates[key]) for key in sorted(templates, key=lambda key: (key[1], key[0])))


def filled(path: str) -> str:
    """A path that a template matches, with ids that can't exist: `/v1/jobs/ss-audit-no-such-id`."""
    return _PARAMETER.sub(lambda parameter: _IMPOSSIBLE.get(parameter[2] or "", NO_SUCH_ID), path)


def routes_in_use(exchanges: Iterable[Exchange], routes: Iterable[Route]) -> tuple[RouteSeen, ...]:
    """What exchanges made for another purpose show: a route that answered 2xx to its own method is connected.

    In: exchanges (a journey's, say) and the routes that they may have used; of two templates that match one path, the
    one with fewer parameters took it. Out: one entry for each route that was used, with the first such exchange.
    """
    templates = sorted(set(routes), key=lambda route: len(_PARAMETER.findall(route[1])))
    used: dict[Route, RouteSeen] = {}
    for exchange in exchanges:
        asked = urlsplit(exchange.url).path
        route = next((key for key in templates if key[0] == exchange.method and _matches(key[1], asked)), None)
        if route is not None and exchange.is_success and route not in used:
            reached = Reachability(state="connected", reason=f"answered {exchange.status} when it was used")
            used[route] = RouteSeen(
                method=route[0], path=without_converters(route[1]), reachability=reached, evidence=(exchange.id,)
            )
    return tuple(used.values())


class _Probing:
    """One pass over the routes. Answers are kept, since routes share paths and controls."""

    def __init__(self, send: Send, routes: Collection[Route]) -> None:
        self._send = send
        self._routes = [route for route in routes if route[0] not in _NO_TEMPLATE]
        self._answers: dict[Route, Exchange] = {}
        self._catch_all = is_catch_all(self._ask("GET", "/"))

    def seen(self, method: str, path: str) -> RouteSeen:
        """Ask in each way that is allowed until one connects the route; what spoke loudest counts."""
        best = undetermined("there is no safe way to ask by HTTP")
        evidence: tuple[str, ...] = ()
        for position, way in enumerate(self._ways(method, path)):
            answer, exchanges = self._asked(method, path, way)
            if position == 0 or _RANK[answer.state] > _RANK[best.state]:
                best, evidence = answer, exchanges
            if answer.state == "connected" or (answer.state == "disconnected" and answer.settled):
                break
        return RouteSeen(method=method, path=without_converters(path), reachability=best, evidence=evidence)

    def _asked(self, method: str, path: str, way: str) -> tuple[Reachability, tuple[str, ...]]:
        probe, control = self._ask(way, filled(path)), self._ask(way, self._control(path))
        answer = classify((method, path), probe, control, catch_all=self._catch_all)
        for other in self._also_matching(path) if answer.state == "connected" else ():
            if same_answer(probe, self._ask(way, filled(other))):
                answer = undetermined(f"{answer.reason}; it may be {other} that answers, which takes this path too")
        return answer, tuple(exchange.id for exchange in (probe, control) if exchange.id)

    def _ways(self, method: str, path: str) -> list[str]:
        """Its own method where that is safe, then safe methods that nothing declares for this path."""
        if method == "WEBSOCKET":
            return []
        direct = "GET" if method == "MOUNT" else method
        declared = {other for other, template in self._routes if _matches(template, filled(path))}
        return [way for way in SAFE_METHODS if way == direct] + [way for way in _SIDEWAYS if way not in declared]

    def _also_matching(self, path: str) -> list[str]:
        """Templates of another shape that match the path that was asked for."""
        others = {template for _, template in self._routes if _matches(template, filled(path))}
        return sorted(other for other in others if _shape(other) != _shape(path))

    def _control(self, path: str) -> str:
        """A path like this one that nothing declares: its last literal part replaced, or an earlier one."""
        parts = filled(path).split("/")
        literal = [index for index, part in enumerate(path.split("/")) if part and "{" not in part]
        for index in reversed(literal):
            control = "/".join([*parts[:index], NO_SUCH_ROUTE, *parts[index + 1 :]])
            if not any(_matches(template, control) for _, template in self._routes):
                return control
        return f"/{NO_SUCH_ROUTE}"

    def _ask(self, method: str, path: str) -> Exchange:
        if (method, path) not in self._answers:
            self._answers[method, path] = self._send(method, path)
        return self._answers[method, path]


def _converters(route: Route) -> int:
    return sum(bool(parameter[2]) for parameter in _PARAMETER.finditer(route[1]))


def _shape(path: str) -> str:
    return _PARAMETER.sub("{}", path)


def _matches(template: str, path: str) -> bool:
    """Would the framework take the path for this template? A parameter is one segment, with `:path` the rest."""
    pattern, end = "", 0
    for parameter in _PARAMETER.finditer(template):
        pattern += re.escape(template[end : parameter.start()])
        pattern += _PATTERNS.get(parameter[2] or "", "[^/]+")
        end = parameter.end()
    return re.fullmatch(pattern + re.escape(template[end:]), path) is not None
