"""Packages of the Stata that SS runs elsewhere, installed and removed by the operator's commands."""

from pathlib import Path

from ss_audit.probes.ado_path import AdoFolder
from ss_audit.stack.errors import StackError
from ss_audit.stack.operator_command import Operator


class OperatorsPackages:
    """In: the two commands, with `{package}` for its name and, to install, `{ado_file}` for a file of ours that is the whole
    package; a folder of our own for these files."""

    def __init__(self, operator: Operator, install: str, remove: str, folder: Path) -> None:
        self._operator = operator
        self._install, self._remove = install, remove
        self._files = AdoFolder(folder)
        self._installed: list[str] = []

    def install(self, package: str) -> None:
        """Makes it known to Stata. Raises `MeansFailed`."""
        (file, *_) = self._files.install(package)
        self._installed.append(package)
        self._operator.run("package_install_command", self._install, {"package": package, "ado_file": str(file)})

    def remove(self, package: str) -> None:
        """Takes it away again. Raises `MeansFailed`."""
        self._operator.run("package_remove_command", self._remove, {"package": package})
        if package in self._installed:
            self._installed.remove(package)

    def remove_ours(self) -> None:
        """Takes away whatever was installed here and not removed. Raises the first `StackError`, after all were tried."""
        failures: list[StackError] = []
        for package in tuple(self._installed):
            try:
                self.remove(package)
            except StackError as error:
                failures.append(error)
        if failures:
            raise failures[0]
