"""Which command printed what, and whether the data were still as loaded: the log's commands, followed in order."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ss_audit.stata_log.blocks import closes_braces, is_comment
from ss_audit.stata_log.command_line import CommandLine, read_command
from ss_audit.stata_log.model import EchoedCommand
from ss_audit.stata_log.tables.macros import Macros
from ss_audit.stata_log.tables.model import Origin

_LOADS = {"import", "use", "insheet", "sysuse", "input", "webuse"}
_CHANGES = {
    "replace", "recode", "collapse", "contract", "expand", "merge", "append", "reshape", "destring", "encode", "rename",
    "sample", "bsample", "fillin", "xpose", "stack", "recast", "mvencode", "mvdecode", "winsor", "winsor2", "joinby",
    "cross", "tsfill", "ipolate", "mi", "frame", "frames", "drawnorm", "simulate", "bootstrap", "statsby", "keepif",
}  # fmt: skip
PRINTS = {"summarize", "regress", "ttest", "tabstat", "correlate", "tabulate", "tab1", "count"}


@dataclass
class _Data:
    """What has been done to the data in memory since they were loaded."""

    changed_by: list[str] = field(default_factory=list)
    preserved: list[list[str]] = field(default_factory=list)

    def follow(self, command: CommandLine) -> None:
        name, words = command.name, command.arguments
        if name == "preserve":
            self.preserved.append(list(self.changed_by))
        elif name == "restore" and "not" not in command.options and "not" not in words:
            self.changed_by = self.preserved.pop() if self.preserved else []
        elif name in _LOADS and not (name == "import" and words[:1] == ()):
            self.changed_by = []
        elif name in _CHANGES or self._removes_observations(command) or self._makes_observations(command):
            self.changed_by.append(command.text)

    def _removes_observations(self, command: CommandLine) -> bool:
        if command.name == "duplicates":
            return command.arguments[:1] == ("drop",)
        return command.name in ("keep", "drop") and bool(command.qualifier)

    def _makes_observations(self, command: CommandLine) -> bool:
        return command.name == "set" and command.arguments[:1] == ("obs",)


def origins(commands: Sequence[EchoedCommand]) -> Iterator[tuple[EchoedCommand, CommandLine, Origin]]:
    """Each echoed command with its parts and what a table in its output comes from, in the log's order.

    Output of a loop stands after its closing brace: it is taken as printed by the command of the body, where the body
    has only one that prints tables.
    """
    data, macros = _Data(), Macros()
    body: list[CommandLine] = []
    programs = 0
    for echoed in commands:
        line = read_command("" if is_comment(echoed.text) else macros.expand(echoed.text))
        macros.follow(echoed.text, certain=echoed.depth == 0 and echoed.level == 1)
        if re.match(r"^(pr|program)\b", echoed.text.strip()) and "drop" not in echoed.text:
            programs += 1
        if echoed.number is None and not closes_braces(echoed.text):
            body = []
        source = _only_printer(body) if closes_braces(echoed.text) or echoed.number is not None else line
        yield echoed, source or read_command(""), _origin(echoed, source, data.changed_by)
        if not programs:
            data.follow(line)
        if echoed.number is not None or not closes_braces(echoed.text):
            body.append(line)
        if programs and echoed.text.strip() == "end":
            programs -= 1


def _only_printer(body: Sequence[CommandLine]) -> CommandLine | None:
    printers = [line for line in body if line.name in PRINTS and not re.match(r"^qui", line.text)]
    return printers[0] if len(printers) == 1 else None


def _origin(echoed: EchoedCommand, source: CommandLine | None, changed_by: Sequence[str]) -> Origin:
    if source is None or not source.name:
        return Origin(line=echoed.line, changed_by=tuple(changed_by))
    restriction = " ".join(part for part in (source.qualifier, source.weight, "by:" if source.by else "") if part)
    return Origin(
        command=source.text,
        name=source.name,
        arguments=() if source.has_macros else source.arguments,
        options=source.options,
        line=echoed.line,
        restriction=restriction,
        changed_by=tuple(changed_by),
    )
