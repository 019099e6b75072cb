"""How runs fail, are retried, and survive the death of a process."""

import json
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from rehearsal.reference_ss.settings import OWN_LIBRARY

from .stack import JobClient, Stack, until

ERROR = "\nend of do-file\nr({code});\n"


@pytest.mark.parametrize(
    ("control", "code", "details"),
    [
        (
            {"ending": "command nosuch is unrecognized\nr(199);\n\nend of do-file\nr(199);\n"},
            "STATA_COMMAND_UNRECOGNIZED",
            {"command": "nosuch", "return_code": 199},
        ),
        (
            {"ending": "variable q not found\nr(111);\n\nend of do-file\nr(111);\n"},
            "STATA_RETURN_CODE",
            {"return_code": 111, "stata_message": "variable q not found"},
        ),
        ({"exit": "3"}, "STATA_NONZERO_EXIT", {}),
        ({"ending": ". regress y x\n"}, "STATA_LOG_INCOMPLETE", {}),
        (
            {"no_outputs": ""},
            "DO_TEMPLATE_OUTPUTS_MISSING",
            {"missing_outputs": ["table_R02_coefficients.csv", "table_R02_fit.csv", "result.log"]},
        ),
    ],
)
def test_a_failed_run_says_why_and_can_be_retried(
    job: JobClient, stack: Stack, control: dict[str, str], code: str, details: dict[str, Any]
) -> None:
    for name, text in control.items():
        (stack.control / name).write_text(text, encoding="utf-8")
    failed = job.frozen().run()
    assert (failed["status"], failed["error"]["error_code"]) == ("failed", code)
    assert details.items() <= failed["error"]["details"].items()
    assert job.of_kind("run.error.json") == [failed["error"]]
    first = job.downloads()
    for name in control:
        (stack.control / name).unlink()
    retried = job.run()
    assert (retried["status"], retried["attempt"]) == ("succeeded", 2)
    assert first.items() <= job.downloads().items()


@pytest.fixture
def library_with_dependency(tmp_path: Path) -> Path:
    """A copy of the library in which R02 needs a package."""
    library = tmp_path / "library"
    shutil.copytree(OWN_LIBRARY, library)
    path = library / "do" / "meta" / "R02_ols.meta.json"
    meta = json.loads(path.read_text(encoding="utf-8"))
    meta["dependencies"].append({"pkg": "needed_pkg", "source": "ssc", "purpose": "of the test"})
    path.write_text(json.dumps(meta), encoding="utf-8")
    return library


def test_a_missing_package_is_named_and_after_its_installation_the_job_succeeds(
    own_stack: Stack, library_with_dependency: Path
) -> None:
    own_stack.environment["SS_DO_TEMPLATE_LIBRARY_DIR"] = str(library_with_dependency)
    job = JobClient(own_stack.start()).frozen()
    failed = job.run()
    assert failed["error"]["error_code"] == "STATA_DEPENDENCY_MISSING"
    assert failed["error"]["details"]["missing_dependencies"] == [
        {"pkg": "needed_pkg", "source": "ssc", "purpose": "of the test"}
    ]
    assert job.of_kind("run.meta.json")[0]["command"][-1] == "dependency_preflight.do"
    before = job.downloads()
    (own_stack.packages / "needed_pkg.ado").write_text("program define needed_pkg\nend\n", encoding="utf-8")
    assert job.run()["status"] == "succeeded"
    assert before.items() <= job.downloads().items()


def test_a_template_that_was_taken_away_is_named_and_not_replaced_in_silence(
    own_stack: Stack, library_with_dependency: Path
) -> None:
    own_stack.environment["SS_DO_TEMPLATE_LIBRARY_DIR"] = str(library_with_dependency)
    own_stack.start_api()
    job = JobClient(own_stack).drafted()
    (library_with_dependency / "do" / "R02_ols.do").unlink()
    refusal = job.post("/plan/freeze", json={"answers": {"analysis_goal": "causal"}})
    assert (refusal.status_code, refusal.json()["error_code"]) == (404, "DO_TEMPLATE_SOURCE_NOT_FOUND")
    assert refusal.json()["template_id"] == "R02"
    assert job.get("/draft/preview").json()["error_code"] == "DO_TEMPLATE_SELECTION_INVALID_TEMPLATE_ID"


def test_a_run_that_takes_too_long_is_stopped(own_stack: Stack) -> None:
    own_stack.environment["SS_STATA_TIMEOUT_SECONDS"] = "1"
    (own_stack.control / "hang").touch()
    run = JobClient(own_stack.start()).frozen().run()
    assert (run["error"]["error_code"], run["error"]["timed_out"]) == ("STATA_TIMEOUT", True)


