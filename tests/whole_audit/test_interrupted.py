"""An audit that is interrupted ends in order; one that is killed leaves nothing running, and no verdict."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from .conftest import Runner, Starter
from .running import Command, Ended, run_folders, waited_for

Interrupt = Callable[[Command], None]


def in_the_canary_job(event: dict[str, Any]) -> bool:
    """A moment at which two stacks run and a job is on its way."""
    seen = event.get("data", {}) if event.get("kind") == "http_exchange" else {}
    return seen.get("status") == 200 and bool(seen["url"].endswith("/plan/freeze"))


def ctrl_c(command: Command) -> None:
    command.signal_group(signal.SIGINT)


def ctrl_c_three_times(command: Command) -> None:
    for _ in range(3):
        command.signal_group(signal.SIGINT)


def terminated(command: Command) -> None:
    command.process.send_signal(signal.SIGTERM)


def hung_up(command: Command) -> None:
    command.process.send_signal(signal.SIGHUP)


@pytest.mark.parametrize("program", [("behave",), ("ss-audit", "rehearse")], ids=" ".join)
@pytest.mark.parametrize("interrupt", [ctrl_c, ctrl_c_three_times, terminated, hung_up], ids=lambda how: how.__name__)
def test_it_ends_in_order(begin: Starter, program: tuple[str, ...], interrupt: Interrupt) -> None:
    command = begin(*program)
    command.wait_for_event(in_the_canary_job)
    interrupt(command)
    run = command.end(30.0)
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "operator"), run.said
    assert run.verdict["partial_because"] == "it was interrupted"
    assert run.outcomes["Spec pack is present"] == "pass", "what was judged before is kept"
    assert set(run.outcomes.values()) == {"pass", "not_run"}
    assert run.events[-1]["type"] == "verdict"
    assert any(map(in_the_canary_job, run.events)), "the evidence so far is kept"
    assert "Interrupted" in run.said
    assert "VERDICT: INCONCLUSIVE" in run.said
    assert (run.left_running, run.left_lying) == ((), ())


@pytest.mark.parametrize("program", [("behave",), ("ss-audit", "rehearse")], ids=" ".join)
def test_before_ss_is_up(begin: Starter, program: tuple[str, ...]) -> None:
    command = begin(*program)
    command.wait_for_event(lambda event: event["type"] == "settings")
    ctrl_c(command)
    run = command.end(30.0)
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "operator"), run.said
    assert set(run.outcomes.values()) == {"not_run"}
    assert (run.left_running, run.left_lying) == ((), ())


@pytest.mark.parametrize("program", [("behave",), ("ss-audit", "rehearse")], ids=" ".join)
def test_killed_it_takes_everything_with_it(begin: Starter, program: tuple[str, ...]) -> None:
    command = begin(*program)
    command.wait_for_event(in_the_canary_job)
    children = command.running()
    assert len(children) >= 6, "the keeper, the LLM, and two stacks of two"
    os.kill(command.process.pid, signal.SIGKILL)
    waited_for(lambda: not any(map(psutil.Process.is_running, children)) or None, 5.0)
    assert_unfinished(command.end(5.0))


def test_killed_under_ss_audit_it_takes_everything_with_it(begin: Starter) -> None:
    command = begin("ss-audit", "rehearse")
    command.wait_for_event(in_the_canary_job)
    (behave,) = [child for child in command.running() if "ss_audit.cli_behave" in child.cmdline()]
    behave.kill()
    run = command.end(10.0)
    assert run.code == 2
    assert "without a verdict" in run.said
    assert_unfinished(run)


def assert_unfinished(run: Ended) -> None:
    assert (run.left_running, run.left_lying) == ((), ())
    (folder,) = run_folders(run.reports)
    assert not (folder / "verdict.json").exists()
    assert {"planned"} <= {event["type"] for event in run.events}
    assert "verdict" not in {event["type"] for event in run.events}


def test_an_interrupt_that_is_swallowed_still_ends_the_run(project: Path, carry_out: Runner) -> None:
    """Python discards what is raised inside `__del__` and in callbacks; there the signal may strike as well."""
    steps = project / "steps" / "processes.py"
    strike = "import os, signal\nfrom contextlib import suppress\n\n\ndef strike():\n    with suppress(KeyboardInterrupt):\n"
    strike += "        os.kill(os.getpid(), signal.SIGINT)\n\n\n"
    text = steps.read_text("utf-8")
    at = text.index("@given")
    text = f"{text[:at]}{strike}{text[at:]}"
    text = text.replace("    context.audit.observe(StackSeen)\n", "    strike()\n    context.audit.observe(StackSeen)\n", 1)
    steps.write_text(text, "utf-8")
    run = carry_out("behave", cwd=project, environment={"PYTHONPATH": str(project)})
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "operator"), run.said
    assert run.outcomes["A person comes from a task code to downloaded results"] == "not_run"
