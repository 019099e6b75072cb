"""What the process tree of a run says about the program that did the work."""

import pytest

from checks.observations import COMMAND, stata_run
from ss_audit.checks.stata_process import SMALLEST, doubts_about, held_the_log, identity, leaf_name, refutations
from ss_audit.evidence.model import StataProcess, TreeNode

ARGUMENTS = COMMAND[1:]


def node(pid: int, parent: int, executable: str, *words: str, cpu: float = 0.0, log: bool = False) -> TreeNode:
    return TreeNode(pid=pid, parent=parent, executable=executable, command=(executable, *words), cpu_seconds=cpu, wrote_log=log)


def run(*tree: TreeNode, leaf: int = 12, **more: object) -> StataProcess:
    executable = next((n.executable for n in reversed(tree) if n.pid == leaf), "/opt/stata18/stata-se")
    return stata_run(**{"tree": tree, "leaf_pid": leaf, "leaf_executable": executable, "leaf_size": SMALLEST, **more})


STATA = node(12, 11, "/opt/stata18/stata-se", *ARGUMENTS, cpu=1.0, log=True)
SHELL = node(11, 10, "/usr/bin/dash", "-c", "stata-se", cpu=0.01)


@pytest.mark.parametrize(
    ("executable", "name"),
    [
        ("/opt/stata18/stata-mp", "stata-mp"),
        ("C:\\Program Files\\Stata18\\StataMP-64.exe", "StataMP-64.exe"),
        ("/opt/stata18/stata-mp (deleted)", "stata-mp"),
        (None, ""),
    ],
)
def test_the_leaf_has_the_name_of_its_file(executable: str | None, name: str) -> None:
    assert leaf_name(stata_run(leaf_executable=executable)) == name


def test_a_reader_gets_what_can_be_compared_with_the_vendors_file() -> None:
    known = identity(stata_run(leaf_size=7_000_000, leaf_sha256="0123456789abcdef0123"))
    assert known == "process stata-se (7000000 bytes, sha256 0123456789abcdef)"
    unknown = identity(stata_run(leaf_executable=None))
    assert unknown == "process not seen (of unknown size, sha256 unknown)"


def test_a_stata_behind_a_shell_is_not_refuted_and_leaves_no_doubt() -> None:
    sound = run(SHELL, STATA)
    assert (refutations(sound), doubts_about(sound, "SE"), held_the_log(sound)) == ((), (), True)


@pytest.mark.parametrize("leaf", ["/usr/bin/python3.11", "/bin/true", "/usr/bin/dash", "/usr/bin/Rscript", "/usr/bin/cat"])
def test_an_interpreter_or_a_utility_is_no_stata(leaf: str) -> None:
    (why,) = refutations(run(node(12, 11, leaf)))
    assert f"the process that ran is {leaf.rpartition('/')[2]}, which is no Stata" == why


def test_a_copy_of_an_interpreter_is_refuted_whatever_its_name() -> None:
    (why,) = refutations(run(STATA, leaf_same_as="/usr/bin/python3.11", leaf_entry_points=("Python",)))
    assert why == "the process that ran is called stata-se, but its file is a copy of python3.11, byte for byte"


def test_a_launcher_of_an_interpreter_is_refuted_whatever_its_name() -> None:
    (why,) = refutations(run(STATA, leaf_entry_points=("Python", "Perl")))
    assert why == "the process that ran is called stata-se, but its file starts Python and Perl"


def test_a_script_on_the_leafs_command_line_is_refuted() -> None:
    (why,) = refutations(run(node(12, 11, "/opt/stata-se", "-q", "/opt/fake/engine.py", "-rngstream3", *ARGUMENTS)))
    assert why == "stata-se was started with /opt/fake/engine.py, which Stata does not take"
    assert refutations(run(node(12, 11, "/opt/stata-se", "/opt/fake/engine.py", *ARGUMENTS))) == (why,)


@pytest.mark.parametrize("arguments", [ARGUMENTS, ()], ids=["given", "unknown"])
def test_options_of_statas_own_and_other_arguments_are_not_held_against_it(arguments: tuple[str, ...]) -> None:
    assert refutations(run(node(12, 11, "/opt/stata-se", "-q", "-rngstream12", *ARGUMENTS), arguments=arguments)) == ()
    assert refutations(run(node(12, 11, "/opt/stata-se", "do", "something-else"), arguments=arguments)) == ()
    assert refutations(run(node(12, 11, "/opt/stata-se", "a", "do", "something", "else"), arguments=arguments)) == ()


