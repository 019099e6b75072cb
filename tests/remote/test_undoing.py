"""What is put back on an SS that ran before the audit: at its end, and by who outlives it when it is killed."""

import json
import sys
from pathlib import Path

import pytest

from ss_audit.evidence.model import ProcessSeen
from ss_audit.evidence.seen import RestartSign
from ss_audit.lab.operators_means import lacking
from ss_audit.probes.operators_packages import OperatorsPackages
from ss_audit.settings import Settings
from ss_audit.stack.errors import NotInUse
from ss_audit.stack.interface import RestartSeen
from ss_audit.stack.operator_command import MeansFailed, Operator
from ss_audit.stack.remote.in_use import LibraryInUse
from ss_audit.stack.remote.library import OperatorsLibrary
from ss_audit.stack.sidecar import Keeper
from ss_audit.stack.to_undo import ToUndo

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "rehearsal" / "reference_ss" / "library"


def killed(keeper: Keeper) -> None:
    """What the keeper sees when the audit is killed; until it has ended."""
    process = keeper._process
    assert process.stdin is not None
    process.stdin.close()
    process.wait(30)


@pytest.fixture
def ado(tmp_path: Path) -> Path:
    """The folder in which that Stata looks for packages, with one of the operator's in it."""
    folder = tmp_path / "ado"
    folder.mkdir()
    (folder / "published.ado").write_text("of the archive")
    return folder


def packages_on(ado: Path, operator: Operator, to_undo: ToUndo, tmp_path: Path, install: str = "") -> OperatorsPackages:
    install = install or f"sh -c 'echo of the archive > {ado}/$0.ado' {{package}}"
    return OperatorsPackages(operator, install, f"rm -f {ado}/{{package}}.ado", tmp_path / "files", to_undo)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_published_package_is_there_at_the_end(operator, to_undo, ado, tmp_path) -> None:  # type: ignore[no-untyped-def]
    packages = packages_on(ado, operator, to_undo, tmp_path)
    packages.remove("published")
    assert names(ado) == []
    packages.install("published")
    packages.install("published")
    packages.undo()
    assert names(ado) == ["published.ado"]
    assert json.loads(to_undo.file.read_text())["steps"] == []


def test_one_that_was_not_given_back_is_given_back_at_the_end(operator, to_undo, ado, tmp_path) -> None:  # type: ignore[no-untyped-def]
    packages = packages_on(ado, operator, to_undo, tmp_path)
    packages.remove("published")
    packages.undo()
    assert names(ado) == ["published.ado"]


def test_a_package_of_ours_is_gone_at_the_end(operator, to_undo, ado, tmp_path) -> None:  # type: ignore[no-untyped-def]
    packages = packages_on(ado, operator, to_undo, tmp_path, f"cp {{ado_file}} {ado}/")
    packages.install("ours")
    assert names(ado) == ["ours.ado", "published.ado"]
    packages.undo()
    packages.undo()
    assert names(ado) == ["published.ado"]
    assert json.loads(to_undo.file.read_text())["steps"] == []


def test_what_failed_half_way_is_undone_too(operator, to_undo, ado, tmp_path) -> None:  # type: ignore[no-untyped-def]
    packages = packages_on(ado, operator, to_undo, tmp_path, f"sh -c 'touch {ado}/$0.ado; exit 3' {{package}}")
    with pytest.raises(MeansFailed):
        packages.install("ours")
    packages.undo()
    assert names(ado) == ["published.ado"]


@pytest.mark.parametrize("act", ["take", "lend"])
def test_should_we_die_the_packages_are_as_they_were(operator, keeper, to_undo, ado, tmp_path, act: str) -> None:  # type: ignore[no-untyped-def]
    packages = packages_on(ado, operator, to_undo, tmp_path)
    (packages.remove if act == "take" else packages.install)("published" if act == "take" else "ours")
    assert names(ado) != ["published.ado"]
    killed(keeper)
    assert names(ado) == ["published.ado"]


