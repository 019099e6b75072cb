"""A private ado folder: Stata packages that an experiment installs and takes away, without the network.

Where Stata looks for the command NAME, from StataCorp's manuals: for `NAME.ado`, in each folder of the ado-path in order
and in that folder's subfolder of the command's first letter, and `which` fails with r(111) when it finds none
([U] 17.5 "Where does Stata look for ado-files?", [R] which). The path is the global macro S_ADO, folders and the
codewords BASE, SITE, PERSONAL, PLUS, OLDPLACE separated by semicolons; out of the box it is
`BASE;SITE;.;PERSONAL;PLUS;OLDPLACE` ([P] sysdir, `help adopath`). `adopath ++` puts a folder first, as is done here.

That Stata takes the macro's first value from an environment variable of the same name is long-standing practice on
Linux, macOS and Windows (build files of published research set it), but the manual pages named above do not say so, and
it was NOT tried with a real Stata here: only with the rehearsal's engine. A `profile.do`, an `adopath` command in the
do-file or a wrapper that clears the environment would override it. So whoever uses this has Stata itself tell whether it
looks here (`tell_ado_path`): where it does not, a job that still fails is not held against SS.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_ADO_PATH = "BASE;SITE;.;PERSONAL;PLUS;OLDPLACE"
MARKER = "SS_AUDIT_PACKAGE"

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}")
"""What Stata allows as a name: [U] 11.3 "Naming conventions", ASCII only."""


def is_stata_name(name: str) -> bool:
    """Whether Stata could have a command of that name."""
    return _NAME.fullmatch(name) is not None


def require_stata_name(name: str) -> str:
    """The name, when Stata could have a command of that name. Raises ValueError otherwise."""
    if not is_stata_name(name):
        raise ValueError(f"not a Stata command name: {name!r}")
    return name


@dataclass(frozen=True)
class AdoFolder:
    """A folder that Stata searches first. It is made on the first `install` or `environment`."""

    path: Path

    def environment(self, inherited: Mapping[str, str]) -> dict[str, str]:
        """What to set for SS's worker. In: the environment that it would have. Out: S_ADO alone.

        This folder comes first, then the inherited S_ADO, or Stata's own path when there is none (or an empty one).
        Raises ValueError for a folder whose path holds a semicolon or a quote, which S_ADO can't express.
        """
        folder = str(self._made().resolve())
        if ";" in folder or '"' in folder:
            raise ValueError(f"S_ADO can't name this folder: {folder}")
        rest = inherited.get("S_ADO", "").strip(" ;") or DEFAULT_ADO_PATH
        entries = [folder, *(entry for entry in rest.split(";") if entry != folder)]
        return {"S_ADO": ";".join(entries)}

    def install(self, package: str, *more_commands: str) -> tuple[Path, ...]:
        """Put a package there: one ado-file for the package's name and for each further command that it brings.

        Out: the files written. Each command takes anything and displays `SS_AUDIT_PACKAGE NAME`. A file appears whole
        or not at all, so that a Stata that looks meanwhile never reads half of one.
        """
        return tuple(self._write(require_stata_name(name)) for name in (package, *more_commands))

    def remove(self, package: str, *more_commands: str) -> None:
        """Take a package away again; one that isn't there is no error."""
        for name in (package, *more_commands):
            self._file(require_stata_name(name)).unlink(missing_ok=True)

    def installed(self) -> tuple[str, ...]:
        """The commands that this folder provides, sorted."""
        return tuple(sorted(path.stem for path in self.path.glob("*.ado")))

    def _write(self, name: str) -> Path:
        file = self._file(name)
        self._made()
        unfinished = file.with_name(f"{file.name}.unfinished")
        unfinished.write_text(_source(name), encoding="ascii", newline="\n")
        unfinished.replace(file)
        return file

    def _file(self, name: str) -> Path:
        return self.path / f"{name}.ado"

    def _made(self) -> Path:
        self.path.mkdir(parents=True, exist_ok=True)
        return self.path


def _source(name: str) -> str:
    """An ado-file: `*!` lines are what `which` shows; without `syntax` the program ignores what follows its name."""
    return f'*! ss-audit probe package {name}\nprogram define {name}\n    version 11\n    display "{MARKER} {name}"\nend\n'
