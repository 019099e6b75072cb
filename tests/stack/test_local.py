"""A stack of real processes: up when it is up, told when it is not, restarted for real, and gone afterwards."""

import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import psutil
import pytest

from ss_audit.evidence.model import LogWindow, ProcessSeen, Statement
from ss_audit.stack import beginning
from ss_audit.stack import keeper as sidecar
from ss_audit.stack.errors import NoSpace, NotReady, PortTaken, StackDidNotStart, StackError
from ss_audit.stack.local import LocalStack, RestartSeen
from ss_audit.stack.ports import free_port
from ss_audit.stack.readiness import wait_for
from ss_audit.stack.sidecar import Keeper

from . import programs
from .conftest import Records, StackMaker

FAILS = "import sys; print({!r}, file=sys.stderr); raise SystemExit(3)"


def kill(process: ProcessSeen) -> None:
    os.kill(process.pid, signal.SIGKILL)
    wait_for(lambda: sidecar.birth(process.pid) is None or None, 5, "the end of the process")


def test_it_is_up_when_start_returns_and_gone_after_stop(stack_of: StackMaker, keeper: Keeper) -> None:
    stack = stack_of()
    seen = stack.start()
    assert httpx.get(stack.base_url + "/anything", trust_env=False).status_code == 404
    assert [(s.role, s.phase, s.alive) for s in seen] == [("api", "start", True), ("worker", "start", True)]
    assert [s.started_at for s in seen] == [psutil.Process(s.pid).create_time() for s in seen]
    with pytest.raises(StackError, match="runs already"):
        stack.start()
    stack.stop()
    stack.stop()
    assert keeper.leaked() == ()
    with pytest.raises(httpx.ConnectError):
        httpx.get(stack.base_url, trust_env=False)


def test_start_commands_environment_and_revision_are_evidence_and_secrets_are_not(
    stack_of: StackMaker, records: Records
) -> None:
    stack = stack_of(env={"SS_LLM_API_KEY": "sk-very-secret", "SS_ENV": "development"}, revision="abc", dirty=True)
    api, _ = stack.start()
    told = next(entry for entry in records.entries if isinstance(entry, Statement)).detail
    assert told["start_commands"]["api"] == list(api.command) == [sys.executable, "-c", programs.API, *api.command[3:]]
    assert told["environment"] == api.env == {"SS_ENV": "development", "SS_LLM_API_KEY": "***"}
    assert (told["revision"], told["dirty"]) == ("abc", True)
    assert "very-secret" not in repr(stack.spec)
    assert "very-secret" not in "".join(entry.model_dump_json() for entry in records.entries)


def test_a_restart_is_proven_by_new_processes_on_the_same_address(stack_of: StackMaker) -> None:
    stack = stack_of()
    stack.start()
    address, marks = stack.base_url, stack.log_marks()
    seen = stack.restart()
    assert seen.is_proven
    assert {s.phase for s in seen.before} == {"before restart"}
    assert {s.phase for s in seen.after} == {"after restart"}
    assert not {s.pid for s in seen.before} & {s.pid for s in seen.after}
    assert not [s.pid for s in seen.before if psutil.pid_exists(s.pid)]
    assert stack.base_url == address
    assert httpx.get(address, trust_env=False).status_code == 404
    _, worker = stack.log_windows(marks, "over the restart")
    assert worker.lines == ('{"event": "SS_WORKER_STARTUP"}',)


def test_a_process_that_stayed_is_no_restart(stack_of: StackMaker) -> None:
    before = stack_of().start()
    gone = tuple(seen.model_copy(update={"alive": False, "pid": seen.pid + 1}) for seen in before)
    assert not RestartSeen(before=before, after=before).is_proven
    assert not RestartSeen(before=before, after=gone).is_proven
    assert not RestartSeen(before=(), after=()).is_proven


def test_who_dies_unasked_is_noticed_once_with_its_end_and_can_be_revived(stack_of: StackMaker, records: Records) -> None:
    stack = stack_of()
    _, worker = stack.start()
    assert stack.check_alive() == ()
    kill(worker)
    dead = stack.check_alive()
    assert [(d.role, d.pid, d.alive, d.exit_status) for d in dead] == [("worker", worker.pid, False, -signal.SIGKILL)]
    assert stack.check_alive() == dead
    assert len([entry for entry in records.entries if isinstance(entry, ProcessSeen) and not entry.alive]) == 1
    (revived,) = stack.revive()
    assert revived.alive
    assert revived.pid != worker.pid
    assert stack.check_alive() == ()
    assert [seen.role for seen in stack.processes("end")] == ["api", "worker"]


def test_the_api_can_be_revived_on_its_address(stack_of: StackMaker) -> None:
    stack = stack_of()
    api, _ = stack.start()
    address = stack.base_url
    kill(api)
    stack.revive()
    assert stack.base_url == address
    assert httpx.get(address, trust_env=False).status_code == 404


def test_an_api_that_ends_is_told_with_its_last_words_masked_and_a_way_out(
    stack_of: StackMaker, records: Records, keeper: Keeper
) -> None:
    words = "LLMConfigurationError: SS_LLM_PROVIDER is required; key was sk-secret"
    stack = stack_of(api=FAILS.format(words), mask=lambda text: text.replace("sk-secret", "[masked]"))
    with pytest.raises(StackDidNotStart, match=r"exit status 3.*set SS_LLM_PROVIDER") as caught:
        stack.start()
    assert caught.value.ended is not None
    assert (caught.value.ended.role, caught.value.ended.exit_status) == ("api", 3)
    assert caught.value.log_tail == ("LLMConfigurationError: SS_LLM_PROVIDER is required; key was [masked]",)
    assert [type(entry) for entry in records.entries] == [ProcessSeen, LogWindow]
    assert keeper.leaked() == ()


