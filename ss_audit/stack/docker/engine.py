"""The container engine that DOCKER_HOST names: reached, or said in words why not."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import docker
import requests
from docker import DockerClient
from docker.errors import APIError, DockerException, NotFound

from ss_audit.stack.errors import StackError

ANSWER_TIMEOUT = 10.0
LOOK_TIMEOUT = 20
WORK_TIMEOUT = 120
GONE_SECONDS = 30.0
DESKTOP = "Docker Desktop"


class EngineUnreachable(StackError):
    """There is no engine that we could use. The text says where it was looked for and what to do."""


class EngineRefused(StackError):
    """The engine answered, but did not do what it was asked for."""


class NotUsable(StackError):
    """What the operator named is not there, or not fit for an audit; the text says what is."""

    blame = "operator"


class NoSuchThing(EngineRefused):
    """The container, image or volume is not there, or not any more."""


class Engine:
    """A connected engine. Raises `EngineUnreachable` within ten seconds where there is none."""

    def __init__(self) -> None:
        try:
            probe = docker.from_env(version="auto", timeout=int(ANSWER_TIMEOUT))
            probe.ping()
            probe.close()
            self.client: DockerClient = docker.from_env(version="auto", timeout=LOOK_TIMEOUT)
            _give_up_for_a_while(self.client)
        except (DockerException, requests.RequestException, OSError, ValueError) as error:
            raise EngineUnreachable(_why(error)) from error

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the engine says of itself (`docker info`)."""
        with explained("the engine was asked about itself"):
            found: dict[str, Any] = self.client.info()
        return found

    @property
    def over_network(self) -> bool:
        """Whether it is reached over the network."""
        return not self.client.api.base_url.startswith(("http+docker", "http+unix", "unix"))

    @property
    def elsewhere(self) -> str | None:
        """Why containers of this engine can't share files and loopback with us; None when they can."""
        system = str(self.facts.get("OperatingSystem", ""))
        if self.over_network:
            return f"the engine is reached over the network ({address()})"
        return f"{DESKTOP} keeps its containers in a machine of their own" if DESKTOP in system else None

    @property
    def user(self) -> str:
        """The user under whom a container writes files that we can read and remove."""
        rootless = any("rootless" in str(option) for option in self.facts.get("SecurityOptions") or ())
        return "0:0" if rootless else f"{os.getuid()}:{os.getgid()}"

    def close(self) -> None:
        """Closes the connections."""
        self.client.close()


def has_volume(engine: Engine, name: str) -> bool:
    """Whether the engine has a volume of this name."""
    try:
        with explained(f"the volume {name} was asked for"):
            engine.client.volumes.get(name)
    except NoSuchThing:
        return False
    return True


def address() -> str:
    """Where the engine is looked for."""
    return os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock, since DOCKER_HOST is not set"


def _give_up_for_a_while(client: DockerClient) -> None:
    """Once the engine has not answered in time, nothing more is asked of it for a while: each try may take all of it."""
    send, gone = client.api.send, dict[str, Any]()

    def once(*given: Any, **named: Any) -> Any:
        if gone and time.monotonic() < gone["until"]:
            raise gone["error"]
        try:
            return send(*given, **named)
        except requests.Timeout as error:
            gone.update(until=time.monotonic() + GONE_SECONDS, error=error)
            raise

    client.api.send = once  # type: ignore[method-assign]


@contextmanager
def patient(client: DockerClient | None) -> Iterator[None]:
    """For making, starting and ending containers, which takes the engine longer than to look at them."""
    if client is None:  # so says the type of a container's; there is always one
        yield
        return
    client.api.timeout = WORK_TIMEOUT
    try:
        yield
    finally:
        client.api.timeout = LOOK_TIMEOUT


@contextmanager
def explained(what: str) -> Iterator[None]:
    """Turns what the engine's client raises into a `StackError`. In: what was asked of the engine, in words."""
    try:
        yield
    except NotFound as error:
        raise NoSuchThing(f"{what}: {error.explanation or error}") from error
    except APIError as error:
        raise EngineRefused(f"{what}, and it refused: {error.explanation or error}") from error
    except (DockerException, requests.RequestException) as error:
        raise EngineUnreachable(f"{what}, and it did not answer: {_why(error)}") from error


def _why(error: BaseException) -> str:
    """In: what the client raised, whose true cause lies somewhere down the chain."""
    chain = list(_chain(error))
    if any(isinstance(link, PermissionError) for link in chain):
        advice = (
            "you are not permitted to use it: let your user into the engine's group, or let DOCKER_HOST name an engine of yours"
        )
    elif any(isinstance(link, FileNotFoundError | ConnectionRefusedError) for link in chain):
        advice = "no engine listens there: start it, or let DOCKER_HOST name the one that runs"
    elif any(isinstance(link, TimeoutError | requests.Timeout) for link in chain):
        advice = f"nothing answered within {ANSWER_TIMEOUT:g} s: is the engine hanging?"
    else:
        advice = str(error)
    return f"the container engine can't be used ({address()}): {advice}"


def _chain(error: object, depth: int = 8) -> Iterator[BaseException]:
    if not isinstance(error, BaseException) or depth == 0:
        return
    yield error
    for link in (error.__cause__, error.__context__, getattr(error, "reason", None), *error.args):
        yield from _chain(link, depth - 1)
