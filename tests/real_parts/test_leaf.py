"""What the check makes of a process tree: a real Stata passes, with whatever stands before it, and nothing else does."""

from typing import Any

import pytest
from checks import observations

from ss_audit.checks.judgement import Finding
from ss_audit.checks.stata import the_runner_is_real
from ss_audit.checks.stata_process import NAMES
from ss_audit.evidence.model import StataProcess, TreeNode

STATA = "/usr/local/stata18/stata-se"
MILLIONS = 27_000_000
GIVEN = ("-b", "do", "stata.do")


def node(pid: int, parent: int, *command: str, cpu: float = 0.1, wrote: bool = False) -> TreeNode:
    return TreeNode(
        pid=pid,
        parent=parent,
        executable=command[0],
        command=(command[0], *command[1:], *GIVEN),
        cpu_seconds=cpu,
        wrote_log=wrote,
    )


def run(*tree: TreeNode, **more: Any) -> StataProcess:
    """A run whose leaf is the process that wrote the log, else the last one."""
    leaf = next((n for n in tree if n.wrote_log), tree[-1])
    facts = {"leaf_pid": leaf.pid, "leaf_executable": leaf.executable, "leaf_size": MILLIONS, "leaf_sha256": "ab" * 32}
    return observations.stata_run(tree=tree, **facts | more)


def found(stata_run: StataProcess) -> Finding:
    journey = observations.main_journey(stata_runs=(stata_run,))
    return the_runner_is_real.judge(journey, observations.provenance())


REAL = node(2, 1, STATA, wrote=True)
WRAPPED = (
    node(2, 1, "/usr/bin/dash", "/opt/licence"),
    node(3, 2, "/usr/bin/python3.11", "seat.py"),
    node(4, 3, STATA, wrote=True),
)


@pytest.mark.parametrize("tree", [(REAL,), (node(2, 1, STATA, "-q", "-rngstream3", wrote=True),), WRAPPED])
def test_a_real_stata_is_proven(tree: tuple[TreeNode, ...]) -> None:
    said = found(run(*tree))
    assert (said.outcome, said.strength) == ("pass", "proven"), said.saw
    assert said.saw == f"process stata-se ({MILLIONS} bytes, sha256 {'ab' * 8}), log of 18.0 SE"


def test_a_helper_that_stata_calls_is_no_fault() -> None:
    assert found(run(REAL, node(5, 2, "/usr/bin/sh", cpu=0.01))).outcome == "pass"


def test_a_stata_that_was_not_seen_writing_is_not_proven() -> None:
    said = found(run(node(2, 1, STATA)))
    assert (said.outcome, said.strength) == ("pass", "witnessed")


@pytest.mark.parametrize(
    ("program", "facts", "reason"),
    [
        ("/usr/bin/python3.12", {}, "the process that ran is python3.12, which is no Stata"),
        ("/usr/bin/true", {}, "true, which is no Stata"),
        ("/usr/bin/rm", {}, "rm, which is no Stata"),
        ("/opt/stata-mp", {"leaf_same_as": "/usr/bin/dash"}, "called stata-mp, but its file is a copy of dash, byte for byte"),
        ("/opt/stata-mp", {"leaf_entry_points": ("Python",)}, "called stata-mp, but its file starts Python"),
    ],
)
def test_what_is_no_stata_is_refuted(program: str, facts: dict[str, Any], reason: str) -> None:
    said = found(run(node(2, 1, program, wrote=True), **facts))
    assert said.outcome == "fail"
    assert reason in said.saw


@pytest.mark.parametrize("words", [("/opt/fake.py",), ("-m", "rehearsal.stata"), ("-c", "import x")])
def test_a_stata_that_loads_a_script_is_refuted(words: tuple[str, ...]) -> None:
    said = found(run(node(2, 1, STATA, *words, wrote=True)))
    assert said.outcome == "fail"
    assert f"was started with {words[-1]}, which Stata does not take" in said.saw


@pytest.mark.parametrize(
    ("stata_run", "doubt"),
    [
        (run(node(2, 1, "/opt/engine", wrote=True)), "engine is none of the names of Stata's programs"),
        (run(node(2, 1, "/opt/not-stata-mp-at-all", wrote=True)), "none of the names"),
        (run(REAL, leaf_size=16_384), "stata-se is a file of 16384 bytes"),
        (run(node(2, 1, "/opt/stata-mp", wrote=True)), "stata-mp ran, and the log's head is that of SE"),
        (run(REAL, node(5, 2, "/usr/bin/python3.11", cpu=0.9)), "python3.11, which stata-se started, worked longer"),
        (
            run(node(4, 1, "/usr/bin/sh", wrote=True), node(2, 4, STATA, wrote=True), leaf_pid=2, leaf_executable=STATA),
            "sh wrote the log too",
        ),
    ],
)
def test_what_is_perhaps_no_stata_is_not_evidenced(stata_run: StataProcess, doubt: str) -> None:
    said = found(stata_run)
    assert said.outcome == "not_evidenced"
    assert doubt in said.saw


def test_a_fake_that_broke_the_job_is_refuted_all_the_same() -> None:
    journey = observations.halted("finish", stata_runs=(run(node(2, 1, "/usr/bin/true")),))
    said = the_runner_is_real.judge(journey, observations.provenance())
    assert said.outcome == "fail"
    assert "true, which is no Stata" in said.saw


@pytest.mark.parametrize(
    "name", ["StataMP-64.exe", "StataSE-64.exe", "Stata-64.exe", "xstata-mp", "stata", "StataBE", "stata-ic"]
)
def test_names_of_statas_programs(name: str) -> None:
    assert NAMES.fullmatch(name)