def test_a_worker_that_ends_takes_the_api_with_it(stack_of: StackMaker, keeper: Keeper) -> None:
    with pytest.raises(StackDidNotStart, match=r"SS's worker did not start.*SS_STATA_CMD(?s:.*)STATA_CMD_INVALID"):
        stack_of(worker=FAILS.format('{"event": "SS_WORKER_STARTUP_FAILED", "error_code": "STATA_CMD_INVALID"}')).start()
    assert keeper.leaked() == ()


def test_last_words_are_those_of_this_start(stack_of: StackMaker) -> None:
    stack = stack_of(worker="raise SystemExit(3)")
    stack.folder.mkdir()
    (stack.folder / "worker.log").write_text("words of an earlier one\n")
    with pytest.raises(StackDidNotStart, match="it logged nothing"):
        stack.start()


def test_an_api_that_never_answers_is_told_after_the_time_given(stack_of: StackMaker, keeper: Keeper) -> None:
    with pytest.raises(NotReady, match=r"an HTTP answer from SS's API on port \d+.*timeout_startup(?s:.*)thinking") as caught:
        stack_of(api="import time; print('thinking', flush=True); time.sleep(300)", timeout_startup=0.6).start()
    assert 0.6 <= caught.value.waited_seconds < 5
    assert keeper.leaked() == ()


def test_a_worker_that_logs_nothing_is_ready_once_it_has_lived_for_a_while(stack_of: StackMaker, records: Records) -> None:
    stack_of(worker=programs.SILENT_WORKER, timeout_startup=1.0).start()
    assert next(e for e in records.entries if isinstance(e, Statement)).detail["ready"]["worker"] == "alive"


def test_a_worker_that_dies_after_naming_its_runner_is_not_ready(stack_of: StackMaker) -> None:
    dies = (
        "import time; print('SS_WORKER_RUNNER_SELECTED', flush=True); time.sleep(0.3); raise OSError('Address already in use')"
    )
    with pytest.raises(StackDidNotStart, match="SS_WORKER_METRICS_PORT=0"):
        stack_of(worker=dies).start()


def test_an_older_process_that_answers_on_the_port_is_not_taken_for_ours(
    stack_of: StackMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = stack_of()
    older.start()
    port = int(older.base_url.rpartition(":")[2])
    monkeypatch.setattr(beginning, "free_port", lambda _: port)
    deaf_to_the_port = "import time; time.sleep(300)"
    for api in (programs.API, deaf_to_the_port):
        with pytest.raises(PortTaken, match=rf"another process answers on the port {port}.*tries: 3"):
            stack_of(api=api).start()
    assert older.check_alive() == ()


def test_a_fixed_port_in_the_command_that_is_taken_is_told(stack_of: StackMaker) -> None:
    older = stack_of()
    older.start()
    fixed = older.base_url.rpartition(":")[2]
    with pytest.raises(StackDidNotStart, match=r"A port is taken: use \{port\} in api_command"):
        stack_of(api_command=("{python}", "-c", programs.API, "{host}", fixed)).start()


def test_a_lost_race_for_the_port_is_run_again_on_another(stack_of: StackMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as faster:
        faster.bind(("127.0.0.1", 0))
        faster.listen()
        lost = faster.getsockname()[1]
        chosen = iter([lost])
        monkeypatch.setattr(beginning, "free_port", lambda host: next(chosen, None) or free_port(host))
        stack = stack_of()
        stack.start()
        assert stack.base_url != f"http://127.0.0.1:{lost}"
        assert stack.check_alive() == ()


def test_an_interrupted_start_leaves_nothing(stack_of: StackMaker, keeper: Keeper, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(beginning, "wait_for_worker", interrupted)
    with pytest.raises(KeyboardInterrupt):
        stack_of().start()
    assert keeper.leaked() == ()


def test_two_stacks_side_by_side_share_nothing(stack_of: StackMaker) -> None:
    one, other = stack_of(), stack_of()
    one.start()
    other.start()
    assert one.base_url != other.base_url
    one.stop()
    assert other.check_alive() == ()
    assert httpx.get(other.base_url, trust_env=False).status_code == 404


def test_log_windows_hold_what_was_logged_in_between(stack_of: StackMaker) -> None:
    stack = stack_of()
    stack.start()
    marks = stack.log_marks()
    httpx.get(stack.base_url + "/needle", trust_env=False)
    wait_for(lambda: stack.logs["api"].since(marks["api"]) or None, 5, "the access log")
    api, worker = stack.log_windows(marks, "one request")
    assert (api.process, worker.process) == ("api", "worker")
    assert len(api.lines) == 1
    assert "/needle" in api.lines[0]
    assert worker.lines == ()
    assert api.id
    assert api.title == "one request: api log"


def test_a_proxy_does_not_answer_for_our_api(stack_of: StackMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    stack_of().start()


def test_a_full_disk_is_told_before_anything_starts(
    stack_of: StackMaker, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ss_audit.stack.disk.free_bytes", lambda _: 2**20)
    with pytest.raises(NoSpace, match="only 1 MiB are free"):
        stack_of().start()
    assert records.entries == []


def test_an_address_before_the_first_start_is_an_error(stack_of: StackMaker) -> None:
    with pytest.raises(StackError, match="never started"):
        _ = stack_of().base_url


def test_what_was_left_out_of_stop_is_found_as_a_leak(stack_of: StackMaker, tmp_path: Path, records: Records) -> None:
    with Keeper() as keeper:
        stack = LocalStack(stack_of().spec, records, keeper, tmp_path / "leaking")
        seen = stack.start()
        assert set(keeper.leaked()) == {s.pid for s in seen} == set(keeper.close())
    assert [s.alive for s in stack.processes("end")] == [False, False]
