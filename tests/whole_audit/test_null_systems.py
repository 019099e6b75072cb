"""Systems that do nothing of what SS does: no spec scenario but the one about the spec pack passes."""

import shlex
from pathlib import Path

import pytest

from .conftest import Runner
from .running import Ended
from .test_whole_rehearsal import spec_scenarios

NULL_SS = Path(__file__).with_name("null_ss.py")
WORKER = f"{{python}} {shlex.quote(str(NULL_SS))} worker"
PACK = {"Spec pack is present"}


def api(kind: str) -> str:
    return f"{{python}} {shlex.quote(str(NULL_SS))} {kind} {{port}}"


def spec_passed(run: Ended) -> set[str]:
    return run.passed & spec_scenarios()


@pytest.mark.parametrize("kind", ["braces", "html"])
def test_one_that_answers_everything_alike_is_not_ready(carry_out: Runner, kind: str) -> None:
    run = carry_out("behave", settings={"api_command": api(kind), "worker_command": WORKER})
    assert (run.code, run.verdict["verdict"]) == (1, "NOT READY"), run.said
    assert spec_passed(run) == PACK
    assert "pass" not in run.verdict["audit_points"].values()
    assert "Traceback" not in run.said
    assert (run.left_running, run.left_lying) == ((), ())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"api_command": api("deaf"), "timeout_startup": "2"}, "an HTTP answer from SS's API"),
        ({"api_command": api("mute"), "timeout_startup": "2"}, "an HTTP answer from SS's API"),
        ({"api_command": "/bin/false"}, "SS's api did not start"),
        ({"worker_command": "/bin/false"}, "SS's worker did not start"),
        ({"api_command": "/no/such/program"}, "No such file"),
        ({"api_command": "/bin/false", "ss_env.SS_DO_TEMPLATE_LIBRARY_DIR": "/no/such/library"}, "SS's api did not start"),
    ],
    ids=["nothing listens", "never answers", "API ends at once", "worker ends at once", "no such program", "no library either"],
)
def test_one_that_does_not_come_up_is_inconclusive(carry_out: Runner, settings: dict[str, str], said: str) -> None:
    run = carry_out("ss-audit", "rehearse", settings=settings)
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "environment"), run.said
    assert spec_passed(run) == PACK
    outcomes = {s["name"]: s["outcome"] for s in run.verdict["scenarios"]}
    assert outcomes["SS stays up while it is audited"] == "error"
    assert {name for name, outcome in outcomes.items() if outcome in ("pass", "fail")} == PACK
    assert said in run.said.split("Feature:", 1)[0], "why SS does not come up is said first"
    assert "Traceback" not in run.said
    assert run.events[-1]["type"] == "verdict"
    assert (run.left_running, run.left_lying) == ((), ())


def test_the_wait_for_readiness_is_spent_once(carry_out: Runner) -> None:
    run = carry_out("behave", settings={"api_command": api("mute"), "timeout_startup": "3"})
    tries = {e["data"]["pid"] for e in run.events if e.get("kind") == "process" and e["data"]["phase"] == "not ready in time"}
    assert len(tries) == 1
    assert run.code == 2
