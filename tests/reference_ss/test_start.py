"""Starting and ending the processes."""

import sys
import time

import pytest

from rehearsal.reference_ss.settings import Settings, SettingsError

from .stack import Stack

SOUND = {"SS_LLM_PROVIDER": "openai", "SS_LLM_API_KEY": "k", "SS_STATA_CMD": sys.executable}


@pytest.mark.parametrize(
    ("change", "code", "reason"),
    [
        ({"SS_LLM_PROVIDER": ""}, "LLM_CONFIG_INVALID", None),
        ({"SS_LLM_PROVIDER": "stub"}, "LLM_CONFIG_INVALID", None),
        ({"SS_LLM_PROVIDER": "acme"}, "LLM_CONFIG_INVALID", None),
        ({"SS_LLM_API_KEY": ""}, "LLM_CONFIG_INVALID", None),
        ({"SS_LLM_TIMEOUT_SECONDS": "soon"}, "CONFIG_INVALID", None),
        ({"SS_STATA_CMD": ""}, "STATA_CMD_NOT_CONFIGURED", None),
        ({"SS_STATA_CMD": "/no/such/stata"}, "STATA_CMD_INVALID", "not_found"),
        ({"SS_STATA_CMD": __file__}, "STATA_CMD_INVALID", "not_executable"),
        ({"SS_STATA_CMD": "no-such-stata"}, "STATA_CMD_INVALID", "not_in_path"),
        ({"SS_STATA_CMD": "stata 'mp"}, "STATA_CMD_INVALID", "quoting"),
    ],
)
def test_a_configuration_that_does_not_do_is_refused(change: dict[str, str], code: str, reason: str | None) -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.from_environment({**SOUND, **change}, needs_stata=True)
    assert (refusal.value.error_code, refusal.value.details.get("reason")) == (code, reason)


def test_what_is_not_set_is_as_in_ss() -> None:
    settings = Settings.from_environment({**SOUND, "SS_LLM_MODEL": "claude-opus-4-5"})
    assert settings.llm.model == Settings.from_environment(SOUND).llm.model == "claude-opus-4-5-20251101"
    assert settings.llm.temperature is None
    assert "api_key" not in repr(settings)


@pytest.mark.parametrize(
    ("role", "change", "code"),
    [
        ("api", {"SS_LLM_PROVIDER": "stub"}, "LLM_CONFIG_INVALID"),
        ("worker", {"SS_STATA_CMD": ""}, "STATA_CMD_NOT_CONFIGURED"),
        ("worker", {"SS_DO_TEMPLATE_LIBRARY_DIR": "/no/such/library"}, "DO_TEMPLATE_INDEX_NOT_FOUND"),
    ],
)
def test_a_process_that_is_refused_says_why_and_ends(own_stack: Stack, role: str, change: dict[str, str], code: str) -> None:
    own_stack.environment.update(change)
    assert own_stack.spawn(role).wait(20) == 1
    (line,) = own_stack.events(role, f"SS_{role.upper()}_STARTUP_FAILED")
    assert line["error_code"] == code


def test_a_port_that_is_taken_ends_the_api(own_stack: Stack, stack: Stack) -> None:
    process = own_stack.spawn("api", "--host", "127.0.0.1", "--port", str(stack.port))
    assert process.wait(20) == 1
    (line,) = own_stack.events("api", "SS_API_STARTUP_FAILED")
    assert (line["error_code"], line["port"]) == ("API_ADDRESS_UNAVAILABLE", stack.port)


def test_idle_processes_start_and_end_at_once(own_stack: Stack) -> None:
    started = time.monotonic()
    own_stack.start_api()
    assert time.monotonic() - started < 5
    own_stack.environment["SS_WORKER_IDLE_SLEEP_SECONDS"] = "30"
    own_stack.start_worker()
    (line,) = own_stack.events("api", "SS_API_STARTUP")
    assert line["pid"] == own_stack.processes["api"].pid
    for role in ("api", "worker"):
        asked = time.monotonic()
        assert own_stack.end(role) == 0
        assert time.monotonic() - asked < 3


def test_the_worker_says_what_it_will_run(own_stack: Stack) -> None:
    own_stack.start_worker()
    (runner,) = own_stack.events("worker", "SS_WORKER_RUNNER_SELECTED")
    assert (runner["runner"], runner["stata_cmd"][-1][-13:]) == ("local", "tiny_stata.py")
    (library,) = own_stack.events("worker", "SS_DO_TEMPLATE_LIBRARY_WIRED")
    assert (library["families"], library["templates"]) == (3, 4)


@pytest.mark.parametrize(("change", "status"), [({"SS_STATA_CMD": ""}, 503), ({"SS_STATA_CMD": "/opt/stata/stata-mp"}, 200)])
def test_production_is_ready_only_with_a_runner(own_stack: Stack, change: dict[str, str], status: int) -> None:
    own_stack.environment.update({"SS_ENV": "production", **change})
    own_stack.start_api()
    assert own_stack.client().get("/health/ready").status_code == status
