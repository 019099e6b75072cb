"""Packages of the Stata that SS runs elsewhere, installed and removed by the operator's commands, and put back at the end."""

from collections.abc import Callable
from pathlib import Path

from ss_audit.probes.ado_path import AdoFolder
from ss_audit.stack.errors import StackError
from ss_audit.stack.operator_command import Operator, filled
from ss_audit.stack.to_undo import ToUndo

INSTALL, REMOVE = "package_install_command", "package_remove_command"


class OperatorsPackages:
    """In: the two commands, with `{package}` for its name and, to install, `{ado_file}` for a file of ours that is the whole
    package; a folder of our own for these files; the list of what is to be undone.

    What was there before is told by our first act on a package: one that we install first was absent, and is gone at the end;
    one that we remove first was the operator's, and is there at the end.
    """

    def __init__(self, operator: Operator, install: str, remove: str, folder: Path, to_undo: ToUndo) -> None:
        self._operator, self._to_undo = operator, to_undo
        self._install, self._remove = install, remove
        self._files = AdoFolder(folder)
        self._published: set[str] = set()
        self._lent: set[str] = set()
        self._taken: set[str] = set()

    def install(self, package: str) -> None:
        """Makes it known to Stata. Raises `MeansFailed`."""
        if package in self._published:
            self._give_back(package)
        else:
            self._lend(package)

    def remove(self, package: str) -> None:
        """Takes it away. Raises `MeansFailed`."""
        if package in self._lent:
            self._run_remove(package)
            self._lent.remove(package)
            self._to_undo.done("package", package)
            return
        self._published.add(package)
        self._taken.add(package)
        what = f"the package {package}, which the audit had removed, is installed again"
        self._to_undo.note("package", package, what, filled(self._install, self._values(package)))
        self._run_remove(package)

    def undo(self) -> None:
        """Takes away what was lent and gives back what was taken. Raises the first `StackError`, after all were tried."""
        failures: list[StackError] = []
        acts: list[tuple[Callable[[str], None], str]] = [(self.remove, package) for package in sorted(self._lent)]
        for act, package in (*acts, *((self._give_back, package) for package in sorted(self._taken))):
            try:
                act(package)
            except StackError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def _lend(self, package: str) -> None:
        """Should the command fail half-way, there is something to take away."""
        self._lent.add(package)
        what = f"the package {package}, which the audit had installed, is removed"
        self._to_undo.note("package", package, what, filled(self._remove, {"package": package}))
        self._operator.run(INSTALL, self._install, self._values(package))

    def _give_back(self, package: str) -> None:
        """One that is there again already is left as it is."""
        if package in self._taken:
            self._operator.run(INSTALL, self._install, self._values(package))
            self._taken.remove(package)
            self._to_undo.done("package", package)

    def _run_remove(self, package: str) -> None:
        self._operator.run(REMOVE, self._remove, {"package": package})

    def _values(self, package: str) -> dict[str, str]:
        (file, *_) = self._files.install(package)
        return {"package": package, "ado_file": str(file)}
