"""The shape of the code: small files, small steps, names that say what they hold."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath
from statistics import median

from .conftest import Module

LONGEST_FILE = 300
STEP_MEDIAN, LONGEST_STEP = 6, 20
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "common", "misc"}
HOOKS = {f"{when}_{what}" for when in ("before", "after") for what in ("all", "feature", "rule", "scenario", "step", "tag")}
LEFT_OVER = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Module) -> list[Function]:
    return [node for node in module.tree.body if isinstance(node, Function)]


def step_functions(steps: list[Module]) -> list[tuple[str, Function]]:
    return [(f"{m.path}:{f.lineno} {f.name}", f) for m in steps for f in functions(m) if f.decorator_list]


def lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_files_can_be_read_in_one_sitting(all_python: list[Module], texts: dict[str, str]) -> None:
    sizes = {m.path: m.text.count("\n") for m in all_python}
    sizes |= {name: text.count("\n") for name, text in texts.items() if name.endswith(".feature")}
    too_long = {name: size for name, size in sizes.items() if size > LONGEST_FILE}
    assert too_long == {}, f"a file of more than {LONGEST_FILE} lines has more than one reason to change: split it by reason"


def test_names_say_what_they_hold(all_python: list[Module]) -> None:
    found = [m.path for m in all_python if NAMES_THAT_SAY_NOTHING & {p.split(".")[0] for p in PurePosixPath(m.path).parts}]
    assert found == [], "such a name attracts whatever has no home; name the file after what it holds"


def test_nothing_is_left_for_later(texts: dict[str, str]) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts.items()
        if name.endswith((".py", ".feature", ".toml", "Makefile", ".ci/run", ".ci/setup", ".md", ".sh"))
        for number, line in enumerate(text.splitlines(), start=1)
        if any(word in line.split("#")[-1].split() or f"{word}:" in line for word in LEFT_OVER)
    ]
    assert found == [], "an audit with loose ends is believed less than one without: do it now, or file an issue"


def test_steps_are_a_phrase_and_a_call(steps: list[Module]) -> None:
    sizes = {name: lines(function) for name, function in step_functions(steps)}
    assert sizes, "there are no step functions"
    assert median(sizes.values()) < STEP_MEDIAN, "a step says in code what its phrase says; what it takes belongs into ss_audit"
    assert {name: size for name, size in sizes.items() if size > LONGEST_STEP} == {}, "such a step hides an experiment"


def test_steps_hold_no_logic(steps: list[Module]) -> None:
    logic = ast.If | ast.For | ast.While | ast.Try | ast.Match
    found = [name for name, function in step_functions(steps) for node in ast.walk(function) if isinstance(node, logic)]
    assert found == [], "logic in a step runs only with a stack, so no test reaches it; move it into ss_audit"


def of_context(module: Module) -> Iterator[ast.Attribute]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "context":
            yield node


def test_steps_keep_their_state_in_the_audit(steps: list[Module], environment: Module) -> None:
    read = [(m, node) for m in steps for node in of_context(m) if node.attr not in {"audit", "table", "text"}]
    # the hooks may read what behave keeps in its context
    written = [(environment, node) for node in of_context(environment) if not isinstance(node.ctx, ast.Load)]
    found = [f"{m.path}:{node.lineno} context.{node.attr}" for m, node in [*read, *written] if node.attr != "audit"]
    assert found == [], "state is context.audit, typed; a bag of context attributes lets scenarios depend on each other unseen"


def test_commands_survive_a_path_with_blanks(harness: list[Module], rehearsal: list[Module]) -> None:
    found = [
        f"{m.path}:{node.lineno} {ast.unparse(node)}"
        for m in [*harness, *rehearsal]
        for node in ast.walk(m.tree)
        if isinstance(node, ast.FormattedValue) and ast.unparse(node.value) in {"sys.executable", "executable"}
    ]
    assert found == [], "a checkout may lie under a path with blanks: make such a command with shlex.join"


def test_the_environment_holds_hooks_and_nothing_else(environment: Module) -> None:
    found = [f.name for f in functions(environment) if f.name not in HOOKS]
    found += [node.name for node in environment.tree.body if isinstance(node, ast.ClassDef)]
    assert found == [], (
        "environment.py opens the audit and closes it; everything else belongs into ss_audit, where it is tested"
    )


def test_whatever_is_public_says_what_goes_in_and_out(harness: list[Module], rehearsal: list[Module]) -> None:
    found = [f"{m.path}:{line} {name}" for m in [*harness, *rehearsal] for line, name in undocumented(m)]
    assert found == [], (
        "a public name without a docstring is read by guessing: say what goes in, what comes out, and what is raised"
    )


def undocumented(module: Module) -> Iterator[tuple[int, str]]:
    if module.tree.body and ast.get_docstring(module.tree) is None:
        yield 1, "the module itself"
    for node in module.tree.body:
        public = isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_")
        if public and ast.get_docstring(node) is None:
            yield node.lineno, node.name
