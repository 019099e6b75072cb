"""An image of SS: what it is, which interpreter it has, and the files in it."""

import contextlib
import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from docker.models.containers import Container
from docker.models.images import Image

from ss_audit.stack.docker.engine import Engine, EngineRefused, NoSuchThing, NotUsable, explained, patient
from ss_audit.stack.docker.files import copy_out
from ss_audit.stack.docker.sweep import LABEL

STANDS_IN = "ss.rehearsal.stands-in"
SOURCE = "ss.source"
INTERPRETERS = ("python3", "python")
LOOK_INSIDE = """
import importlib.util, json, shutil, sys
print(json.dumps({"python": sys.executable, "version": list(sys.version_info[:2]),
    "rehearsal": importlib.util.find_spec("rehearsal") is not None,
    "missing": [word for word in sys.argv[1:] if shutil.which(word) is None]}))
"""
LOOK_TIMEOUT = 60
OLDEST_FOR_SHIM = (3, 11)


class Inside(NamedTuple):
    """What a container of the image has: its interpreter and version, whether the rehearsal's programs are there, and which
    of the commands that were asked for can't be executed."""

    python: str
    version: tuple[int, int]
    rehearsal: bool
    missing: tuple[str, ...]


class SSImage:
    """An image that the engine has. Raises `NotUsable` when it has not: nothing is pulled, for what runs must be what the
    operator put there. `run` labels what is made to look into it."""

    def __init__(self, engine: Engine, name: str, run: str) -> None:
        self.name = name
        self._engine = engine
        self._run = run
        try:
            with explained(f"the image {name} was asked for"):
                self._image: Image = engine.client.images.get(name)
        except NoSuchThing:
            raise NotUsable(f"the engine has no image {name}: pull, load or build it there; the audit pulls nothing") from None

    @property
    def digest(self) -> str:
        """By which it is known to the registry it came from; else the id that the engine gave it."""
        digests = self._image.attrs.get("RepoDigests") or ()
        return str(digests[0]) if digests else str(self._image.id)

    @property
    def stands_in(self) -> str | None:
        """For what the image says that it stands in; None for a real SS."""
        return self._image.labels.get(STANDS_IN)

    @cached_property
    def env(self) -> dict[str, str]:
        """The variables that the image sets."""
        return dict(line.partition("=")[::2] for line in self._config.get("Env") or ())

    @property
    def workdir(self) -> PurePosixPath:
        """Where its programs start."""
        return PurePosixPath(self._config.get("WorkingDir") or "/")

    @property
    def source(self) -> PurePosixPath:
        """The folder with SS's source: what the label `ss.source` says, else the working directory."""
        return PurePosixPath(self._image.labels.get(SOURCE) or self.workdir)

    def facts(self) -> dict[str, Any]:
        """What the record should have of it."""
        attrs = self._image.attrs
        return {
            "image": self.name,
            "id": self._image.id,
            "repo_digests": list(attrs.get("RepoDigests") or ()),
            "created": attrs.get("Created"),
            "labels": dict(self._image.labels),
            "stands_in_for": self.stands_in,
        }

    def look_inside(self, env: Mapping[str, str], volumes: list[str], user: str, words: list[str]) -> Inside:
        """Asks an interpreter in a container of it. In: what SS will run with, and commands to look for.

        Raises `NotUsable` when there is no interpreter.
        """
        why = ""
        wanted = {"environment": dict(env), "user": user, "volumes": volumes, "network_mode": "none"}
        for python in INTERPRETERS:
            try:
                with self._container(["-c", LOOK_INSIDE, *words], entrypoint=[python], **wanted) as container:
                    return _inside(json.loads(self._told(container)))
            except (EngineRefused, ValueError) as error:
                why = str(error)
        tried = " and ".join(INTERPRETERS)
        raise NotUsable(f"no interpreter could be run in the image {self.name} (tried: {tried}): {shlex.quote(why[:300])}")

    def copy_out(self, inside: PurePosixPath, target: Path, suffix: str = "") -> bool:
        """Copies a folder of the image to `target`. Out: whether the image has it. Raises `StackError`."""
        with self._container(["never run"]) as container:
            return copy_out(container, inside, target, suffix)

    @property
    def _config(self) -> dict[str, Any]:
        found: dict[str, Any] = self._image.attrs.get("Config") or {}
        return found

    @contextmanager
    def _container(self, command: list[str], **more: Any) -> Iterator[Container]:
        """A container that does not run yet and is removed afterwards."""
        with explained(f"a container of {self.name} was to be made"), patient(self._engine.client):
            container = self._engine.client.containers.create(self.name, command, labels={LABEL: self._run}, **more)
        try:
            yield container
        finally:
            with contextlib.suppress(NoSuchThing), explained(f"the container {container.name} was to be removed"):
                container.remove(force=True, v=True)

    def _told(self, container: Container) -> str:
        """The last line that it prints. Raises `EngineRefused` when it can't be run, ValueError when it fails."""
        with explained(f"a container of {self.name} was to tell what it has"), patient(self._engine.client):
            container.start()
            status = container.wait(timeout=LOOK_TIMEOUT)["StatusCode"]
            said = container.logs().decode("utf-8", "replace").strip()
        if status or not said:
            raise ValueError(f"exit status {status}: {said}")
        return said.splitlines()[-1]


def _inside(told: dict[str, Any]) -> Inside:
    major, minor = told["version"]
    return Inside(told["python"], (major, minor), told["rehearsal"], tuple(told["missing"]))
