"""The shim with real processes: SS must notice nothing, and what ran must be on record."""

import hashlib
import os
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from ss_audit.witness.stata_shim.records import read_runs
from witness.desk import BATCH, LINUX_ONLY, PYTHON, Desk


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


def test_who_started_it_is_on_record(desk: Desk) -> None:
    assert desk.run(desk.script("stata", "exit 0")).returncode == 0
    above = desk.only_run().ancestors
    assert above[:2] == (os.getpid(), os.getppid())
    through_a_shell = ["/bin/sh", "-c", '"$@"; exit 0', "sh", *desk.command(desk.script("stata", "exit 0")), *BATCH]
    subprocess.run(through_a_shell, cwd=desk.work, check=True, timeout=20)
    assert read_runs(desk.records)[-1].ancestors[1:] == above


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
