"""What a do-file has done to the data in memory since it loaded them, followed command by command."""

import re
from dataclasses import dataclass, field

from ss_audit.stata_log.command_line import CommandLine

_IMPORTS = {"import", "insheet"}
_CHANGES = {
    "replace", "recode", "collapse", "contract", "expand", "merge", "append", "reshape", "destring", "encode", "rename",
    "sample", "bsample", "fillin", "xpose", "stack", "recast", "mvencode", "mvdecode", "winsor", "winsor2", "joinby",
    "cross", "tsfill", "ipolate", "mi", "frame", "frames", "drawnorm", "simulate", "statsby", "input", "sysuse",
    "webuse", "clonevar",
}  # fmt: skip


@dataclass
class History:
    """`changed_by` are the commands that may have changed values or observations; `as_double` as in Origin."""

    changed_by: list[str] = field(default_factory=list)
    as_double: bool = False
    _type_double: bool = False
    _loaded: bool = False
    _preserved: list[list[str]] = field(default_factory=list)
    _saved: dict[str, list[str]] = field(default_factory=dict)

    def follow(self, command: CommandLine, *, certain: bool) -> None:
        """Takes in one command. `certain` is False inside a block, which may not have run."""
        name = command.name
        if name == "preserve":
            self._preserved.append(list(self.changed_by))
        elif name == "restore" and "not" not in command.options and "not" not in command.arguments:
            self.changed_by = self._preserved.pop() if self._preserved else []
        elif name == "set" and command.arguments[:1] == ("type",):
            self._type_double = command.arguments[1:2] == ("double",)
        elif name == "save":
            self._saved[_file(command)] = list(self.changed_by)
        elif name == "use":
            self._use(command)
        elif name in _IMPORTS:
            if certain or not self._loaded:
                self.changed_by = []
            self.as_double = self._type_double or command.option("asdouble", "asdoub", "double") is not None
            self._loaded = True
        elif changes(command):
            self.changed_by.append(command.text)

    def _use(self, command: CommandLine) -> None:
        """What was saved earlier is as it was saved; the first file that a run loads is its data; others are unknown."""
        file = _file(command)
        if file in self._saved:
            self.changed_by = list(self._saved[file])
        elif self._loaded:
            self.changed_by.append(command.text)
        self._loaded = True


def changes(command: CommandLine) -> bool:
    """Whether a command may change values or observations of the data in memory."""
    if command.name in ("keep", "drop"):
        return bool(command.qualifier)
    if command.name == "duplicates":
        return command.arguments[:1] == ("drop",)
    if command.name == "set":
        return command.arguments[:1] == ("obs",)
    return command.name in _CHANGES


def _file(command: CommandLine) -> str:
    """The file that `save` or `use` names, without quotes and extension."""
    return re.sub(r"\.dta$", "", " ".join(command.arguments).replace('"', "").strip())
