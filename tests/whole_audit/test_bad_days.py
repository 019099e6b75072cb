"""What the machine or the people on it can do to an audit: it says so, keeps its evidence and leaves nothing behind."""

import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from .conftest import Runner, Starter
from .running import Command, Ended, run_folders, waited_for

DEAD = "SS stays up while it is audited"


def is_up(event: dict[str, Any]) -> bool:
    return event["type"] == "evidence" and event["kind"] == "process" and event["data"]["phase"] == "start"


def starts(name: str) -> Any:
    return lambda event: event["type"] == "scenario_started" and event["data"]["name"] == name


def pid_of_api(command: Command) -> int:
    event = command.wait_for_event(lambda e: is_up(e) and e["data"]["role"] == "api")
    return int(event["data"]["pid"])


def assert_inconclusive(run: Ended, blame: str) -> None:
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", blame), run.said
    assert run.events[-1]["type"] == "verdict"
    assert "Traceback" not in run.said
    assert (run.left_running, run.left_lying) == ((), ())


def test_the_api_is_killed_before_the_first_scenario(begin: Starter) -> None:
    command = begin("behave")
    os.kill(pid_of_api(command), signal.SIGKILL)
    run = command.end()
    assert_inconclusive(run, "environment")
    assert run.outcomes[DEAD] == "error"
    assert "fail" not in run.outcomes.values(), "a death from outside is not SS's fault"


def test_the_api_is_killed_while_it_starts(begin: Starter) -> None:
    command = begin("behave")

    def api() -> psutil.Process | None:
        for process in command.running():
            try:
                if "api" in process.cmdline() and "rehearsal.reference_ss" in process.cmdline():
                    return process
            except psutil.Error:
                continue
        return None

    waited_for(api, 30.0).kill()
    assert_inconclusive(command.end(), "environment")


def test_the_api_is_killed_in_mid_run(begin: Starter) -> None:
    command = begin("behave")
    pid = pid_of_api(command)
    command.wait_for_event(starts("Redeem returns a usable job token"))
    os.kill(pid, signal.SIGKILL)
    run = command.end()
    assert_inconclusive(run, "environment")
    assert run.outcomes[DEAD] == "error"
    assert "fail" not in run.outcomes.values()


def test_a_port_that_is_taken(carry_out: Runner) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        fixed = f"{{python}} -m rehearsal.reference_ss api --host {{host}} --port {port}"
        run = carry_out("behave", settings={"api_command": fixed})
    assert_inconclusive(run, "environment")
    assert "A port is taken: use {port} in api_command" in run.said.split("Feature:", 1)[0]


@pytest.fixture
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A disk with so many MiB; only root may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={request.param}m", "none", str(place)]
    made = subprocess.run(mount, capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"no small disk can be made here: {made.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.may_skip("mounting a file system needs root")
@pytest.mark.parametrize("small_disk", [1], indirect=True)
def test_no_room_for_the_reports(carry_out: Runner, small_disk: Path) -> None:
    run = carry_out("ss-audit", "rehearse", reports=small_disk / "reports")
    assert run.code == 2
    assert "MiB are free" in run.said
    assert "reports_dir" in run.said
    assert "Traceback" not in run.said
    assert run.left_running == ()


@pytest.mark.may_skip("mounting a file system needs root")
@pytest.mark.parametrize("small_disk", [1], indirect=True)
def test_no_room_for_what_ss_keeps(carry_out: Runner, small_disk: Path) -> None:
    (small_disk / "tmp").mkdir()
    run = carry_out("behave", environment={"TMPDIR": str(small_disk / "tmp")})
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "environment")
    assert "MiB are free" in run.said.split("Feature:", 1)[0]
    assert list((small_disk / "tmp").iterdir()) == []


def fill(disk: Path) -> None:
    with contextlib.suppress(OSError), (disk / "filling").open("wb", buffering=0) as filling:
        while True:
            filling.write(bytes(1 << 16))


@pytest.mark.may_skip("mounting a file system needs root")
@pytest.mark.parametrize("small_disk", [205], indirect=True)
def test_a_disk_that_fills_up_in_mid_run(begin: Starter, small_disk: Path) -> None:
    command = begin("behave", reports=small_disk / "reports")
    command.wait_for_event(starts("Redeem returns a usable job token"))
    fill(small_disk)
    run = command.end()
    assert run.code == 2
    assert "no verdict" in run.said
    assert "No space left" in run.said
    assert "Traceback" not in run.said
    assert (run.left_running, run.left_lying) == ((), ())
    assert not (run.folder / "verdict.json").exists()
    log = (run.folder / "bundle" / "data" / "events.jsonl").read_bytes()
    assert log.count(b"\n") > 100, "what was seen before is kept"


def test_reports_that_cannot_be_written(carry_out: Runner, tmp_path: Path) -> None:
    file = tmp_path / "a-file"
    file.write_text("")
    run = carry_out("behave", reports=file / "reports")
    assert run.code == 2
    assert "can't start" in run.said
    assert "Traceback" not in run.said


def test_two_audits_at_once_end_as_they_would_alone(whole: Ended, two_at_once: tuple[Ended, Ended]) -> None:
    first, second = two_at_once
    folders = run_folders(first.reports)
    assert len(folders) == 2
    for run, folder in zip(sorted(two_at_once, key=lambda r: r.said.count(folders[1].name)), folders, strict=True):
        run.__dict__["folder"] = folder
        assert run.code == 1, run.said
        assert run.outcomes == whole.outcomes
        assert run.verdict["rehearsal"]["as_expected"]
        assert run.events[-1]["type"] == "verdict"
        assert (run.left_running, run.left_lying) == ((), ())
    assert (second.reports / "latest").resolve() in [folder.resolve() for folder in folders]
    assert (second.reports / "latest" / "verdict.json").is_file()
    assert {path.name for path in second.reports.iterdir()} == {"latest", *(folder.name for folder in folders)}
