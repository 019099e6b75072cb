"""Which command printed what, and whether the data were still as loaded: the log's commands, followed in order."""

import re
from collections.abc import Iterator, Sequence

from ss_audit.stata_log.blocks import closes_braces, is_comment
from ss_audit.stata_log.command_line import CommandLine, read_command
from ss_audit.stata_log.model import EchoedCommand
from ss_audit.stata_log.tables.history import History, changes
from ss_audit.stata_log.tables.macros import Macros
from ss_audit.stata_log.tables.model import Origin

_PRINTS = {"summarize", "regress", "ttest", "tabstat", "correlate", "tabulate", "tab1", "count"}
# Options with which a command prints something else than the statistics of the variables that it names.
_ALTERING = {
    "summarize": ("format", "f", "fo", "for", "form"),
    "tabulate": ("sort", "so", "sor", "summarize", "sum", "matcell", "subpop"),
    "ttest": ("reverse",),
    "correlate": ("covariance", "c", "cov"),
    "tabstat": ("casewise", "c", "case"),
    "regress": ("hascons", "tsscons", "eform", "cformat", "sformat", "pformat", "mse1", "depname"),
}


def origins(commands: Sequence[EchoedCommand]) -> Iterator[tuple[EchoedCommand, CommandLine, Origin]]:
    """Each echoed command with its parts and what a table in its output comes from, in the log's order.

    Output of a loop stands after its closing brace: it is taken as printed by the command of the body, where the body
    has only one that prints tables.
    """
    history, macros = History(), Macros()
    body: list[CommandLine] = []
    programs = 0
    for echoed in commands:
        line = read_command("" if is_comment(echoed.text) else macros.expand(echoed.text))
        macros.follow(echoed.text, certain=echoed.depth == 0 and echoed.level == 1)
        if re.match(r"^(pr|program)\b", echoed.text.strip()) and "drop" not in echoed.text:
            programs += 1
        in_loop = echoed.number is not None
        if not in_loop and not closes_braces(echoed.text):
            body = []
        looped = in_loop or closes_braces(echoed.text)
        source = _only_printer(body) if looped else line
        changed_by = [*history.changed_by, *(c.text for c in body if looped and changes(c))]
        yield echoed, source or read_command(""), _origin(echoed, source, changed_by, history.as_double)
        if not programs:
            history.follow(line, certain=echoed.depth == 0)
        body.append(line)
        if programs and echoed.text.strip() == "end":
            programs -= 1


def _only_printer(body: Sequence[CommandLine]) -> CommandLine | None:
    printers = [line for line in body if line.name in _PRINTS and not re.match(r"^qui", line.text)]
    return printers[0] if len(printers) == 1 else None


def _origin(echoed: EchoedCommand, source: CommandLine | None, changed_by: Sequence[str], as_double: bool) -> Origin:
    if source is None or not source.name:
        return Origin(line=echoed.line, changed_by=tuple(changed_by), as_double=as_double)
    altering = f"option {source.options}" if source.option(*_ALTERING.get(source.name, ())) is not None else ""
    restriction = (source.qualifier, source.weight, "by:" if source.by else "", altering)
    return Origin(
        command=source.text,
        name=source.name,
        arguments=() if source.has_macros else source.arguments,
        options=source.options,
        line=echoed.line,
        restriction=" ".join(part for part in restriction if part),
        changed_by=tuple(changed_by),
        as_double=as_double,
    )
