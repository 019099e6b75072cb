"""Stacks of our own in containers: API and worker from the image that the settings name, each stack with our witnesses."""

import secrets
import sys
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath

from ss_audit.known_secrets import secrets_of_variables
from ss_audit.lab.supply import Made
from ss_audit.lab.witnesses import Witnesses
from ss_audit.probes.ado_path import AdoFolder
from ss_audit.settings import InForce
from ss_audit.stack.docker import sweep
from ss_audit.stack.docker.engine import Engine, NotUsable, explained, has_volume
from ss_audit.stack.docker.files import PYTHON
from ss_audit.stack.docker.image import OLDEST_FOR_SHIM, Inside, SSImage
from ss_audit.stack.docker.spec import ContainerSpec
from ss_audit.stack.docker.started import ContainerStack
from ss_audit.stack.errors import StackError
from ss_audit.stack.interface import Mean
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.sources import (
    CHECKOUT_API,
    CHECKOUT_WORKER,
    LIBRARY,
    LIBRARY_VARIABLE,
    REFERENCE_API,
    REFERENCE_WORKER,
    own_state,
)
from ss_audit.stack.spec import argv
from ss_audit.witness.stata_shim.command import PROGRAM, real_argv

PROGRAM_ROOT = PurePosixPath("/opt/ss-audit")
ENTRY_POINT = "the image's own entry point and command are not used: API and worker are started by the commands named here"
STAND_IN = "the image says of itself that it stands in for SS: {0}"


