"""The routes that SS's source defines, found without importing or running any of it.

What the source defines and what the running application serves are two facts; this is the first one only. A router that
no application includes is listed too, with the path that it would have by itself: whether it is reachable is for
`ss_audit.probes.routes` to find out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ss_audit.evidence.model import Fact
from ss_audit.ss.source_run import SourceRun
from ss_audit.ss.source_tree import SourceTree
from ss_audit.ss.source_values import ChildEntry, RouteEntry, Router, Text, Unresolved, Value, joined

MOUNT = "MOUNT"
"""The method of an entry under which something else serves every path below: static files, a foreign application."""
WEBSOCKET = "WEBSOCKET"


class SourceRoute(Fact):
    """One route: its method (or MOUNT, WEBSOCKET), its full path with converters as written (`{id:path}`), where it is
    defined (`file:line` relative to the root), and whether the OpenAPI document should list it."""

    method: str
    path: str
    defined_at: str
    in_schema: bool


class SourceScan(Fact):
    """All routes, sorted by path and method, and every expression that reading alone could not resolve: a route whose
    path depends on one is named there, never dropped."""

    routes: tuple[SourceRoute, ...] = ()
    unresolved: tuple[str, ...] = ()


def scan_routes(root: Path) -> SourceScan:
    """In: the root of an SS checkout, or the folder of a Python package. Out: what its source defines.

    Tests, virtual environments, installed packages and hidden folders are left out. Raises NotADirectoryError when the
    root is no folder; a file that can't be parsed is named in `unresolved`.
    """
    if not root.is_dir():
        raise NotADirectoryError(str(root))
    tree = SourceTree(root)
    registrations = SourceRun(tree).registrations
    unresolved = [*tree.unreadable, *registrations.unresolved]
    routes: dict[tuple[str, str, str], SourceRoute] = {}
    for router in registrations.routers:
        if not router.included:
            for leaf in _leaves(router, "", True, ()):
                if isinstance(leaf.path, Unresolved) or not _known(leaf.methods):
                    unresolved.append(f"{leaf.at}: {_shown(leaf.methods)} {_shown(leaf.path)}")
                    continue
                for method in leaf.methods:
                    route = SourceRoute(
                        method=method.upper(), path=leaf.path or "/", defined_at=leaf.at, in_schema=leaf.in_schema
                    )
                    routes.setdefault((route.path, route.method, route.defined_at), route)
    return SourceScan(routes=tuple(routes[key] for key in sorted(routes)), unresolved=tuple(dict.fromkeys(unresolved)))


@dataclass(frozen=True)
class _Leaf:
    methods: Value
    path: Text
    in_schema: bool
    at: str


def _leaves(router: Router, prefix: Text, in_schema: bool, above: tuple[Router, ...]) -> Iterator[_Leaf]:
    """Every route below a router, with the prefixes and flags of what it is included in. `above` breaks circles."""
    prefix, in_schema = joined(prefix, router.prefix), in_schema and router.in_schema
    for entry in router.entries:
        if isinstance(entry, RouteEntry):
            yield _Leaf(entry.methods, joined(prefix, entry.path), in_schema and entry.in_schema, entry.at)
        elif entry.child is None:
            yield _Leaf((MOUNT,), joined(prefix, entry.prefix), False, entry.at)
        elif entry.child not in (*above, router):
            yield from _leaves(entry.child, *_below(prefix, in_schema, entry), (*above, router))


def _below(prefix: Text, in_schema: bool, entry: ChildEntry) -> tuple[Text, bool]:
    own = entry.prefix.rstrip("/") if entry.mounted and isinstance(entry.prefix, str) else entry.prefix
    return joined(prefix, own), in_schema and entry.in_schema


def _known(methods: Value) -> bool:
    return isinstance(methods, tuple) and all(isinstance(method, str) for method in methods)


def _shown(value: Value) -> str:
    if isinstance(value, tuple):
        return "|".join(_shown(part) for part in value)
    return value.expression if isinstance(value, Unresolved) else str(value)
