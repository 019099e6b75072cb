"""What the README tells people to type can be typed, and what it points to is there."""

import re
from pathlib import Path

import pytest

from ss_audit.cli_shape import COMMANDS
from ss_audit.plan import read_plan
from ss_audit.settings import Settings
from ss_audit.task_cards import command_problems

from .pages import PAGES, ROOT, commands_in, make_variables_in, text_of

README = text_of("README.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_command_can_be_executed(page: str) -> None:
    assert command_problems(commands_in(text_of(page)), Settings.model_fields.keys(), COMMANDS) == ()


def test_a_command_that_nobody_could_execute_is_noticed() -> None:
    page = "Type `ss-audit rehears` or\n\n```sh\nbehave -D sede=1 \\\n  -n x\nmake audits\n```\n"
    assert len(command_problems(commands_in(page), Settings.model_fields.keys(), COMMANDS)) == 3


def test_the_readme_shows_the_commands_that_there_are() -> None:
    shown = {line.split()[1] for line in commands_in(README) if line.startswith("ss-audit ")}
    assert shown == COMMANDS.keys(), "a command that stands in no README is found by nobody"


def test_ci_tests_what_the_readme_says() -> None:
    ci = re.findall(r'^section ".*?" (make \S+)$', text_of(".ci/run"), re.MULTILINE)
    assert {"make test", "make audit", "make lint"} <= set(commands_in(README)) & set(ci), (
        "people and CI must run the same commands, or a green CI says nothing about what people do"
    )


def test_what_is_set_for_make_has_an_effect() -> None:
    known = set(re.findall(r"\$[({](\w+)[:)]", text_of("Makefile"))) | set(re.findall(r"\$\{(\w+):", text_of(".ci/setup")))
    assert make_variables_in(README) <= known


def test_every_setting_is_explained() -> None:
    section = README.partition("## Settings")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    explained = {name.partition(".")[0] for row in rows for name in re.findall(r"`([\w.]+)`", row)}
    assert explained == Settings.model_fields.keys()


def test_scenarios_tags_and_files_that_it_names_exist() -> None:
    plan = read_plan(ROOT / "features")
    commands = "\n".join(commands_in(README))
    assert set(re.findall(r'-n "(.+?)"', commands)) <= {scenario.name for scenario in plan.scenarios}
    assert set(re.findall(r"--tags=@(\w+)", commands)) <= {tag for scenario in plan.scenarios for tag in scenario.tags}
    assert [path for path in re.findall(r"features/\w+\.feature", commands) if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", text_of(page))
    assert [link for link in links if not ((ROOT / page).parent / Path(link)).exists()] == []
