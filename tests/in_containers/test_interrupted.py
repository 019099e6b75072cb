"""An audit that ends while it has stopped somebody else's containers for a restart: they run again afterwards."""

import signal
from typing import Any

import pytest
from docker import DockerClient
from whole_audit.running import waited_for

from ss_audit.stack.docker.found import PROJECT, SERVICE

from .conftest import Project, Starter

pytestmark = [pytest.mark.once, pytest.mark.timeout(200)]
RESTART = "Artifacts are contract-indexed and survive restart"
PARTS = ("api", "worker")


def state_of(engine: DockerClient, project: Project) -> dict[str, tuple[bool, str]]:
    """Whether API and worker run, and since when."""
    found = engine.containers.list(all=True, filters={"label": f"{PROJECT}={project.name}"})
    states = {one.labels[SERVICE]: one.attrs["State"] for one in found}
    return {part: (states[part]["Running"], states[part]["StartedAt"]) for part in PARTS}


def is_about_to_restart(event: dict[str, Any]) -> bool:
    return event.get("kind") == "process" and event["data"]["phase"] == "before restart"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_in_mid_restart(begin: Starter, project: Project, engine: DockerClient, how: signal.Signals) -> None:
    before = state_of(engine, project)
    command = begin("behave", "-n", f"^{RESTART}$", settings=project.means())
    command.wait_for_event(is_about_to_restart)
    waited_for(lambda: not state_of(engine, project)["worker"][0] or None, 30.0)
    command.process.send_signal(how)
    run = command.end()

    def runs_anew() -> bool | None:
        """A stop that was under way ends the API only now: that it still runs as it did before shows nothing."""
        now = state_of(engine, project)
        return all(now[part][0] and now[part] != before[part] for part in PARTS) or None

    waited_for(runs_anew, 30.0, otherwise=None)
    now = state_of(engine, project)
    assert [now[part][0] for part in PARTS] == [True, True], run.said
    assert (run.left_running, run.left_lying) == ((), ())
