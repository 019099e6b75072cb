"""Task cards: what an operator executes, and whether it can be executed.

A card is markdown with the sections Goal, Scope, Commands, Acceptance and Evidence to keep. Its commands stand in fenced
`sh` blocks, one a line; `\\` continues a line and `#` comments. A command that the project does not offer, or one with a
setting that does not exist, is a problem: an operator would meet it in the middle of an audit.
"""

import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from ss_audit.evidence.model import Fact

MAKE_TARGETS = ("audit", "test", "lint", "mutants", "lock")
BEHAVE_OPTIONS = ("-n", "--name", "-t", "--tags", "-f", "--format", "-D", "--define")
_WITH_VALUE = frozenset({*BEHAVE_OPTIONS, "--digest", "--key", "--only", "--keep", "--to"})
_OUR_VARIABLE, _SS_VARIABLE = "SS_AUDIT_", "SS_"
_HEADING = re.compile(r"^(?P<marks>#{1,2})\s+(?P<title>.+?)\s*$")
_BLOCK = re.compile(r"^```(?P<language>\w*)\s*\n(?P<text>.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_BOX = re.compile(r"^- \[[ xX]\]\s+(?P<text>\S.*(?:\n(?:  +\S.*))*)", re.MULTILINE)
_ASSIGNMENT = re.compile(r"^(?P<name>[A-Za-z_]\w*)=")
_SHELL = frozenset("|&;<>`")


class CardError(ValueError):
    """The markdown is no task card; the text says which section is missing or empty."""


class TaskCard(Fact):
    """A task card. `commands` are single lines in order; `acceptance` are the boxes to tick, `evidence` is prose."""

    title: str
    goal: str
    scope: str
    commands: tuple[str, ...]
    acceptance: tuple[str, ...]
    evidence: str


def parse_card(markdown: str) -> TaskCard:
    """The card that the markdown holds. Raises CardError when a section is missing, or one that must hold something doesn't."""
    title, sections = _sections(markdown)
    for name in ("goal", "scope", "commands", "acceptance", "evidence to keep"):
        if not sections.get(name):
            raise CardError(f"the card “{title}” has no section “{name.capitalize()}”, or an empty one")
    commands = tuple(_command_lines(sections["commands"]))
    if not commands:
        raise CardError(f"the card “{title}” has no command in a fenced sh block under “Commands”")
    acceptance = tuple(" ".join(box["text"].split()) for box in _BOX.finditer(sections["acceptance"]))
    if not acceptance:
        raise CardError(f"the card “{title}” has no box to tick under “Acceptance”")
    return TaskCard(
        title=title,
        goal=sections["goal"],
        scope=sections["scope"],
        commands=commands,
        acceptance=acceptance,
        evidence=sections["evidence to keep"],
    )


def command_problems(
    commands: Sequence[str],
    settings_names: Collection[str],
    cli_commands: Mapping[str, Collection[str]],
) -> tuple[str, ...]:
    """What is wrong with the commands, in words; empty when each could be executed.

    `cli_commands` holds the subcommands of `ss-audit`, each with its own options beside behave's.
    """
    return tuple(f"“{line}”: {problem}" for line in commands for problem in _in_command(line, settings_names, cli_commands))


def _sections(markdown: str) -> tuple[str, dict[str, str]]:
    """The title, and the text of each second-level section by its heading in small letters."""
    title, current, fenced = "", "", False
    found: dict[str, list[str]] = {}
    for line in markdown.splitlines():
        fenced = not fenced if line.startswith("```") else fenced
        heading = None if fenced else _HEADING.match(line)
        if heading and heading["marks"] == "#":
            title = title or heading["title"]
        elif heading:
            current = heading["title"].lower()
            found[current] = []
        elif current:
            found[current].append(line)
    if not title:
        raise CardError("a card starts with a title, “# …”")
    return title, {name: "\n".join(lines).strip() for name, lines in found.items()}


def _command_lines(section: str) -> Iterator[str]:
    for block in _BLOCK.finditer(section + "\n"):
        if block["language"] == "sh":
            for line in block["text"].replace("\\\n", " ").splitlines():
                if line.strip() and not line.lstrip().startswith("#"):
                    yield " ".join(line.split())


def _in_command(line: str, settings: Collection[str], cli: Mapping[str, Collection[str]]) -> Iterator[str]:
    try:
        words = shlex.split(line, comments=True)
    except ValueError as broken:
        yield f"no shell could read it ({broken})"
        return
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", line)
    if _SHELL & set(bare):
        yield "a card gives one command a line, without pipes, redirections or lists"
        return
    while words and (assignment := _ASSIGNMENT.match(words[0])):
        yield from _variable(assignment["name"], settings)
        words = words[1:]
    match words:
        case []:
            yield "it starts nothing"
        case ["make", *targets]:
            if not targets or any(t not in MAKE_TARGETS for t in targets):
                yield f"make knows {', '.join(MAKE_TARGETS)}"
        case ["behave", *arguments]:
            yield from _arguments(arguments, settings, BEHAVE_OPTIONS)
        case ["ss-audit", command, *arguments] if command in cli:
            yield from _arguments(arguments, settings, {*BEHAVE_OPTIONS, *cli[command]})
        case ["ss-audit", *_]:
            yield f"ss-audit knows {', '.join(cli)}"
        case [program, *_]:
            yield f"{program} is no command of this project"


def _variable(name: str, settings: Collection[str]) -> Iterator[str]:
    if name.startswith(_OUR_VARIABLE):
        yield from _setting(name.removeprefix(_OUR_VARIABLE).lower(), settings)
    elif not name.startswith(_SS_VARIABLE):
        yield f"{name} is neither a setting (SS_AUDIT_…) nor one of SS's own variables (SS_…)"


def _arguments(arguments: Sequence[str], settings: Collection[str], options: Collection[str]) -> Iterator[str]:
    rest = list(arguments)
    while rest:
        option, equals, value = rest.pop(0).partition("=")
        if not option.startswith("-"):
            continue
        if option not in options:
            yield f"there is no option {option} here"
        if option in _WITH_VALUE and not equals:
            if not rest:
                yield f"{option} needs a value"
                return
            value = rest.pop(0)
        if option in ("-D", "--define"):
            name, given, _ = value.partition("=")
            yield from _setting(name, settings) if given else (f"-D {value} gives no value (-D name=value)",)


def _setting(name: str, settings: Collection[str]) -> Iterator[str]:
    if name.partition(".")[0] not in settings:
        near = get_close_matches(name, settings, n=3)
        yield f"there is no setting {name}" + (f"; near ones: {', '.join(near)}" if near else "")
