"""What every kind of stack offers a run, and what a run gets from it."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from ss_audit.lab.operators_means import OperatorsMeans
from ss_audit.probes.ado_path import AdoFolder
from ss_audit.stack.interface import Mean, Packages, Stack
from ss_audit.stack.sidecar import Keeper
from ss_audit.witness.llm_relay import LlmRelay


class Made(NamedTuple):
    """A stack that is not started yet, and what came with it: where packages are installed, the relay in front of its
    provider, where the shim in front of its Stata leaves records, and the operator's means for an SS that runs already.
    None: this kind has no such thing."""

    stack: Stack
    packages: Packages | None = None
    relay: LlmRelay | None = None
    records: Path | None = None
    means: OperatorsMeans | None = None


class Supply(Protocol):
    """One kind of stack. `lacks` names what can't be done on it, each with the sentence that says what would change that."""

    @property
    def lacks(self) -> Mapping[Mean, str]: ...

    @property
    def library(self) -> Path | None:
        """SS's own template library, as a folder on this machine; None where it is not at hand. Raises StackError."""

    @property
    def source_root(self) -> Path | None:
        """The folder with SS's source; None where it is not at hand."""

    def make(self, name: str, folder: Path, keeper: Keeper, library: Path | None, ado: AdoFolder | None) -> Made:
        """A stack of this name, with a folder of its own; on an altered library and with a private ado folder where given.

        The same stack each time where SS runs already: there is one, and the lab has it run on the library in question.
        """
