"""The operator's means for an SS that runs already, gathered from the settings, and what is lacking of them."""

from collections.abc import Mapping
from pathlib import Path

from ss_audit.evidence.archive import Archive
from ss_audit.probes.operators_packages import OperatorsPackages
from ss_audit.settings import Settings
from ss_audit.stack.interface import Mean
from ss_audit.stack.operator_command import Operator
from ss_audit.stack.remote.library import OperatorsLibrary
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.sources import LIBRARY
from ss_audit.stack.to_undo import ToUndo

PACKAGE_COMMANDS = ("package_install_command", "package_remove_command")
WITHOUT: Mapping[Mean, tuple[str, str]] = {
    "library": ("library_swap_command", "SS runs already, and its template library can't be altered: give {0}"),
    "restart": ("restart_command", "SS runs already, and the audit has no means to restart it: give {0}"),
    "processes": ("start_commands", "how SS was started, and as which processes, can't be seen from here: give {0}"),
    "api log": ("api_log_command", "the API's log can't be read from here: give {0}"),
    "worker log": ("worker_log_command", "the worker's log can't be read from here: give {0}"),
    "provider usage": ("llm_usage_command", "what the provider itself counted can't be seen from here: give {0}"),
}
"""For each means the setting that gives it, and what to say without it."""
WITNESSES: Mapping[Mean, str] = {
    "stata witness": "nobody of ours stands between SS and its Stata",
    "llm witness": "nobody of ours stands between SS and its provider",
}


def lacking(settings: Settings) -> dict[Mean, str]:
    """What can't be done on an SS that runs already, with these settings, each with what would change that."""
    found: dict[Mean, str] = dict(WITNESSES)
    for mean, (name, sentence) in WITHOUT.items():
        if getattr(settings, name) is None:
            found[mean] = sentence.format(name)
    if "library" not in found and (unseen := _restart_unseen(settings)):
        found["library"] = unseen
    absent = [name for name in PACKAGE_COMMANDS if getattr(settings, name) is None]
    if absent:
        sentence = f"SS runs already, and no package can be installed in or removed from its Stata: give {' and '.join(absent)}"
        return found | {"packages": sentence, "published packages": sentence}
    return found | _kind_of_package(settings.package_install_command or "")


def _restart_unseen(settings: Settings) -> str | None:
    """Why SS could not be seen to use an altered library; None where it can be. SS reads its library once per process."""
    may_restart = settings.stack == "docker" and settings.docker_may_restart
    if settings.restart_command is None and not may_restart:
        ways = "restart_command" + (", or docker_may_restart=true" if settings.stack == "docker" else "")
        return f"SS runs already, and uses an altered template library only after a restart: give {ways}"
    logs = (settings.api_log_command, settings.worker_log_command)
    if settings.stack == "remote" and settings.start_commands is None and None in logs:
        sentence = "whether SS was restarted, to use an altered template library, can't be seen from here: give {0}"
        return sentence.format("start_commands, or both log commands")
    return None


def _kind_of_package(install: str) -> dict[Mean, str]:
    """Our file in the place of a published package would damage it; and no archive has a package of ours."""
    if "{ado_file}" in install:
        return {"published packages": "package_install_command installs a file of ours, never a published package"}
    return {"packages": "no package of ours can be installed in SS's Stata: let package_install_command install {ado_file}"}


class OperatorsMeans:
    """What the operator lets us do. `folder` is one of our own; nothing is run before it is asked for."""

    def __init__(self, settings: Settings, archive: Archive, keeper: Keeper, folder: Path) -> None:
        s = settings
        self.operator = Operator(archive, keeper, s.timeout_command, folder)
        source = s.library_source or (str(s.ss_root.expanduser() / LIBRARY) if s.ss_root else None)
        swap, restore = s.library_swap_command, s.library_restore_command
        self.to_undo = ToUndo(keeper, folder, archive.folder.parents[1], s.timeout_command)
        self.library = OperatorsLibrary(self.operator, self.to_undo, source, swap, restore, folder / "library")
        self.packages: OperatorsPackages | None = None
        if s.package_install_command is not None and s.package_remove_command is not None:
            commands = (s.package_install_command, s.package_remove_command)
            self.packages = OperatorsPackages(self.operator, *commands, folder / "packages", self.to_undo)

    def undo(self) -> None:
        """Leaves the packages of SS's Stata as they were found. Raises StackError."""
        if self.packages is not None:
            self.packages.undo()
