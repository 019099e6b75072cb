"""The rules notice what they are for: each is given one planted offence."""

import ast
from collections.abc import Callable

import pytest

from .conftest import Module
from .test_imports import foreign, is_io, reached_from
from .test_leaks import HOME_FOLDER, REAL_KEY, where
from .test_shape import lines, step_functions, undocumented


def planted(text: str, path: str = "ss_audit/checks/planted.py") -> Module:
    return Module(path.removesuffix(".py").replace("/", "."), path, text, ast.parse(text))


@pytest.mark.parametrize(
    ("text", "imported"),
    [
        ("import os.path", "os.path"),
        ("from pathlib import Path", "pathlib.Path"),
        ("def late():\n    import socket", "socket"),
        ("from . import redeem", "ss_audit.checks.redeem"),
        ("from .redeem import job", "ss_audit.checks.redeem.job"),
        ("from ..evidence import model", "ss_audit.evidence.model"),
        ("from importlib import import_module\nimport_module('rehearsal.llm')", "rehearsal.llm"),
        ("__import__('rehearsal')", "rehearsal"),
    ],
)
def test_every_way_to_import_is_seen(text: str, imported: str) -> None:
    assert imported in planted(text).imports()


def test_an_import_of_the_other_house_is_named() -> None:
    assert foreign([planted("from rehearsal.llm import server")], "rehearsal") == [
        "ss_audit/checks/planted.py imports rehearsal.llm.server",
    ]
    assert foreign([planted("COMMAND = 'python -m rehearsal.llm'\nimport rehearsals")], "rehearsal") == []


def test_what_judgement_imports_by_way_of_another_is_seen() -> None:
    redeem = planted("from ss_audit.evidence import seen\n", "ss_audit/checks/redeem.py")
    seen = planted("from ss_audit.ss.client import Client\n", "ss_audit/evidence/seen.py")
    client = planted("import httpx\n", "ss_audit/ss/client.py")
    stack = planted("", "ss_audit/stack.py")
    by_name = {m.name: m for m in (redeem, seen, client, stack)}
    assert reached_from({redeem.name}, by_name) == {redeem.name, seen.name, client.name}


def test_what_does_io_is_told_from_what_only_sounds_like_it() -> None:
    assert all(map(is_io, ["os", "os.path", "pathlib.Path", "urllib.request", "time", "behave.runner"]))
    assert not any(
        map(is_io, ["pathlib.PurePosixPath", "urllib.parse.urlsplit", "http.HTTPStatus", "timeit", "datetime.datetime"])
    )


def test_what_says_nothing_about_itself_is_named() -> None:
    text = '"""Planted."""\ndef shown():\n    """Says."""\ndef bare(): ...\nclass Bare: ...\ndef _own(): ...\n'
    assert [name for _, name in undocumented(planted(text))] == ["bare", "Bare"]


def test_a_step_is_measured_from_def_to_end() -> None:
    ((name, function),) = step_functions([planted("@when('x')\ndef x(context):\n    a()\n    b()\n", "steps/planted.py")])
    assert (name, lines(function)) == ("steps/planted.py:2 x", 3)


@pytest.mark.parametrize(
    "leak",
    [
        lambda: "see /" + "home/jo/notes",
        lambda: "cd /" + "root/checkout",
        lambda: "'/" + "Users/jo/x'",
        lambda: "C:" + "\\Users\\jo",
        lambda: "key = gh" + "p_" + "a1" * 18,
    ],
)
def test_a_leak_is_found_with_its_place(leak: Callable[[], str]) -> None:
    (found,) = where({"docs/x.md": f"first line\n{leak()}\n"}, HOME_FOLDER, REAL_KEY)
    assert found.startswith("docs/x.md:2: ")


@pytest.mark.parametrize("innocent", ["~/root/x", "reports/home/x/y", "$HOME/x", "GET /users/7/", "/rootfs/etc"])
def test_other_paths_are_let_through(innocent: str) -> None:
    assert where({"docs/x.md": innocent}, HOME_FOLDER, REAL_KEY) == []