def _stata_of(stack: Stack) -> psutil.Process:
    worker = psutil.Process(stack.processes["worker"].pid)
    return until(worker.children, "Stata to run")[0]


def test_a_worker_killed_in_mid_run_loses_nothing(own_stack: Stack) -> None:
    (own_stack.control / "hang").touch()
    job = JobClient(own_stack.start()).frozen()
    job.post("/run")
    stata = _stata_of(own_stack)
    own_stack.end("worker", signal.SIGKILL)
    assert stata.wait(5) is None or not stata.is_running()
    assert job.status() == "running"
    (own_stack.control / "hang").unlink()
    own_stack.start_worker()
    until(lambda: job.status() == "succeeded", "the second attempt")
    assert job.get().json()["latest_run"]["attempt"] == 2
    assert [error["error_code"] for error in job.of_kind("run.error.json")] == ["WORKER_LOST"]
    assert list((own_stack.home / "queue" / "claimed").glob("*.json")) == []


def test_a_job_that_kills_every_worker_fails_in_the_end(own_stack: Stack) -> None:
    own_stack.environment["SS_WORKER_MAX_ATTEMPTS"] = "1"
    (own_stack.control / "hang").touch()
    job = JobClient(own_stack.start()).frozen()
    job.post("/run")
    _stata_of(own_stack)
    own_stack.end("worker", signal.SIGKILL)
    own_stack.start_worker()
    until(lambda: job.status() == "failed", "the end of the attempts")
    assert job.get().json()["latest_run"]["error"]["error_code"] == "WORKER_LOST"


def test_a_worker_told_to_end_finishes_its_run(own_stack: Stack) -> None:
    (own_stack.control / "hang").touch()
    job = JobClient(own_stack.start()).frozen()
    job.post("/run")
    _stata_of(own_stack)
    own_stack.processes["worker"].send_signal(signal.SIGTERM)
    (own_stack.control / "hang").unlink()
    assert own_stack.processes.pop("worker").wait(10) == 0
    assert job.status() == "succeeded"


def test_a_worker_whose_grace_runs_out_leaves_the_job_to_the_next(own_stack: Stack) -> None:
    own_stack.environment["SS_WORKER_SHUTDOWN_GRACE_SECONDS"] = "0.1"
    own_stack.environment["SS_QUEUE_LEASE_TTL_SECONDS"] = "600"
    (own_stack.control / "hang").touch()
    job = JobClient(own_stack.start()).frozen()
    job.post("/run")
    _stata_of(own_stack)
    assert own_stack.end("worker") == 0
    (own_stack.control / "hang").unlink()
    own_stack.start_worker()
    until(lambda: job.status() == "succeeded", "the next worker's run")


def test_an_api_killed_in_mid_journey_loses_nothing(own_stack: Stack) -> None:
    own_stack.start_api()
    job = JobClient(own_stack)
    for step in (job.drafted, job.frozen, lambda: job.post("/run")):
        step()
        before = job.get().json(), job.index()
        own_stack.end("api", signal.SIGKILL)
        own_stack.start_api()
        assert (job.get().json(), job.index()) == before
    own_stack.start_worker()
    until(lambda: job.status() == "succeeded", "the run")


def test_a_job_saved_as_queued_but_not_in_the_queue_is_recovered(own_stack: Stack) -> None:
    own_stack.start_api()
    job = JobClient(own_stack).frozen()
    job.post("/run")
    own_stack.end("api", signal.SIGKILL)
    (own_stack.home / "queue" / "queued" / f"{job.job_id}.json").unlink()
    own_stack.start()
    until(lambda: job.status() == "succeeded", "the recovered run")


def test_two_workers_share_the_jobs_and_run_each_once(own_stack: Stack) -> None:
    own_stack.start()
    first = own_stack.processes.pop("worker")
    own_stack.start_worker()
    try:
        jobs = [JobClient(own_stack).frozen() for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            runs = list(pool.map(JobClient.run, jobs))
        assert [(run["status"], run["attempt"]) for run in runs] == [("succeeded", 1)] * 4
        assert len(own_stack.events("worker", "SS_WORKER_ATTEMPT_START")) == 4
    finally:
        first.terminate()
        first.wait(10)


def test_succeeded_is_never_shown_before_the_artifacts_are_there(job: JobClient) -> None:
    job.frozen().post("/run")
    seen = []

    def ended() -> bool:
        shown = job.get().json()
        seen.append((shown["status"], shown["artifacts"]["by_kind"].get("stata.export.table", 0)))
        return bool(shown["status"] == "succeeded")

    until(ended, "the run")
    assert {tables for status, tables in seen if status == "succeeded"} == {2}
    assert [s for s in dict.fromkeys(status for status, _ in seen) if s != "queued"] in (
        ["running", "succeeded"],
        ["succeeded"],
    )
