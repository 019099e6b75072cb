"""What the process tree of a run says about the program that did the work: no Stata for certain, or only perhaps one.

The leaf counts: a licence wrapper, a shell or a container in front of it is no fault by itself. What is said here can
refute a Stata, never prove one: a program made for the purpose can have Stata's name and size. So what a person needs
to compare the file with the vendor's, its size and digest, stands in the finding.
"""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from ss_audit.evidence.model import StataProcess, TreeNode

INTERPRETERS = "python|pypy|perl|ruby|node|bash|dash|sh|zsh|ksh|busybox|r|rscript|julia|java|php|lua|tclsh"
UTILITIES = "true|false|cat|cp|mv|rm|ln|dd|env|echo|printf|tee|head|tail|touch|mkdir|chmod|sleep|date|[gm]?awk|sed|tar|gzip"
NOT_STATA = re.compile(rf"({INTERPRETERS}|{UTILITIES})[\d.]*", re.I)
NAMES = re.compile(r"x?stata(-?(?P<edition>mp|se|be|ic))?(-64)?(\.exe)?", re.I)
OPTION = re.compile(r"[-/][a-z]\d*|-rngstream\d+", re.I)
PREFIXES = r"^\s*(?:(?:cap\w*|qui\w*|noi\w*)\s*:?\s+)*"
OWN_USE = {
    "libpython": re.compile(rf"{PREFIXES}python\b", re.M),
    "libjvm": re.compile(
        rf"{PREFIXES}(?:java|javacall|jdbc|h2o|graph|gr|twoway|tw|scatter|histogram|put\w+|translate|collect|(?:import|export)\s+(?!delim))\b",
        re.M,
    ),
}
"""The commands for which Stata itself loads these."""
SMALLEST = 1024 * 1024
SOME_WORK = 0.05


def leaf_name(run: StataProcess) -> str:
    """The file name of the program that did the work, empty when it was never seen."""
    return _name(run.leaf_executable)


def identity(run: StataProcess) -> str:
    """The leaf for a reader: name, size, digest."""
    size = "of unknown size" if run.leaf_size is None else f"{run.leaf_size} bytes"
    return f"process {leaf_name(run) or 'not seen'} ({size}, sha256 {(run.leaf_sha256 or 'unknown')[:16]})"


def refutations(run: StataProcess) -> tuple[str, ...]:
    """Why the leaf is certainly no Stata, in words; empty when nothing says so."""
    leaf = leaf_name(run)
    if NOT_STATA.fullmatch(leaf):
        return (f"the process that ran is {leaf}, which is no Stata",)
    found = []
    if run.leaf_same_as:
        found.append(
            f"the process that ran is called {leaf}, but its file is a copy of {_name(run.leaf_same_as)}, byte for byte"
        )
    elif run.leaf_entry_points:
        made = " and ".join(run.leaf_entry_points)
        found.append(f"the process that ran is called {leaf}, but its file starts {made}")
    strange = _strange_words(run)
    if strange:
        found.append(f"{leaf} was started with {' '.join(strange)}, which Stata does not take")
    return tuple(found)


def doubts_about(run: StataProcess, edition: str | None, do_file: str = "") -> tuple[str, ...]:
    """Why the leaf is perhaps no Stata, in words. In: the edition that the log's head names, if it names one, and the
    do-file: a real Stata loads Python or Java when a command asks for it, and only then."""
    leaf = leaf_name(run)
    name = NAMES.fullmatch(leaf)
    found = []
    if name is None:
        found.append(f"{leaf} is none of the names of Stata's programs")
    elif name["edition"] and edition and name["edition"].upper() != edition:
        found.append(f"{leaf} ran, and the log's head is that of {edition}")
    if run.leaf_size is not None and run.leaf_size < SMALLEST:
        found.append(f"{leaf} is a file of {run.leaf_size} bytes, and Stata's programs have millions")
    strange = [name for name in run.leaf_libraries if not _asked_for(name, do_file)]
    if strange:
        found.append(f"{leaf} had {', '.join(strange)} loaded, and no command of the do-file asks for it")
    node = _leaf(run)
    for other in _below(run, node) if node else ():
        if NOT_STATA.fullmatch(_name(other.executable)) and other.cpu_seconds > max(SOME_WORK, node.cpu_seconds if node else 0):
            found.append(f"{_name(other.executable)}, which {leaf} started, worked longer than {leaf} itself")
    before = {n.pid for n in _above(run, node)} if node else set()
    found += [f"{_name(n.executable)} wrote the log too" for n in run.tree if n.wrote_log and n.pid in before]
    return tuple(dict.fromkeys(found))


def held_the_log(run: StataProcess) -> bool:
    """Whether the leaf was seen with the run's log open for writing."""
    node = _leaf(run)
    return node is not None and node.wrote_log


def _asked_for(library: str, do_file: str) -> bool:
    return any(library.startswith(name) and asks.search(do_file) for name, asks in OWN_USE.items())


def _strange_words(run: StataProcess) -> tuple[str, ...]:
    """Words on the leaf's own command line that are neither what SS gave nor an option of Stata's: a script, say."""
    node = _leaf(run)
    words = node.command[1:] if node else ()
    if run.arguments and words[-len(run.arguments) :] == run.arguments:
        words = words[: -len(run.arguments)]
        return tuple(word for word in words if not OPTION.fullmatch(word))
    return ()


def _leaf(run: StataProcess) -> TreeNode | None:
    return next((n for n in reversed(run.tree) if n.pid == run.leaf_pid), None)


def _below(run: StataProcess, leaf: TreeNode) -> Iterable[TreeNode]:
    family = {leaf.pid}
    for node in run.tree:
        if node.parent in family and node is not leaf:
            family.add(node.pid)
            yield node


def _above(run: StataProcess, leaf: TreeNode) -> Iterable[TreeNode]:
    parents = {node.pid: node for node in run.tree}
    node = parents.get(leaf.parent)
    while node is not None:
        yield node
        node = parents.get(node.parent) if node.parent != node.pid else None


def _name(executable: str | None) -> str:
    return PurePosixPath((executable or "").replace("\\", "/").removesuffix(" (deleted)")).name
