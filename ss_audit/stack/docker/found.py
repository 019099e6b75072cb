"""Finding the containers of an SS that runs already, and where its API answers."""

import contextlib
from typing import Any
from urllib.parse import urlsplit

import psutil
from docker.models.containers import Container

from ss_audit.stack.docker.container import SSContainer
from ss_audit.stack.docker.engine import Engine, NoSuchThing, NotUsable, address, explained
from ss_audit.stack.interface import ROLES, Role

PROJECT, SERVICE = "com.docker.compose.project", "com.docker.compose.service"
ANYWHERE = ("", "0.0.0.0", "::")
LOOPBACK = "127.0.0.1"


def containers(engine: Engine, project: str | None, named: dict[Role, str | None]) -> dict[Role, SSContainer]:
    """API and worker. In: the compose project, and the container (or, in a project, the service) of a role, if named.

    A role that is not named is the one service of the project whose name holds the role's. Raises `NotUsable`.
    """
    if project is None:
        return {role: SSContainer(role, _named(engine, str(named[role]))) for role in ROLES}
    with explained(f"the containers of the compose project {project} were asked for"):
        members = engine.client.containers.list(all=True, filters={"label": [f"{PROJECT}={project}"]})
    if not members:
        raise NotUsable(f"the engine ({address()}) has no compose project {project}")
    services: dict[str, list[Container]] = {}
    for member in members:
        services.setdefault(str(member.labels.get(SERVICE) or member.name), []).append(member)
    return {role: SSContainer(role, _of_role(engine, role, named.get(role), services, project)) for role in ROLES}


def base_url(engine: Engine, api: SSContainer) -> str | None:
    """Where the API answers: its one published port, else, in the host's network, its one listening port.

    Out: None while it listens nowhere yet. Raises `NotUsable` where it is not one.
    """
    api.state()
    attrs = api.container.attrs
    bindings = [b for bound in (attrs["NetworkSettings"].get("Ports") or {}).values() for b in bound or ()]
    places = sorted({_place(engine, binding) for binding in bindings})
    if not places and attrs["HostConfig"].get("NetworkMode") == "host" and engine.elsewhere is None:
        places = sorted({f"http://{LOOPBACK}:{port}" for port in _listening(api.family())})
        if not places:
            return None
    if len(places) != 1:
        what = f"has several ports ({', '.join(places)})" if places else "publishes no port"
        raise NotUsable(f"the container {api.name} {what}: say where SS's API answers, e.g. base_url=http://{LOOPBACK}:8000")
    return places[0]


def _named(engine: Engine, name: str) -> Container:
    try:
        with explained(f"the container {name} was asked for"):
            return engine.client.containers.get(name)
    except NoSuchThing:
        raise NotUsable(f"the engine ({address()}) has no container {name}") from None


def _of_role(engine: Engine, role: Role, named: str | None, services: dict[str, list[Container]], project: str) -> Container:
    if named is not None and named not in services:
        return _named(engine, named)
    fitting = [named] if named is not None else [service for service in services if role in service.lower()]
    found = [member for service in fitting for member in services[service]]
    if len(found) != 1:
        many = f"{len(found)} containers fit" if found else "no service is named so"
        raise NotUsable(
            f"which container of the compose project {project} is SS's {role} is not clear ({many}; services: "
            f"{', '.join(sorted(services))}): name it with {role}_container"
        )
    return found[0]


def _place(engine: Engine, binding: dict[str, Any]) -> str:
    host = binding.get("HostIp") or ""
    if host in ANYWHERE:
        host = (urlsplit(engine.client.api.base_url).hostname if engine.over_network else None) or LOOPBACK
    return f"http://{f'[{host}]' if ':' in host else host}:{binding['HostPort']}"


def _listening(pids: tuple[int, ...]) -> set[int]:
    found: set[int] = set()
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            connections = psutil.Process(pid).net_connections(kind="tcp")
            found |= {c.laddr.port for c in connections if c.status == psutil.CONN_LISTEN}
    return found
