"""SS's template library elsewhere: how we get at it, and how SS is made to run on an altered copy and on its own again."""

import io
import tarfile
from pathlib import Path

from ss_audit.evidence.model import Statement
from ss_audit.ss.library import LibraryError, read_library
from ss_audit.stack.errors import StackError
from ss_audit.stack.operator_command import MeansFailed, Operator, filled
from ss_audit.stack.to_undo import ToUndo

SOURCE, SWAP, RESTORE = "library_source", "library_swap_command", "library_restore_command"
FOLDER = "{folder}"


class NoLibrary(StackError):
    """`library_source` gave nothing that is a template library: the operator has to mend it."""

    blame = "operator"


class OperatorsLibrary:
    """The library by the operator's means.

    In: `library_source`, which is a folder, or a command that fills `{folder}` or else writes a tar archive to its standard
    output; the commands that swap and restore, where there is none for the latter SS is swapped back to an unaltered copy;
    the list of what is to be undone; a folder of our own.
    """

    def __init__(
        self,
        operator: Operator,
        to_undo: ToUndo,
        source: str | None,
        swap: str | None,
        restore: str | None,
        folder: Path,
    ) -> None:
        self._operator, self._to_undo = operator, to_undo
        self._source, self._swap, self._restore = source, swap, restore
        self._folder = folder
        self._found: Path | None = None
        self.in_use: Path | None = None

    def own(self) -> Path | None:
        """SS's own library on this machine, fetched once; None where none was named. Raises `NoLibrary`, `MeansFailed`."""
        if self._found is None and self._source is not None:
            named = Path(self._source).expanduser()
            place = named.absolute() if named.is_dir() else self._fetched(self._source)
            self._found = _library_in(place, self._source)
        return self._found

    def run_on(self, library: Path | None) -> bool:
        """Has SS use this library, None: its own again. Out: whether anything was done. Raises `MeansFailed`."""
        if library == self.in_use:
            return False
        if self._swap is None:
            raise NoLibrary("SS runs already, and there is no library_swap_command to alter its library with")
        if library is None:
            self._operator.run(*self._way_back(self._swap))
            self._to_undo.done("library", "library")
        else:
            _, template, values = self._way_back(self._swap)
            self._to_undo.note("library", "library", "SS is put back on its own library", filled(template, values))
            self.in_use = library  # should the command fail half-way, there is something to put back
            self._operator.run(SWAP, self._swap, {"library": str(library)})
        self.in_use = library
        what = f"SS was put on {library.name}" if library else "SS was put back on its own library"
        self._operator.archive.record(Statement(title=what, detail={"altered": library is not None}))
        return True

    def _way_back(self, swap: str) -> tuple[str, str, dict[str, str]]:
        """The command that puts SS back on its own library: the setting, its text, what to fill in."""
        if self._restore is not None:
            return RESTORE, self._restore, {}
        return SWAP, swap, {"library": str(self.own())}

    def _fetched(self, command: str) -> Path:
        target = self._folder / "library-of-ss"
        target.mkdir(parents=True, exist_ok=True)
        if FOLDER in command:
            self._operator.run(SOURCE, command, {"folder": str(target)})
            return target
        try:
            _, archive = self._operator.run(SOURCE, command, record_output=False)
        except MeansFailed as error:
            if error.blame == "operator":
                raise NoLibrary(f"library_source is no folder, and as a command {error}") from error
            raise
        try:
            with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
                packed.extractall(target, filter="data")
        except (tarfile.TarError, OSError) as error:
            raise NoLibrary(f"what library_source wrote is no tar archive that can be unpacked: {error}") from error
        return target


def _library_in(place: Path, named: str) -> Path:
    """The library in this folder, or in the one folder in it that holds one: archives often keep the folder's own name."""
    for folder in (place, *sorted(path for path in place.rglob("*") if path.is_dir())):
        try:
            if read_library(folder).templates:
                return folder
        except LibraryError:
            continue
    raise NoLibrary(f"library_source gave no template library (an index or do-files): {named}")
