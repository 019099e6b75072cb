"""The shim with real processes: SS must notice nothing, and what ran must be on record."""

import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from ss_audit.evidence.model import StataProcess
from ss_audit.witness.stata_shim.command import real_argv, write_shim
from ss_audit.witness.stata_shim.records import read_runs
from witness.waiting import runs, until

PYTHON = os.path.realpath(sys.executable)
LINUX_ONLY = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
BATCH = ["-b", "do", "stata.do"]


class Desk:
    """A job's folder, and a Stata command with the shim in front."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "job 1 – ä"
        self.work.mkdir()
        (self.work / "stata.do").write_text("display 1\n")
        self.records = folder / "records of runs"
        self.started: list[subprocess.Popen[bytes]] = []

    def script(self, name: str, text: str, interpreter: str = "/bin/sh") -> str:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!{interpreter}\n{text}\n")
        path.chmod(0o755)
        return shlex.quote(str(path))

    def command(self, real: str) -> list[str]:
        return real_argv(write_shim(self.folder / "shim of ours", self.records, PYTHON, real))

    def run(self, real: str, arguments: list[str] = BATCH, **more: Any) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self.command(real), *arguments], cwd=self.work, capture_output=True, timeout=20, check=False, **more
        )

    def start(self, real: str, **more: Any) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [*self.command(real), *BATCH], cwd=self.work, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more
        )
        self.started.append(process)
        return process

    def pid_in(self, name: str) -> int:
        """The process id that a script wrote to a file in the job's folder."""
        path = self.work / name
        return int(until(lambda: path.exists() and path.read_text().strip()))

    def only_run(self) -> StataProcess:
        (run,) = read_runs(self.records)
        return run


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    for process in desk.started:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


def test_run_is_on_record(desk: Desk) -> None:
    real = desk.script("my stata/stata-mp", 'test "$*" = "-b do stata.do" || exit 9; printf "log\\n" > stata.log; sleep 0.05')
    before = time.time()
    assert desk.run(real).returncode == 0
    run = desk.only_run()
    assert run.command == (str(desk.folder / "my stata" / "stata-mp"),)
    assert run.arguments == ("-b", "do", "stata.do")
    assert run.cwd == str(desk.work)
    assert run.do_file == str(desk.work / "stata.do")
    assert run.do_file_sha256 == hashlib.sha256(b"display 1\n").hexdigest()
    assert run.log_file == str(desk.work / "stata.log")
    assert (run.log_sha256, run.log_size) == (hashlib.sha256(b"log\n").hexdigest(), 4)
    assert run.exit_status == 0
    assert run.ended_at is not None
    assert before - 0.01 <= run.started_at.timestamp() < run.ended_at.timestamp() <= time.time()


def test_streams_and_working_directory_are_the_shims_own(desk: Desk) -> None:
    got = desk.run(desk.script("stata", "cat; pwd; echo trouble >&2"), input=b"from SS\n")
    assert got.stdout.decode() == f"from SS\n{desk.work}\n"
    assert got.stderr == b"trouble\n"


@LINUX_ONLY
def test_environment_is_untouched(desk: Desk) -> None:
    given = {"S_ADO": "BASE;.", "PATH": os.environ["PATH"], "PWD": "/stale", "EMPTY": "", "WORD": "two words = ü"}
    code = "import sys; sys.stdout.buffer.write(open('/proc/self/environ', 'rb').read())"
    got = desk.run(f"{shlex.quote(PYTHON)} -c {shlex.quote(code)}", env=given)
    assert dict(entry.split("=", 1) for entry in got.stdout.decode().rstrip("\0").split("\0")) == given


@pytest.mark.parametrize("status", [0, 1, 111, 198, 255])
def test_exit_status_passes_through(desk: Desk, status: int) -> None:
    assert desk.run(desk.script("stata", f"exit {status}")).returncode == status
    assert desk.only_run().exit_status == status


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGPIPE])
def test_death_by_signal_passes_through(desk: Desk, number: signal.Signals) -> None:
    assert desk.run(desk.script("stata", f"ulimit -c 0; kill -{number.value} $$")).returncode == -number
    assert desk.only_run().exit_status == -number


def test_signal_reaches_stata_which_may_end_in_its_own_way(desk: Desk) -> None:
    process = desk.start(desk.script("stata", "trap 'echo caught; exit 7' TERM; echo $$ > pid; while :; do sleep 0.02; done"))
    desk.pid_in("pid")
    process.terminate()
    assert process.communicate(timeout=5)[0] == b"caught\n"
    assert process.returncode == 7
    assert desk.only_run().exit_status == 7


def test_unhandled_sigterm_ends_both(desk: Desk) -> None:
    process = desk.start(desk.script("stata", "echo $$ > pid; exec sleep 30"))
    pid = desk.pid_in("pid")
    process.terminate()
    assert process.wait(5) == -signal.SIGTERM
    assert not runs(pid)


