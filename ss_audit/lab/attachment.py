"""Supply for an SS that runs in containers already: one stack for everything, read by us, altered by the operator's means."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath

from ss_audit.known_secrets import secrets_of_variables
from ss_audit.lab.operators_means import OperatorsMeans, lacking
from ss_audit.lab.supply import Made
from ss_audit.lab.witnesses import Witnesses
from ss_audit.probes.ado_path import AdoFolder
from ss_audit.settings import InForce
from ss_audit.stack.docker import found
from ss_audit.stack.docker.attached import MAY_RESTART, AttachedContainers
from ss_audit.stack.docker.container import SSContainer, variables_of
from ss_audit.stack.docker.engine import Engine, NotUsable
from ss_audit.stack.docker.files import PYTHON, copy_out
from ss_audit.stack.docker.image import SOURCE, STANDS_IN
from ss_audit.stack.interface import Mean, Role
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.sources import LIBRARY, LIBRARY_VARIABLE

SEEN_ANYWAY: tuple[Mean, ...] = ("processes", "api log", "worker log")


class Attachment:
    """SS's containers. `witnesses` is asked only for where evidence and scratch files go."""

    def __init__(self, in_force: InForce, witnesses: Witnesses) -> None:
        self.settings = in_force.settings
        self._witnesses = witnesses
        found = {mean: why for mean, why in lacking(in_force.settings).items() if mean not in SEEN_ANYWAY}
        if in_force.settings.docker_may_restart:
            found.pop("restart", None)
        elif "restart" in found:
            found["restart"] += f", or {MAY_RESTART}=true"
        self.lacks: Mapping[Mean, str] = found

    @property
    def library(self) -> Path | None:
        """As `library_source` gives it, else as it lies in the container that runs the worker."""
        return self._means.library.own()

    @property
    def source_root(self) -> Path | None:
        """The checkout that the settings name, else SS's source as it lies in the API's container."""
        if self.settings.ss_root is not None:
            return self.settings.ss_root.expanduser().resolve()
        api = self._containers["api"]
        inside = PurePosixPath(api.container.labels.get(SOURCE) or api.cwd)
        return self._copied("api", inside, "source-of-ss", PYTHON)

    def make(self, *_: str | Path | Keeper | AdoFolder | None) -> Made:
        """The one stack, whatever it is to be used for."""
        return Made(self._stack, self._means.packages, means=self._means)

    @cached_property
    def _engine(self) -> Engine:
        engine = Engine()
        self._witnesses.at_the_end(engine.close)
        return engine

    @cached_property
    def _containers(self) -> dict[Role, SSContainer]:
        return self._found()

    def _found(self) -> dict[Role, SSContainer]:
        """API and worker as they are now: a restart may have made new containers of them."""
        s = self.settings
        containers = found.containers(self._engine, s.compose_project, {"api": s.api_container, "worker": s.worker_container})
        for container in containers.values():
            self._witnesses.archive.redactor.learn_all(secrets_of_variables(variables_of(container.container)))
            told = container.container.labels.get(STANDS_IN)
            if told and s.profile == "production":
                raise NotUsable(f"{container.name} says that it stands in for SS ({told}); it can't be audited for production")
        return containers

    @cached_property
    def _means(self) -> OperatorsMeans:
        witnesses, settings = self._witnesses, self.settings
        if settings.library_source is None:  # what lies in the container is SS's own; a checkout may be another revision
            worker = self._containers["worker"]
            named = PurePosixPath(worker.env.get(LIBRARY_VARIABLE) or LIBRARY)
            copied = self._copied("worker", PurePosixPath(worker.cwd) / named, "library-of-ss")
            settings = settings.model_copy(update={"library_source": copied and str(copied)})
        return OperatorsMeans(settings, witnesses.archive, witnesses.keeper(), witnesses.scratch() / "operator")

    @cached_property
    def _stack(self) -> AttachedContainers:
        means = self._means
        return AttachedContainers(
            self.settings, self._engine, self._containers, self._found, self._witnesses.archive, means.operator, means.library,
            means.to_undo, means.undo,
        )  # fmt: skip

    def _copied(self, role: Role, inside: PurePosixPath, name: str, suffix: str = "") -> Path | None:
        target = self._witnesses.scratch() / name
        there = target.is_dir() or copy_out(self._containers[role].container, inside, target, suffix)
        return target if there else None
