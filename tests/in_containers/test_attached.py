"""Attaching to a compose project that runs: with all the operator's means, with none, and when it is not clear to what."""

from typing import Any

import pytest
from docker import DockerClient
from whole_audit.running import Ended, run

from ss_audit.stack.docker.found import PROJECT, SERVICE

from .conftest import DOCKER, Project, Starter, there

pytestmark = [pytest.mark.once, pytest.mark.timeout(600)]
RESTART = "Artifacts are contract-indexed and survive restart"


@pytest.fixture(scope="session")
def with_all_means(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Ended:
    return run(tmp_path_factory.mktemp("attached"), "ss-audit", "rehearse", settings=project.means())


def test_with_all_means_it_goes_as_it_must(with_all_means: Ended) -> None:
    assert with_all_means.code == 0, with_all_means.said
    assert with_all_means.verdict["rehearsal"] == {"as_expected": True, "deviations": []}


def test_where_ss_answers_is_found_by_its_port(with_all_means: Ended, project: Project) -> None:
    assert with_all_means.verdict["ss"]["base_url"] == f"http://127.0.0.1:{project.port}"


def test_ss_is_left_on_its_own_library(with_all_means: Ended, project: Project, engine: DockerClient) -> None:
    assert with_all_means.code == 0
    for container in engine.containers.list(filters={"label": f"com.docker.compose.project={project.name}"}):
        if container.labels["com.docker.compose.service"] != "llm":
            listed = "import pathlib; print(sum(b'audit' in p.read_bytes() for p in pathlib.Path('{}').rglob('*.do')))"
            program = listed.format("/opt/rehearsal/rehearsal/reference_ss/library")
            assert container.exec_run(["python", "-c", program]).output.strip() == b"0"


def test_without_leave_nothing_is_restarted(begin: Starter, project: Project, engine: DockerClient) -> None:
    before = there(engine)
    run = begin("behave", "-n", f"^{RESTART}$", settings={**DOCKER, "compose_project": project.name}).end()
    assert run.outcomes[RESTART] == "not_evidenced", run.said
    assert "docker_may_restart=true" in run.said
    assert there(engine) == before, "start times included"
    assert (run.left_running, run.left_lying) == ((), ())


def job_is_queued(event: dict[str, Any]) -> bool:
    """The moment at which somebody else's end would be waited for, for all of `timeout_job`."""
    return event["type"] == "evidence" and event["data"]["title"].startswith("POST run")


def test_one_that_is_killed_and_may_not_be_restarted(begin: Starter, project: Project, engine: DockerClient) -> None:
    (worker,) = engine.containers.list(filters={"label": [f"{PROJECT}={project.name}", f"{SERVICE}=worker"]})
    settings = {**DOCKER, "compose_project": project.name, "timeout_startup": "5"}
    command = begin("behave", "--tags=@started,@redeem", settings=settings)
    try:
        command.wait_for_event(job_is_queued)
        worker.kill()
        run = command.end()
    finally:
        worker.start()
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "environment"), run.said
    assert "fail" not in run.outcomes.values()
    assert "Traceback" not in run.said


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"compose_project": "nobody-has-this"}, "has no compose project nobody-has-this"),
        ({"api_container": "no-such-api", "worker_container": "no-such-worker"}, "has no container no-such-api"),
        ({"docker_image": "nobody/has:this"}, "the engine has no image nobody/has:this"),
    ],
)
@pytest.mark.usefixtures("engine", "leaves_nothing")
def test_what_is_not_there_is_said(begin: Starter, settings: dict[str, str], said: str) -> None:
    run = begin("behave", "-n", f"^{RESTART}$", settings={**DOCKER, **settings}).end(60.0)
    assert run.code == 2
    assert said in run.said
    assert "Traceback" not in run.said