def test_ignored_signal_stays_ignored(desk: Desk) -> None:
    """Stata ignores SIGINT in batch mode; and what a parent ignores its children ignore."""
    real = desk.script("stata", "trap '' INT; echo $$ > pid; sleep 0.3; echo done")
    process = desk.start(real)
    desk.pid_in("pid")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=5)[0] == b"done\n"
    assert process.returncode == 0


def test_kill_of_the_shim_takes_a_nested_stata_along(desk: Desk) -> None:
    stata = desk.script("stata.py", "import os, time\nopen('inner', 'w').write(str(os.getpid()))\ntime.sleep(30)", PYTHON)
    process = desk.start(desk.script("wrapper", f"echo $$ > outer; {stata}; true"))
    outer, inner = desk.pid_in("outer"), desk.pid_in("inner")
    process.kill()
    process.communicate(timeout=2)
    until(lambda: not runs(outer) and not runs(inner), seconds=2)
    run = desk.only_run()
    assert (run.ended_at, run.exit_status, run.tree) == (None, None, ())
    assert run.arguments == tuple(BATCH)


@LINUX_ONLY
def test_kill_of_the_shim_takes_a_stata_of_its_own_session_along(desk: Desk) -> None:
    """`timeout`, `sudo` and `setsid` put what they start into a group or session of its own."""
    process = desk.start(desk.script("wrapper", "setsid sh -c 'echo $$ > inner; exec sleep 30' & wait"))
    inner = desk.pid_in("inner")
    process.kill()
    process.communicate(timeout=2)
    until(lambda: not runs(inner), seconds=2)


def test_shim_that_ends_leaves_nothing_running(desk: Desk) -> None:
    desk.run(desk.script("stata", "exit 0"))
    assert [child.cmdline() for child in psutil.Process().children(recursive=True)] == []


@LINUX_ONLY
def test_leaf_behind_wrappers_is_the_program_that_worked(desk: Desk) -> None:
    work = (
        "import time\nend = time.process_time() + 0.1\nwhile time.process_time() < end: pass\nopen('stata.log', 'w').write('x')"
    )
    stata = desk.script("stata.py", work, PYTHON)
    inner = desk.script("inner", f'{stata} "$@"')
    assert desk.run(desk.script("licence wrapper", f'sleep 0.02; {inner} "$@"; sleep 0.02')).returncode == 0
    run = desk.only_run()
    assert run.leaf_executable == PYTHON
    assert run.leaf_sha256 == hashlib.sha256(Path(PYTHON).read_bytes()).hexdigest()
    assert run.leaf_size == Path(PYTHON).stat().st_size
    chain = [node for node in run.tree if "sleep" not in node.executable]
    assert [Path(node.executable).name for node in chain][-1] == Path(PYTHON).name
    assert [child.parent for child in chain[1:]] == [parent.pid for parent in chain[:-1]]
    assert chain[0].parent == run.shim_pid
    assert chain[-1].command[1:] == (shlex.split(stata)[0], *BATCH)
    assert run.cpu_seconds is not None
    assert run.cpu_seconds >= 0.1


@LINUX_ONLY
def test_leaf_is_who_writes_the_log_not_who_is_busy_beside(desk: Desk) -> None:
    """A real Stata that runs for show beside a script that writes the log must not count."""
    busy = f"{shlex.quote(PYTHON)} -c 'import time\nwhile time.process_time() < 0.15: pass'"
    desk.run(desk.script("fake", f"exec 3> stata.log; {busy} 3>&-; echo '. display 1' >&3"))
    assert Path(desk.only_run().leaf_executable or "").name in os.path.realpath("/bin/sh")


@LINUX_ONLY
def test_instant_command_is_seen(desk: Desk) -> None:
    desk.run("true")
    run = desk.only_run()
    assert run.leaf_executable == os.path.realpath(shutil.which("true") or "")
    assert run.leaf_sha256 == hashlib.sha256(Path(run.leaf_executable).read_bytes()).hexdigest()
    assert len(run.tree) == 1
    assert (run.log_file, run.log_sha256, run.log_size) == (None, None, None)


def test_missing_do_file_and_other_forms(desk: Desk) -> None:
    (desk.work / "stata.do").unlink()
    real = desk.script("stata", "exit 0")
    desk.run(real)
    desk.run(real, ["-b", "sub/analysis.v2.do"])
    desk.run(real, ["-b", "display 1"])
    first, second, third = read_runs(desk.records)
    assert (first.do_file, first.do_file_sha256) == (str(desk.work / "stata.do"), None)
    assert second.do_file == str(desk.work / "sub/analysis.v2.do")
    assert third.do_file is None


