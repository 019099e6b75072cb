"""The operator's commands: what is filled in, how they end, and what stays on record."""

import contextlib
import os
import shlex
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from ss_audit.evidence.archive import Archive
from ss_audit.stack import operator_command
from ss_audit.stack.logs import LEFT_OUT
from ss_audit.stack.operator_command import MeansFailed, Operator, filled
from ss_audit.stack.sidecar import Keeper

ECHO = shlex.join([sys.executable, "-c", "import sys; print(sys.argv[1:])"])


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("put {file}", ("put", "a b; rm -rf $(x)")),
        ("put host:{file}.bak", ("put", "host:a b; rm -rf $(x).bak")),
        ("get -o jsonpath='{.items[*]}' {other}", ("get", "-o", "jsonpath={.items[*]}", "{other}")),
        ("sh -c 'cat \"$0\"' {file}", ("sh", "-c", 'cat "$0"', "a b; rm -rf $(x)")),
    ],
)
def test_what_is_filled_in_is_never_another_word_or_command(template: str, words: tuple[str, ...]) -> None:
    assert filled(template, {"file": "a b; rm -rf $(x)"}) == words


def test_a_leading_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    assert filled("~/bin/restart a~b", {}) == ("/somewhere/bin/restart", "a~b")


def test_what_it_said_is_on_record_without_secrets(operator: Operator, archive: Archive) -> None:
    archive.redactor.learn("code-4711-of-somebody", "task code")
    run, output = operator.run("start_commands", f"{ECHO} code-4711-of-somebody {{package}}", {"package": "x"})
    assert output == b"['code-4711-of-somebody', 'x']\n"
    assert (run.setting, run.exit_status, archive.entries[run.id]) == ("start_commands", 0, run)
    assert "4711" not in (archive.folder / "events.jsonl").read_text()
    assert "'x'" in (run.output.text or "")


def test_output_that_is_not_ours_to_keep_is_not_kept(operator: Operator, archive: Archive) -> None:
    _, output = operator.run("api_log_command", f"{ECHO} of-somebody-else", record_output=False)
    assert b"of-somebody-else" in output
    assert not archive.entries


def test_of_a_log_that_is_too_long_the_end_is_kept(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operator_command, "MOST_BYTES", 9)
    _, whole = operator.run("api_log_command", "printf 'one\ntwo\n'", record_output=False)
    assert whole == b"one\ntwo\n"
    _, cut = operator.run("worker_log_command", "printf 'first\ntwo\nthree\n'", record_output=False)
    assert cut.decode().splitlines() == [LEFT_OUT.format(10), "three"]
    _, exactly = operator.run("api_log_command", "printf 'first\ntwo\nfour\n'", record_output=False)
    assert exactly.decode().splitlines() == [LEFT_OUT.format(6), "two", "four"]
    _, head = operator.run("start_commands", "printf 'first\ntwo\nthree\n'", record_output=False)
    assert head == b"first\ntwo"


@pytest.mark.parametrize(
    ("command", "says", "blame"),
    [
        ("no-such-program-of-anybody x", "can't be started: No such file", "operator"),
        ("sh -c 'exit 127'", "exit status 127", "operator"),
        ("sh -c 'echo first; echo Access denied >&2; exit 5'", "exit status 5, saying: Access denied", "environment"),
    ],
)
def test_a_command_that_fails_says_why_and_whose_it_is(operator: Operator, command: str, says: str, blame: str) -> None:
    with pytest.raises(MeansFailed, match="restart_command failed") as failed:
        operator.run("restart_command", command, record_output=False)
    assert says in str(failed.value)
    assert failed.value.blame == blame
    assert failed.value.run.id, "a failure is on record in any case"


def test_at_its_time_limit_all_that_it_started_is_ended(operator: Operator, tmp_path: Path) -> None:
    operator.timeout = 1.0
    command = f"sh -c 'setsid sleep 600 & echo $! > {tmp_path}/a; sleep 600 & echo $! > {tmp_path}/b; wait'"
    began = time.monotonic()
    with pytest.raises(MeansFailed, match="did not end within 1 s") as failed:
        operator.run("restart_command", command)
    assert time.monotonic() - began < 10
    assert failed.value.blame == "environment"
    for name in ("a", "b"):
        pid = int((tmp_path / name).read_text())
        with contextlib.suppress(psutil.NoSuchProcess):
            assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_what_a_command_leaves_in_the_background_goes_on_and_holds_up_nobody(
    operator: Operator, keeper: Keeper, tmp_path: Path
) -> None:
    """A command that restarts SS may be SS's parent, and SS may hold its output open."""
    began = time.monotonic()
    operator.run("restart_command", f"sh -c 'sleep 600 & echo $! > {tmp_path}/pid'")
    assert time.monotonic() - began < 10
    pid = int((tmp_path / "pid").read_text())
    try:
        assert keeper.leaked() == ()
        assert psutil.Process(pid).is_running()
    finally:
        os.kill(pid, signal.SIGKILL)
