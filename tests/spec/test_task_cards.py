"""An operator can execute every card of the pack, and a card that nobody could execute is noticed."""

import re
import shlex
from pathlib import Path

import pytest

from ss_audit.cli_shape import COMMANDS
from ss_audit.project_files import read_cards, read_spec
from ss_audit.settings import Settings
from ss_audit.task_cards import CardError, TaskCard, command_problems, parse_card

ROOT = Path(__file__).parents[2]
SETTINGS = frozenset(Settings.model_fields)
CLI = {
    "run": (),
    "rehearse": (),
    "doctor": (),
    "verify": ("--digest",),
    "report": (),
    "trace": ("--check",),
    "inspect-log": ("--json",),
    "faults": ("--only",),
}
CARD = """\
# Task card: a small one

## Goal

Know something.

## Scope

Here.

## Commands

```sh
# a comment
ss-audit run -D profile=production \\
  -D stack=remote
```

```
rm -rf everything
```

## Acceptance

- [ ] It is known,
      on two lines.
- [x] It is written down.

## Evidence to keep

The folder.
"""


def cards() -> dict[str, TaskCard]:
    return {name: parse_card(text) for name, text in read_cards(ROOT).items()}


def test_the_pack_has_the_three_cards() -> None:
    assert set(cards()) == {"go-no-go.md", "inventory.md", "production-e2e.md"}


def test_every_command_of_every_card_can_be_executed() -> None:
    assert {name: command_problems(card.commands, SETTINGS, COMMANDS) for name, card in cards().items()} == dict.fromkeys(
        cards(), ()
    )


def test_scenarios_that_a_card_selects_exist() -> None:
    names = read_spec(ROOT).scenario_names
    selected = [
        value
        for card in cards().values()
        for command in card.commands
        for option, value in zip(shlex.split(command), shlex.split(command)[1:], strict=False)
        if option == "-n"
    ]
    assert selected
    assert [name for name in selected if name not in names] == []


def test_a_card_is_read_into_its_parts() -> None:
    card = parse_card(CARD)
    assert card.goal == "Know something."
    assert card.commands == ("ss-audit run -D profile=production -D stack=remote",)
    assert card.acceptance == ("It is known, on two lines.", "It is written down.")
    assert card.evidence == "The folder."


@pytest.mark.parametrize("section", ["Goal", "Scope", "Commands", "Acceptance", "Evidence to keep"])
def test_a_card_without_a_section_is_refused(section: str) -> None:
    without = re.sub(rf"^## {section}\n.*?(?=^## |\Z)", "", CARD, flags=re.MULTILINE | re.DOTALL)
    with pytest.raises(CardError, match=section):
        parse_card(without)


def test_a_card_whose_commands_are_not_fenced_is_refused() -> None:
    with pytest.raises(CardError, match="no command"):
        parse_card(CARD.replace("```sh", "```text"))


def test_a_card_without_boxes_is_refused() -> None:
    with pytest.raises(CardError, match="no box"):
        parse_card(CARD.replace("- [ ]", "-").replace("- [x]", "-"))


@pytest.mark.parametrize(
    "command",
    [
        "make audit",
        "behave",
        "behave features/some.feature --tags=@must -n 'A name | with a bar'",
        "behave --tags @must -D seed=7",
        "ss-audit run -D ss_env.SS_LOG_LEVEL=debug",
        "SS_AUDIT_PROFILE=production SS_STATA_CMD='/opt/stata/stata-mp' ss-audit doctor",
        "ss-audit verify reports/latest/bundle --digest sha256:0123",
        "ss-audit trace --check",
    ],
)
def test_a_good_command_has_no_problem(command: str) -> None:
    assert command_problems([command], SETTINGS, CLI) == ()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("make audit-everything", "make knows"),
        ("make", "make knows"),
        ("behave --no-such", "no option --no-such"),
        ("behave -D profle=production", "no setting profle; near ones: profile"),
        ("behave -D profile", "gives no value"),
        ("behave -n", "needs a value"),
        ("ss-audit rum", "ss-audit knows"),
        ("ss-audit", "ss-audit knows"),
        ("ss-audit trace --digest x", "no option --digest"),
        ("SS_AUDIT_STAK=remote ss-audit run", "no setting stak"),
        ("PATH=/x ss-audit run", "PATH is neither"),
        ("SS_STATA_CMD=x", "starts nothing"),
        ("ss-audit run | tee log", "one command a line"),
        ("ss-audit run; ss-audit report", "one command a line"),
        ("behave -n 'open", "no shell could read it"),
        ("curl localhost", "curl is no command"),
    ],
)
def test_a_command_that_nobody_could_execute_is_a_problem(command: str, says: str) -> None:
    (problem,) = command_problems([command], SETTINGS, CLI)
    assert says in problem
    assert command in problem