def test_should_we_die_all_is_undone_in_order_in_our_folder_and_told(  # type: ignore[no-untyped-def]
    keeper, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tell.sh").write_text('echo "$1" >> order; exit $2\n')
    to_undo = ToUndo(keeper, Path("scratch"), tmp_path, 1.0)
    to_undo.note("restart", "SS", "SS is restarted", ("sh", "tell.sh", "restart", "0"))
    to_undo.note("package", "x", "the package is removed", ("sh", "tell.sh", "package", "0"))
    to_undo.note("package", "y", "another one is removed", ("sh", "tell.sh", "never", "0"))
    to_undo.note("package", "z", "a third is removed", ("no-such-program-of-anybody",))
    to_undo.note("library", "library", "the library is put back", ("sh", "tell.sh", "library", "4"))
    to_undo.note("start", "api", "it is started", ("sleep", "60"))
    to_undo.done("package", "y")
    monkeypatch.chdir("/")
    killed(keeper)
    assert (tmp_path / "order").read_text().split() == ["library", "package", "restart"]
    told = (tmp_path / "put-back.txt").read_text().splitlines()[1:]
    assert told == [
        "FAILED: the library is put back (exit status 4)",
        "done: the package is removed",
        "FAILED: a third is removed (it can't be started: No such file or directory)",
        "FAILED: it is started (it did not end within 1 s (timeout_command))",
        "done: SS is restarted",
    ]


def test_where_nothing_is_left_to_undo_nothing_is_done_nor_told(keeper, to_undo, tmp_path) -> None:  # type: ignore[no-untyped-def]
    to_undo.note("restart", "SS", "SS is restarted", ("touch", str(tmp_path / "restarted")))
    to_undo.done("restart", "SS")
    killed(keeper)
    assert not (tmp_path / "restarted").exists()
    assert not (tmp_path / "put-back.txt").exists()


SWAP = f"{sys.executable} -c 'import sys,pathlib; pathlib.Path(sys.argv[1]).write_text(sys.argv[2])'"


class Host:
    """Restarts of an SS that are asked for, and whether they are seen."""

    def __init__(self) -> None:
        self.asked, self.is_seen = 0, ("api", "worker")

    def restart(self) -> RestartSeen:
        self.asked += 1
        signs = tuple(RestartSign(role=role, what="its log says so", evidence="e1") for role in self.is_seen)  # type: ignore[arg-type]
        return RestartSeen(before=(), after=(), signs=signs)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    return tmp_path / "note"


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def in_use(operator, to_undo, tmp_path, note, host) -> LibraryInUse:  # type: ignore[no-untyped-def]
    library = OperatorsLibrary(operator, to_undo, str(REFERENCE), f"{SWAP} {note} {{library}}", None, tmp_path / "library")
    return LibraryInUse(library, to_undo, host.restart, lambda: ("touch", str(tmp_path / "restarted")))


def test_ss_is_restarted_once_for_each_library(in_use, host, note, to_undo, tmp_path) -> None:  # type: ignore[no-untyped-def]
    assert not in_use.run_on(None)
    assert in_use.run_on(tmp_path / "copy")
    assert not in_use.run_on(tmp_path / "copy")
    assert (note.read_text(), host.asked) == (str(tmp_path / "copy"), 1)
    assert in_use.run_on(None)
    assert (note.read_text(), host.asked) == (str(REFERENCE), 2)
    in_use.put_back()
    assert host.asked == 2
    assert json.loads(to_undo.file.read_text())["steps"] == []


@pytest.mark.parametrize("is_seen", [(), ("api",), ("worker",)])
def test_a_library_is_not_in_use_before_both_roles_are_seen_anew(in_use, host, note, tmp_path, is_seen) -> None:  # type: ignore[no-untyped-def]
    host.is_seen = is_seen
    for _ in range(2):
        with pytest.raises(NotInUse, match="nothing shows that api and worker started anew"):
            in_use.run_on(tmp_path / "copy")
    assert host.asked == 1, "what can't be done once is not tried again"
    with pytest.raises(NotInUse):
        in_use.run_on(None)
    assert note.read_text() == str(REFERENCE), "the library is put back all the same"
    with pytest.raises(NotInUse):
        in_use.run_on(None)
    assert host.asked == 2
    host.is_seen = ("api", "worker")
    in_use.put_back()
    assert host.asked == 3
    assert not in_use.run_on(None)


def test_without_a_means_to_restart_nothing_is_swapped(operator, to_undo, note, host, tmp_path) -> None:  # type: ignore[no-untyped-def]
    library = OperatorsLibrary(operator, to_undo, str(REFERENCE), f"{SWAP} {note} {{library}}", None, tmp_path / "library")
    with pytest.raises(NotInUse, match="no means to restart"):
        LibraryInUse(library, to_undo, host.restart, lambda: None).run_on(tmp_path / "copy")
    assert not note.exists()


def test_other_processes_show_it_too(in_use, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    def seen(role: str, pid: int) -> ProcessSeen:
        return ProcessSeen(title="p", role=role, phase="p", pid=pid)

    both = RestartSeen(before=(seen("api", 1), seen("worker", 2)), after=(seen("api", 3), seen("worker", 4)))
    monkeypatch.setattr(in_use, "_restart", lambda: both)
    assert in_use.run_on(tmp_path / "copy")


def test_should_we_die_ss_is_put_back_and_restarted(in_use, keeper, note, tmp_path) -> None:  # type: ignore[no-untyped-def]
    in_use.run_on(tmp_path / "copy")
    killed(keeper)
    assert note.read_text() == str(REFERENCE)
    assert (tmp_path / "restarted").exists()


ALL = {
    "library_swap_command": "swap {library}", "restart_command": "r", "start_commands": "s", "api_log_command": "a",
    "worker_log_command": "w",
}  # fmt: skip


@pytest.mark.parametrize(
    ("stack", "without", "says"),
    [
        ("remote", (), None),
        ("remote", ("start_commands",), None),
        ("remote", ("api_log_command", "worker_log_command"), None),
        ("remote", ("start_commands", "worker_log_command"), "give start_commands, or both log commands"),
        ("remote", ("start_commands", "api_log_command"), "give start_commands, or both log commands"),
        ("remote", ("restart_command",), "give restart_command"),
        ("docker", ("restart_command",), "give restart_command, or docker_may_restart=true"),
        ("docker", ("start_commands", "api_log_command", "worker_log_command"), None),
    ],
)
def test_a_library_that_could_not_be_seen_in_use_can_not_be_altered(stack, without, says) -> None:  # type: ignore[no-untyped-def]
    settings = Settings(stack=stack, **{name: value for name, value in ALL.items() if name not in without})
    told = lacking(settings).get("library")
    assert (told is None) if says is None else (told or "").endswith(says)


def test_leave_to_restart_containers_is_a_means_to_restart() -> None:
    settings = Settings(stack="docker", docker_may_restart=True, library_swap_command="swap {library}")
    assert "library" not in lacking(settings)