def test_the_leaf_is_the_last_node_of_its_pid() -> None:
    """A shell that became Stata without a new process has one pid and two lives."""
    before = node(12, 11, "/usr/bin/dash", "script.sh", *ARGUMENTS)
    assert (refutations(run(before, STATA)), held_the_log(run(before, STATA))) == ((), True)
    assert held_the_log(run(STATA, node(13, 12, "/opt/stata18/stata-se"), leaf=13)) is False
    assert held_the_log(run(STATA, leaf=99)) is False


@pytest.mark.parametrize("name", ["stata", "stata-mp", "StataSE-64.exe", "xstata-be", "stata-ic"])
def test_each_of_statas_programs_is_known_by_name(name: str) -> None:
    assert doubts_about(run(node(12, 11, f"/opt/{name}")), None) == ()


def test_another_name_is_a_doubt() -> None:
    assert doubts_about(run(node(12, 11, "/opt/calc")), "SE") == ("calc is none of the names of Stata's programs",)


def test_another_edition_than_the_logs_is_a_doubt() -> None:
    assert doubts_about(run(STATA), "MP") == ("stata-se ran, and the log's head is that of MP",)
    assert doubts_about(run(STATA), None) == ()
    assert doubts_about(run(node(12, 11, "/opt/stata")), "MP") == ()


def test_a_file_too_small_for_a_stata_is_a_doubt() -> None:
    (why,) = doubts_about(run(STATA, leaf_size=SMALLEST - 1), "SE")
    assert why == f"stata-se is a file of {SMALLEST - 1} bytes, and Stata's programs have millions"
    assert doubts_about(run(STATA, leaf_size=SMALLEST), "SE") == ()
    assert doubts_about(run(STATA, leaf_size=None), "SE") == ()


def test_an_interpreter_below_that_worked_longer_is_a_doubt() -> None:
    busy = node(14, 13, "/usr/bin/python3.11", cpu=1.5)
    (why,) = doubts_about(run(STATA, node(13, 12, "/opt/helper"), busy), "SE")
    assert why == "python3.11, which stata-se started, worked longer than stata-se itself"


@pytest.mark.parametrize(
    "below",
    [
        node(13, 12, "/usr/bin/python3.11", cpu=1.0),  # no longer than Stata itself
        node(13, 12, "/opt/plugin", cpu=9.0),  # no interpreter
        node(13, 99, "/usr/bin/python3.11", cpu=9.0),  # not started by it
    ],
    ids=["as long", "a plugin", "a stranger"],
)
def test_other_company_is_no_doubt(below: TreeNode) -> None:
    assert doubts_about(run(STATA, below), "SE") == ()


def test_a_trifle_of_work_below_an_idle_stata_is_no_doubt() -> None:
    idle = node(12, 11, "/opt/stata18/stata-se", cpu=0.0)
    assert doubts_about(run(idle, node(13, 12, "/usr/bin/dash", cpu=0.05)), "SE") == ()
    assert doubts_about(run(idle, node(13, 12, "/usr/bin/dash", cpu=0.06)), "SE") != ()


def test_whoever_started_it_and_wrote_the_log_too_is_a_doubt() -> None:
    writer = node(10, 1, "/usr/bin/python3.11", log=True)
    assert doubts_about(run(writer, SHELL, STATA), "SE") == ("python3.11 wrote the log too",)
    beside = node(20, 1, "/usr/bin/python3.11", log=True)
    assert doubts_about(run(beside, SHELL, STATA), "SE") == ()
    assert doubts_about(run(node(10, 1, "/usr/bin/python3.11"), SHELL, STATA), "SE") == ()


def test_a_process_that_is_its_own_parent_ends_the_way_up() -> None:
    assert doubts_about(run(node(11, 11, "/usr/bin/dash"), STATA), "SE") == ()


@pytest.mark.parametrize(
    ("library", "do_file", "doubted"),
    [
        ("libpython3.11.so.1.0", "regress y x\n", True),
        ("libpython3.11.so.1.0", "* python: 1\njava\n", True),
        ("libpython3.11.so.1.0", "version 18\n  capture python: 1\n", False),
        ("libperl.so.5.36", "python: 1\n", True),
        ("libjvm.so", "import delimited using x.csv\n", True),
        ("libjvm.so", "import excel using x.xls\n", False),
        ("libjvm.so", "qui graph export x.png\n", False),
    ],
)
def test_an_interpreter_in_a_library_is_a_doubt_unless_the_do_file_asks_for_it(
    library: str, do_file: str, doubted: bool
) -> None:
    found = doubts_about(run(STATA, leaf_libraries=(library,)), "SE", do_file)
    assert found == ((f"stata-se had {library} loaded, and no command of the do-file asks for it",) if doubted else ())