class OwnContainers:
    """As `OwnProcesses`, in containers. The engine is looked for when the first stack is asked for."""

    lacks: Mapping[Mean, str] = {}

    def __init__(self, in_force: InForce, witnesses: Witnesses) -> None:
        self.in_force = in_force
        self.witnesses = witnesses
        self._run = secrets.token_hex(8)
        self._told = False

    @property
    def library(self) -> Path | None:
        """SS's own template library: the image's, as a copy, unless the operator's variables name a mounted one."""
        named = self.in_force.settings.ss_env.get(LIBRARY_VARIABLE) or self.in_force.ss.get(LIBRARY_VARIABLE)
        place = PurePosixPath(named or self._image.env.get(LIBRARY_VARIABLE) or LIBRARY)
        return self._copied(self._image.workdir / place, "image-library")

    @property
    def source_root(self) -> Path | None:
        """SS's source: the checkout that the settings name, else the image's, as a copy."""
        settings = self.in_force.settings
        if settings.ss_root is not None:
            return settings.ss_root.expanduser().resolve()
        return self._copied(self._image.source, "image-source", PYTHON)

    def make(self, name: str, folder: Path, keeper: Keeper, library: Path | None, ado: AdoFolder | None) -> Made:
        """A new one each time. Raises `StackError` where there is no engine or no such image, or not what a stack needs."""
        self._tell(keeper)
        self.witnesses.archive.redactor.learn_all(secrets_of_variables(self._image.env))
        records = folder / "stata-records"
        archive = self.witnesses.archive
        env = self.witnesses.environment(folder, records, self._inside.python, Path(PROGRAM_ROOT))
        if library is not None:
            env[LIBRARY_VARIABLE] = str(library)
        if ado is not None:
            env |= ado.environment(env)
        spec = self._spec(name, folder, {**env, **own_state(folder)}, [f for f in (library, ado and ado.path) if f])
        stack = ContainerStack(spec, self._engine, archive, folder, mask=archive.redactor.mask)
        return Made(stack, ado, self.witnesses.relay(), records)

    def _spec(self, name: str, folder: Path, env: dict[str, str], altered: list[Path]) -> ContainerSpec:
        s, image = self.in_force.settings, self._image
        api, worker = (REFERENCE_API, REFERENCE_WORKER) if image.stands_in else (CHECKOUT_API, CHECKOUT_WORKER)
        program = PROGRAM_ROOT / PurePosixPath(PROGRAM.parent.relative_to(PROGRAM.parents[3]))
        return ContainerSpec(
            name=name,
            api_command=argv(s.api_command) if s.api_command else api,
            worker_command=argv(s.worker_command) if s.worker_command else worker,
            python=self._inside.python,
            cwd=Path(image.workdir),
            env=env,
            revision=image.digest,
            notes=(ENTRY_POINT, *([STAND_IN.format(image.stands_in)] if image.stands_in else [])),
            timeout_startup=s.timeout_startup,
            image=image.name,
            digest=image.digest,
            run=self._run,
            user=self._engine.user,
            shared=(folder,),
            read_only=(
                (PROGRAM.parent, str(program)),
                *((alone, str(alone)) for alone in (folder / "shim", *altered)),
            ),
            volumes=self._volumes,
        )

    @cached_property
    def _engine(self) -> Engine:
        engine = Engine()
        self.witnesses.at_the_end(engine.close)
        self.witnesses.at_the_end(self._nothing_is_left)
        if engine.elsewhere:
            raise NotUsable(
                f"SS can't be started there with our witnesses, since {engine.elsewhere}: containers have to share this "
                "machine's files and loopback. Run the audit on the engine's machine, or start SS yourself and attach to "
                "it with compose_project, or api_container and worker_container"
            )
        return engine

    @cached_property
    def _image(self) -> SSImage:
        name = self.in_force.settings.docker_image
        if name is None:
            raise ValueError("stack=docker without docker_image: the settings should have refused this")
        image = SSImage(self._engine, name, self._run)
        if image.stands_in and self.in_force.settings.profile == "production":
            raise NotUsable(f"{STAND_IN.format(image.stands_in)}; it can't be audited for production")
        return image

    @cached_property
    def _inside(self) -> Inside:
        """What the image has, asked once."""
        real = self.in_force.stata == "real"
        words = real_argv(self.in_force.ss.get("SS_STATA_CMD", ""))[:1] if real else []
        found = self._image.look_inside(self.in_force.ss, list(self._volumes), self._engine.user, words)
        if found.version < OLDEST_FOR_SHIM:
            told, needed = (".".join(map(str, version)) for version in (found.version, OLDEST_FOR_SHIM))
            raise NotUsable(f"the image's interpreter is Python {told}, and our witness in front of Stata needs {needed}")
        if found.missing:
            raise NotUsable(
                f"SS_STATA_CMD names {found.missing[0]!r}, which can't be executed in a container of {self._image.name}: name "
                "the command as it is there, and let docker_volumes mount Stata if the image does not have it"
            )
        if not real and not found.rehearsal:
            raise NotUsable(
                f"stata=rehearsal needs an image that has the rehearsal's programs, and {self._image.name} has not: set "
                "SS_STATA_CMD to the Stata in it, or use the image of the reference SS (containers/build.py)"
            )
        return found

    @cached_property
    def _volumes(self) -> tuple[str, ...]:
        """The operator's mounts, each with a source that is there: the engine would make what is not, and nobody remove it."""
        for volume in self.in_force.settings.docker_volumes:
            source = volume.partition(":")[0]
            if not (Path(source).exists() if source.startswith("/") else has_volume(self._engine, source)):
                raise NotUsable(f"docker_volumes names {source}, which is neither a place on this machine nor a volume there")
        return self.in_force.settings.docker_volumes

    def _tell(self, keeper: Keeper) -> None:
        """Should the audit be killed, the keeper removes what carries our label."""
        if not self._told:
            self._told = True
            keeper.run_at_death(sys.executable, "-I", sweep.__file__, f"{sweep.LABEL}={self._run}")

    def _copied(self, inside: PurePosixPath, name: str, suffix: str = "") -> Path | None:
        target = self.witnesses.scratch() / name
        return target if target.is_dir() or self._image.copy_out(inside, target, suffix) else None

    def _nothing_is_left(self) -> None:
        """At the end, when every stack has been stopped. Raises `StackError` for what should have been removed by then."""
        with explained("what was left of SS was to be removed"):
            left = sweep.remove_labelled(self._engine.client, f"{sweep.LABEL}={self._run}")
        if left:
            raise StackError(f"these containers or volumes were left and had to be removed: {', '.join(left)}")
