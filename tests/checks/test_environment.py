"""An end that SS does not answer for is neither a fail nor a pass, and is told from one that it answers for."""

from typing import Any

import pytest

from checks.observations import artifacts, halted, llm_call, main_journey
from ss_audit.checks.environment import refuse_bad_environment
from ss_audit.checks.judgement import EnvironmentFailed
from ss_audit.evidence.model import LogWindow
from ss_audit.evidence.seen import MainJourney


def ended(at: Any = "draft", **more: Any) -> MainJourney:
    return halted(at, logs=(), **more)


def ran(by_path: dict[str, str | None], *lines: str) -> MainJourney:
    """A job that ended at its run, with these files and log lines."""
    failed = artifacts(main_journey(), by_path).model_copy(update={"halt": halted("finish").halt})
    return failed.model_copy(update={"logs": (LogWindow(id="E9", title="log", process="worker", lines=lines),)})


def why(journey: MainJourney) -> str | None:
    try:
        refuse_bad_environment(journey)
    except EnvironmentFailed as error:
        failed = error
    else:
        return None
    assert journey.halt
    assert (len(failed.evidence), failed.evidence[-1]) == (2, journey.halt.evidence)
    return str(failed)


@pytest.mark.parametrize("status", [401, 402, 403, 429, 500, 503])
@pytest.mark.parametrize("stage", ["draft", "freeze"])
def test_a_provider_that_does_not_serve(stage: str, status: int) -> None:
    said = why(ended(stage, llm_calls=(llm_call("", status=status),)))
    assert said == f"the LLM provider llm.example.org did not serve SS: it answered {status}"


def test_a_provider_that_does_not_answer() -> None:
    assert "refused" in str(why(ended(llm_calls=(llm_call("", status=None, failure="ConnectError: refused"),))))
    assert "it answered None" in str(why(ended(llm_calls=(llm_call("", status=None),))))
    assert why(ended(llm_calls=(llm_call("", status=200, failure="cut off"),))) is not None


@pytest.mark.parametrize("status", [200, 400, 404, 422, 499])
def test_what_the_provider_finds_wrong_in_a_request_is_sss(status: int) -> None:
    assert why(ended(llm_calls=(llm_call("", status=status),))) is None


def test_only_the_last_call_before_the_end_counts() -> None:
    good, bad = llm_call("fine"), llm_call("", status=503)
    assert why(ended(llm_calls=(bad, good))) is None
    assert why(ended(llm_calls=(good, bad))) is not None
    assert why(ended(llm_calls=())) is None


def test_a_provider_that_failed_later_is_not_why_the_upload_was_refused() -> None:
    assert why(ended("upload", llm_calls=(llm_call("", status=503),))) is None


def test_a_journey_that_reached_its_end_is_not_looked_at() -> None:
    assert why(main_journey(llm_calls=(llm_call("", status=503),))) is None


@pytest.mark.parametrize("name", ["r/stata.log", "r/stdout", "r/stderr", "r/error.json"])
@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("License expired\n", "Stata's licence does not let it run: 'License expired'"),
        ("Cannot find license file", "Stata's licence does not let it run: 'Cannot find license'"),
        ("OSError: [Errno 28] No space left on device", "the disk is full: 'No space left on device'"),
    ],
)
def test_stata_and_the_system_say_it(name: str, text: str, what: str) -> None:
    assert why(ran({"stata.log": None, name: text})) == what


def test_a_log_of_sss_says_it() -> None:
    assert why(ran({}, '{"event":"x"}', "write failed: ENOSPC")) == "the disk is full: 'ENOSPC'"
    assert why(ran({}, "the licence", "expired")) is None


@pytest.mark.parametrize("name", ["artifacts/llm/x/stdout", "inputs/data.log", "r/notes.txt"])
def test_inputs_prompts_and_other_files_are_no_witnesses(name: str) -> None:
    assert why(ran({name: "no space left on device"})) is None
