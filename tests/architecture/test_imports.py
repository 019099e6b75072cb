"""Who may know whom."""

from collections.abc import Iterable
from itertools import accumulate

from .conftest import Module

FILES = {"io", "os", "pathlib", "shutil", "sqlite3", "tempfile"}
NETWORK = {"aiohttp", "docker", "http.client", "http.server", "httpx", "openai", "requests", "socket", "ssl", "uvicorn"}
NETWORK |= {"urllib.request", "urllib.error"}
PROCESSES = {"asyncio", "behave", "multiprocessing", "psutil", "signal", "stamina", "subprocess", "threading"}
CLOCK_AND_CHANCE = {"random", "secrets", "time"}
NO_IO = {"pathlib.PurePath", "pathlib.PurePosixPath", "pathlib.PureWindowsPath"}
IO_MODULES = FILES | NETWORK | PROCESSES | CLOCK_AND_CHANCE


def foreign(modules: Iterable[Module], package: str) -> list[str]:
    return [f"{m.path} imports {i}" for m in modules for i in sorted(m.imports()) if i.split(".")[0] == package]


def test_the_harness_does_not_know_the_rehearsal(harness: list[Module]) -> None:
    assert foreign(harness, "rehearsal") == [], (
        "ss_audit starts the rehearsal by command, as it would start anybody's SS: a harness that shares code with what it "
        "audits would share its mistakes, and then agree with them"
    )


def test_the_rehearsal_does_not_know_the_harness(rehearsal: list[Module]) -> None:
    assert foreign(rehearsal, "ss_audit") == [], (
        "the stand-ins must be an SS, a provider and a Stata as seen from outside: one that knows the harness can answer what "
        "it wants to hear"
    )


def is_io(imported: str) -> bool:
    return imported not in NO_IO and any(f"{imported}.".startswith(f"{module}.") for module in IO_MODULES)


def reached_from(start: set[str], by_name: dict[str, Module]) -> set[str]:
    """The modules of `by_name` that those at the start import, directly or through each other, with their packages."""
    reached, new = set(start), set(start)
    while new:
        imported = {
            part for module in new for i in by_name[module].imports() for part in accumulate(i.split("."), "{}.{}".format)
        }
        new = (imported & by_name.keys()) - reached
        reached |= new
    return reached


def test_judgement_does_no_io(harness: list[Module]) -> None:
    by_name = {m.name: m for m in harness}
    judges = {name for name in by_name if name.startswith("ss_audit.checks") or name == "ss_audit.verdict"}
    reached = [by_name[name] for name in sorted(reached_from(judges, by_name))]
    found = [f"{m.path} imports {i}" for m in reached for i in sorted(m.imports()) if is_io(i)]
    assert found == [], (
        "checks and the verdict, with all that they import from ss_audit, see only evidence: what looks at the world, the "
        "clock or chance while it judges would judge otherwise when `ss-audit verify` judges the same evidence again"
    )


def test_nobody_but_the_edge_knows_behave(harness: list[Module]) -> None:
    edges = ("ss_audit.runner", "ss_audit.cli", "ss_audit.report", "ss_audit.plan", "ss_audit.step_source")
    assert foreign([m for m in harness if not m.name.startswith(edges)], "behave") == [], (
        "behave is one way to run the audit; only the runner, the command line, reports, and what reads Gherkin as behave "
        "reads it may know it"
    )


def test_steps_do_not_import_each_other(steps: list[Module]) -> None:
    siblings = {m.name.rpartition(".")[2] for m in steps} | {"steps"}
    found = [f"{m.path} imports {i}" for m in steps for i in sorted(m.imports()) if i.split(".")[0] in siblings]
    assert found == [], "behave loads step modules one by one: what two of them share belongs into ss_audit, where it is tested"


def test_steps_and_hooks_do_not_know_the_rehearsal(steps: list[Module], environment: Module) -> None:
    assert foreign([*steps, environment], "rehearsal") == [], "the same features audit the reference SS and the real one"
