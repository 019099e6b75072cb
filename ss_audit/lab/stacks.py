"""How a run comes by its stacks, by the kind of stack that the settings name. One place for each kind."""

import sys
from collections.abc import Mapping
from pathlib import Path

from ss_audit.lab.attachment import Attachment
from ss_audit.lab.containers import OwnContainers
from ss_audit.lab.deployment import Deployment
from ss_audit.lab.supply import Made, Supply
from ss_audit.lab.witnesses import Witnesses
from ss_audit.probes.ado_path import AdoFolder
from ss_audit.settings import InForce
from ss_audit.stack.interface import Mean
from ss_audit.stack.local import LocalStack
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.sources import LIBRARY_VARIABLE, OUR_ROOT, checkout_spec, reference_spec
from ss_audit.stack.spec import StackSpec

REFERENCE_LIBRARY = OUR_ROOT / "rehearsal" / "reference_ss" / "library"
CHECKOUT_LIBRARY = Path("assets", "stata_do_library")


class OwnProcesses:
    """Stacks of our own on this machine: the reference SS, or a checkout. Each gets all our witnesses."""

    lacks: Mapping[Mean, str] = {}

    def __init__(self, in_force: InForce, witnesses: Witnesses) -> None:
        self.in_force = in_force
        self.witnesses = witnesses

    @property
    def library(self) -> Path | None:
        """Where SS would look for it."""
        named = self.in_force.settings.ss_env.get(LIBRARY_VARIABLE) or self.in_force.ss.get(LIBRARY_VARIABLE)
        root = self.source_root
        place = Path(named) if named else root / CHECKOUT_LIBRARY if self.in_force.stack == "checkout" else REFERENCE_LIBRARY
        place = place if place.is_absolute() else root / place
        return place if place.is_dir() else None

    @property
    def source_root(self) -> Path:
        """The checkout, or the reference SS."""
        settings = self.in_force.settings
        return settings.ss_root.expanduser().resolve() if settings.ss_root else OUR_ROOT / "rehearsal" / "reference_ss"

    def make(self, name: str, folder: Path, keeper: Keeper, library: Path | None, ado: AdoFolder | None) -> Made:
        """A new one each time."""
        records = folder / "stata-records"
        archive = self.witnesses.archive
        env = self.witnesses.environment(folder, records)
        if library is not None:
            env[LIBRARY_VARIABLE] = str(library)
        if ado is not None:
            env |= ado.environment(env)
        stack = LocalStack(self._spec(name, folder, env), archive, keeper, folder, mask=archive.redactor.mask)
        return Made(stack, ado, self.witnesses.relay(), records)

    def _spec(self, name: str, folder: Path, env: dict[str, str]) -> StackSpec:
        s = self.in_force.settings
        if self.in_force.stack == "reference":
            return reference_spec(
                folder, env, name=name, api_command=s.api_command, worker_command=s.worker_command,
                timeout_startup=s.timeout_startup,
            )  # fmt: skip
        if s.ss_root is None:
            raise ValueError("stack=checkout without ss_root: the settings should have refused this")
        return checkout_spec(
            s.ss_root, s.ss_python or sys.executable, folder, env, name=name,
            env_file_is="honoured" if s.profile == "production" else "overridden",
            api_command=s.api_command, worker_command=s.worker_command, timeout_startup=s.timeout_startup,
        )  # fmt: skip


def supply_for(in_force: InForce, witnesses: Witnesses) -> Supply:
    """The supply of the kind of stack that the settings name."""
    if in_force.stack in ("reference", "checkout"):
        return OwnProcesses(in_force, witnesses)
    if in_force.stack == "docker":
        return Attachment(in_force, witnesses) if in_force.runs_already else OwnContainers(in_force, witnesses)
    if in_force.stack == "remote":
        return Deployment(in_force, witnesses)
    raise ValueError(f"stack={in_force.stack}: the settings should have refused this")