def test_log_of_a_do_file_with_dots(desk: Desk) -> None:
    desk.run(desk.script("stata", "echo x > analysis.v2.log"), ["-b", "do", "sub/analysis.v2.do"])
    assert desk.only_run().log_file == str(desk.work / "analysis.v2.log")


def test_command_of_several_words(desk: Desk) -> None:
    desk.run(f"{shlex.quote(PYTHON)} -c 'import sys; sys.exit(len(sys.argv))' 'a b'")
    run = desk.only_run()
    assert run.command == (PYTHON, "-c", "import sys; sys.exit(len(sys.argv))", "a b")
    assert run.arguments == tuple(BATCH)
    assert run.exit_status == 5


def test_command_that_vanished_ends_as_in_a_shell(desk: Desk) -> None:
    command = desk.command(desk.script("stata", "exit 0"))
    (desk.folder / "stata").unlink()
    got = subprocess.run([*command, *BATCH], cwd=desk.work, capture_output=True, timeout=10, check=False)
    assert got.returncode == 127
    assert b"No such file" in got.stderr
    run = desk.only_run()
    assert (run.exit_status, run.tree, run.leaf_executable) == (127, (), None)


def test_record_that_cannot_be_written_does_not_touch_the_run(desk: Desk) -> None:
    command = desk.command(desk.script("stata", "exit 3"))
    desk.records.rmdir()
    got = subprocess.run([*command, *BATCH], cwd=desk.work, capture_output=True, timeout=10, check=False)
    assert got.returncode == 3
    assert b"no start record" in got.stderr


def test_shim_script_runs_by_itself(desk: Desk) -> None:
    import ss_audit.witness.stata_shim.shim as shim

    desk.records.mkdir()
    words = [PYTHON, "-I", "-S", shim.__file__, "--records", str(desk.records), "--", "/bin/sh", "-c", "exit 4"]
    assert subprocess.run(words, cwd=desk.work, check=False).returncode == 4
    assert desk.only_run().exit_status == 4
    for wrong in (
        words[:-4],
        [*words[:4], "--", "x"],
        [*words[:6], "--words", "9", *words[6:]],
        [*words[:6], "-x", "y", *words[6:]],
    ):
        got = subprocess.run(wrong, cwd=desk.work, capture_output=True, check=False)
        assert got.returncode == 64
        assert got.stderr.startswith(b"usage:")


def test_shim_needs_no_site_packages() -> None:
    """It must start with -S: an import of anything but the standard library would end every run of SS's."""
    root = Path(__file__).resolve().parents[2]
    code = (
        f"import sys; sys.path.append({str(root)!r}); import ss_audit.witness.stata_shim.shim; "
        "print({name.partition('.')[0] for name in sys.modules} - sys.stdlib_module_names - {'__main__'})"
    )
    got = subprocess.run([PYTHON, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert got.stdout.strip() == "{'ss_audit'}", got.stdout


def test_shim_costs_little(desk: Desk) -> None:
    command = desk.command("/bin/true")
    best = min(timed([*command, *BATCH], desk.work) for _ in range(5))
    assert best < 0.5, f"the shim added {best:.3f} s to a command that does nothing"


def timed(words: list[str], cwd: Path) -> float:
    begin = time.perf_counter()
    subprocess.run(words, cwd=cwd, check=True)
    return time.perf_counter() - begin


@LINUX_ONLY
def test_kill_of_shim_and_guard_together_leaves_no_stata(desk: Desk) -> None:
    process = desk.start(desk.script("stata", "echo $$ > pid; exec sleep 30"))
    stata = desk.pid_in("pid")
    guard = psutil.Process(stata).parent()
    assert guard is not None
    assert guard.ppid() == process.pid
    process.kill()
    guard.kill()
    process.communicate(timeout=2)
    until(lambda: not runs(stata), seconds=2)


@LINUX_ONLY
def test_kill_of_the_guard_alone_is_a_killed_stata_to_ss(desk: Desk) -> None:
    process = desk.start(desk.script("stata", "echo $$ > pid; exec sleep 30"))
    guard = psutil.Process(desk.pid_in("pid")).parent()
    assert guard is not None
    guard.kill()
    assert process.wait(5) == -signal.SIGKILL
    assert (desk.only_run().exit_status, desk.only_run().cpu_seconds) == (-signal.SIGKILL, None)


def test_stata_ends_though_a_child_of_its_own_goes_on(desk: Desk) -> None:
    """As without the shim: what a command leaves behind is neither waited for nor killed when the command ends by itself."""
    got = desk.run(desk.script("stata", "sleep 30 > /dev/null 2>&1 & echo $! > left; exit 0"))
    left = desk.pid_in("left")
    assert got.returncode == 0
    assert runs(left)
    os.kill(left, signal.SIGKILL)
