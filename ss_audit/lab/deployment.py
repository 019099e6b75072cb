"""Supply for an SS that runs elsewhere: one stack for everything, altered by the operator's means, none of our witnesses."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from ss_audit.lab.operators_means import OperatorsMeans, lacking
from ss_audit.lab.supply import Made
from ss_audit.lab.witnesses import Witnesses
from ss_audit.probes.ado_path import AdoFolder
from ss_audit.settings import InForce
from ss_audit.stack.interface import Mean
from ss_audit.stack.remote.stack import RemoteStack
from ss_audit.stack.remote.tunnel import Tunnel
from ss_audit.stack.sidecar import Keeper


class Deployment:
    """One SS elsewhere. `witnesses` is asked only for where evidence and scratch files go."""

    def __init__(self, in_force: InForce, witnesses: Witnesses) -> None:
        self.settings = in_force.settings
        self.lacks: Mapping[Mean, str] = lacking(in_force.settings)
        self._witnesses = witnesses
        password = urlsplit(in_force.settings.proxy or "").password
        if password:
            witnesses.archive.redactor.learn(password, "proxy password")

    @property
    def library(self) -> Path | None:
        """As `library_source` gives it, or the checkout at `ss_root`. Raises StackError when it can't."""
        return self._means.library.own()

    @property
    def source_root(self) -> Path | None:
        """A checkout of the source of that SS, where the operator has one."""
        return self.settings.ss_root.expanduser().resolve() if self.settings.ss_root else None

    def make(self, *_: str | Path | Keeper | AdoFolder | None) -> Made:
        """The one stack, whatever it is to be used for."""
        return Made(self._stack, self._means.packages, means=self._means)

    @cached_property
    def _means(self) -> OperatorsMeans:
        witnesses = self._witnesses
        return OperatorsMeans(self.settings, witnesses.archive, witnesses.keeper(), witnesses.scratch() / "operator")

    @cached_property
    def _stack(self) -> RemoteStack:
        s, archive, means = self.settings, self._witnesses.archive, self._means
        folder = self._witnesses.scratch() / "operator" / "tunnel"
        tunnel = Tunnel(s.tunnel_command, archive, self._witnesses.keeper(), folder) if s.tunnel_command else None
        return RemoteStack(s, archive, means.operator, means.library, tunnel, means.to_undo, means.undo)
