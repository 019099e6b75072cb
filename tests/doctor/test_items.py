"""What the doctor says of what was found: pure, fact by fact."""

from pathlib import Path

import pytest
from stata_log.synthetic import REHEARSAL_HEAD, batch

from ss_audit.doctor import parts, provider, scenarios
from ss_audit.doctor.model import (
    CheckoutSeen,
    DataSeen,
    InterpreterSeen,
    Item,
    MachineSeen,
    ProviderCall,
    ProviderSeen,
    StataSeen,
)
from ss_audit.doctor.page import is_all_there, page
from ss_audit.settings import FORCED_MODEL, InForce, read

DO = 'display "x"\n'
REAL = {"SS_STATA_CMD": "stata-mp", "SS_LLM_PROVIDER": "openai", "SS_LLM_API_KEY": "sk-test-of-doctor-0123456789"}
PRODUCTION = {"profile": "production", "stack": "checkout", "ss_root": "ss"}
HOST = ProviderSeen(origin="https://api.example.org", host="api.example.org", encrypted=True, address="203.0.113.1")


def in_force(ss: dict[str, str] | None = None, **given: str) -> InForce:
    return read({**PRODUCTION, **given}, REAL if ss is None else ss, Path("no-such-folder")).in_force


def trial(text: str | None, **more: object) -> Item:
    log = None if text is None else text.encode()
    return parts.of_stata(in_force(), StataSeen(command=("stata-mp",), exit_status=0, log=log, **more))  # type: ignore[arg-type]


def state_of(items: list[Item], what: str) -> str:
    (found,) = (item for item in items if item.what == what)
    return found.state


@pytest.mark.parametrize(
    ("text", "state", "says"),
    [
        (batch(DO, version="18.5now"), "ok", "StataNow 18.5, edition SE"),
        (batch(DO, version="16.1"), "ok", "Stata 16.1, edition MP, licensed until 2039-03-19"),
        (batch(DO, ending="killed"), "missing", "was cut off"),
        (batch(DO, ending="no room|901"), "missing", "failed with r(901)"),
        (batch(DO, top=REHEARSAL_HEAD), "missing", "announces itself as a rehearsal"),
        ("License expired\n", "missing", "no Stata log"),
        ("", "missing", "no Stata log"),
        (None, "missing", "wrote no log"),
    ],
)
def test_a_stata_is_what_its_one_line_shows(text: str | None, state: str, says: str) -> None:
    item = trial(text)
    assert (item.state, says in item.detail) == (state, True), item.detail
    assert bool(item.remedy) == (state == "missing")


def test_a_stata_that_could_not_be_tried_is_missing() -> None:
    assert trial(None, problem="SS_STATA_CMD is not set").state == "missing"
    assert parts.of_stata(in_force({}, profile="rehearsal"), None).state == "note"


@pytest.mark.parametrize(
    ("change", "hosts", "host_state", "list_state"),
    [
        ({}, "api.example.org", "ok", "ok"),
        ({}, "", "ok", "missing"),
        ({}, "example.org", "ok", "missing"),
        ({"locality": "private"}, "api.example.org", "ok", "ok"),
        ({"encrypted": False}, "api.example.org", "missing", "ok"),
        ({"problem": "the name can't be resolved"}, "api.example.org", "missing", "ok"),
    ],
)
def test_the_host_counts_when_it_is_listed_and_has_tls(
    change: dict[str, object], hosts: str, host_state: str, list_state: str
) -> None:
    items = list(provider.of_provider(in_force(llm_hosts=hosts), HOST.model_copy(update=change)))
    assert (state_of(items, "LLM host"), state_of(items, "LLM host list")) == (host_state, list_state)
    assert REAL["SS_LLM_API_KEY"] not in str(items)


def test_this_machine_never_counts_even_when_listed() -> None:
    here = ProviderSeen(origin="http://127.0.0.1:1", host="127.0.0.1", encrypted=False, locality="loopback")
    assert state_of(list(provider.of_provider(in_force(llm_hosts="127.0.0.1"), here)), "LLM host") == "missing"


def test_provider_and_key_are_missed_by_name() -> None:
    items = list(provider.of_provider(in_force({}), HOST))
    assert (state_of(items, "LLM"), state_of(items, "LLM key")) == ("missing", "missing")
    assert state_of(list(provider.of_provider(in_force({**REAL, "SS_LLM_PROVIDER": "stub"}), HOST)), "LLM") == "missing"


@pytest.mark.parametrize(
    ("call", "state", "says"),
    [
        (
            {"status": 200, "model_echoed": FORCED_MODEL, "prompt_tokens": 9, "answer_tokens": 2},
            "ok",
            "9 tokens of question and 2",
        ),
        ({"status": 200, "model_echoed": "gateway/opus"}, "ok", "gateway/opus"),
        ({"status": 200, "model_echoed": "other"}, "missing", "other"),
        ({"status": 200}, "missing", "nothing"),
        ({"status": 401}, "missing", "HTTP 401"),
        ({"failure": "certificate verification failed"}, "missing", "certificate"),
    ],
)
def test_a_call_shows_whether_the_forced_model_answers(call: dict[str, object], state: str, says: str) -> None:
    made = ProviderCall.model_validate({"model_asked": FORCED_MODEL, **call})
    (item,) = provider.of_call(in_force(llm_model_echoes="gateway/opus"), made)
    assert (item.state, says in item.detail) == (state, True), item.detail


def test_a_call_that_was_not_made_is_no_lack_and_its_cost_is_said() -> None:
    (item,) = provider.of_call(in_force(), None)
    assert (item.state, "16" in item.remedy, "--call-provider" in item.remedy) == ("note", True, True)


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (CheckoutSeen(path="ss", is_folder=False, has_api=False), "missing"),
        (CheckoutSeen(path="ss", is_folder=True, has_api=False), "missing"),
        (CheckoutSeen(path="ss", is_folder=True, has_api=True, revision="abc", dirty=False), "ok"),
    ],
)
def test_a_checkout_is_a_folder_with_ss_in_it(seen: CheckoutSeen, state: str) -> None:
    assert state_of(list(parts.of_stack(in_force(), seen)), "SS") == state


def test_changes_in_the_checkout_are_noted() -> None:
    seen = CheckoutSeen(path="ss", is_folder=True, has_api=True, revision="abc", dirty=True, env_file=("SS_X",))
    items = list(parts.of_stack(in_force(), seen))
    assert (state_of(items, "SS revision"), state_of(items, "SS .env")) == ("note", "note")


def test_an_interpreter_without_requirements_is_missing() -> None:
    assert parts.of_interpreter(InterpreterSeen(path="p", problem="No module named 'fastapi'"), True).state == "missing"
    assert parts.of_interpreter(InterpreterSeen(path="p", version="3.12.1"), True).state == "ok"
    assert parts.of_interpreter(InterpreterSeen(path="p", version="3.12.1"), False).state == "note"


def test_ss_in_production_wants_an_object_store() -> None:
    (item,) = parts.of_object_store({"SS_ENV": "Production", "SS_UPLOAD_S3_BUCKET": "b"})
    assert "SS_UPLOAD_S3_ACCESS_KEY_ID, SS_UPLOAD_S3_SECRET_ACCESS_KEY are not set" in item.detail
    assert not list(parts.of_object_store({}))


def test_a_full_disk_no_port_and_no_pack_are_missing() -> None:
    full = MachineSeen(free=(("reports", 10),), needed=11, port=None, git=False, pack_problem="no spec", cards=0)
    assert [(item.what, item.state) for item in parts.of_machine(full)] == [
        ("disk", "missing"), ("ports", "missing"), ("git", "note"), ("spec pack", "missing"),
    ]  # fmt: skip


def test_stand_ins_and_missing_parts_name_the_scenarios_that_they_cost() -> None:
    rehearsal = list(scenarios.of_scenarios(in_force({}, profile="rehearsal", stack="reference"), ()))
    assert [item.state for item in rehearsal] == ["note", "note"]
    assert (scenarios.STATA in rehearsal[0].detail, scenarios.LLM in rehearsal[1].detail) == (True, True)
    (costs,) = scenarios.of_scenarios(in_force(), {"LLM key"})
    assert (costs.state, scenarios.LLM in costs.detail) == ("note", True)
    (fine,) = scenarios.of_scenarios(in_force(), ())
    assert fine.state == "ok"
    (stopped,) = scenarios.of_scenarios(in_force(), {"SS"})
    assert "SS" in stopped.detail


EVERY = {means.scenario for means in scenarios.ATTACHED}
SWAPPED = {"library_source": "x", "library_swap_command": "x"}
RESTARTED = {"restart_command": "x", "start_commands": "x"}
BY_LOGS = {"restart_command": "x", "api_log_command": "x", "worker_log_command": "x"}
SEEN = {scenarios.STATA, scenarios.ALIVE, scenarios.RESTART}
PACKAGES = {"package_remove_command": "x", "package_install_command": "{ado_file}"}


@pytest.mark.parametrize(
    ("means", "left"),
    [
        ({}, EVERY),
        ({"llm_usage_command": "x"}, EVERY - {scenarios.LLM}),
        ({"start_commands": "x"}, EVERY - {scenarios.STATA, scenarios.ALIVE}),
        ({"start_commands": "x", "worker_log_command": "x"}, EVERY - {scenarios.STATA, scenarios.STARTED, scenarios.ALIVE}),
        ({"restart_command": "x"}, EVERY),
        ({"restart_command": "x", "api_log_command": "x"}, EVERY),
        (BY_LOGS, EVERY - {scenarios.RESTART}),
        ({"worker_log_command": "x"}, EVERY),
        (RESTARTED, EVERY - SEEN),
        ({"library_source": "x"}, EVERY - {scenarios.LIBRARY}),
        ({"ss_root": "x"}, EVERY - {scenarios.LIBRARY, scenarios.INVENTORY}),
        (SWAPPED | PACKAGES, EVERY - {scenarios.LIBRARY}),
        (SWAPPED | BY_LOGS, EVERY - {scenarios.LIBRARY, scenarios.RESTART, scenarios.SELECTION}),
        (SWAPPED | RESTARTED, EVERY - SEEN - {scenarios.LIBRARY, scenarios.SELECTION}),
        (SWAPPED | PACKAGES | RESTARTED, EVERY - SEEN - {scenarios.LIBRARY, scenarios.SELECTION, scenarios.PACKAGE}),
    ],
)  # fmt: skip
def test_where_ss_runs_already_the_operators_means_decide(means: dict[str, str], left: set[str]) -> None:
    given = {"profile": "production", "stack": "remote", "base_url": "https://ss.example.org", **means}
    remote = read(given, {}, Path("no-such-folder")).in_force
    missing = [item for item in scenarios.of_scenarios(remote, ()) if item.state == "missing"]
    assert {name for name in left if any(name in item.detail for item in missing)} == left
    assert len(missing) == len(left)
    assert all(item.remedy.startswith("set ") for item in missing)


def test_published_packages_alone_leave_half_of_it_missing() -> None:
    install = PACKAGES | {"package_install_command": "{package}"}
    given = {"profile": "production", "stack": "remote", **SWAPPED, **install, **RESTARTED}
    items = scenarios.of_scenarios(read(given, {}, Path("no-such-folder")).in_force, ())
    (half,) = [item for item in items if scenarios.PACKAGE in item.detail]
    assert (half.state, "{ado_file}" in half.remedy) == ("missing", True)


def test_the_page_has_columns_and_ends_with_what_is_missing() -> None:
    items = [Item(what="a", state="ok", detail="fine"), Item(what="long", state="missing", detail="none", remedy="get one")]
    assert page(items).splitlines() == [
        "ok       a     fine",
        "missing  long  none",
        "               -> get one",
        "",
        "Missing: 1 (long)",
    ]
    assert (is_all_there(items), is_all_there(items[:1]), is_all_there([])) == (False, True, False)


def test_the_data_of_the_operator_are_told_with_what_is_asked_of_them() -> None:
    seen = DataSeen(path="d.csv", rows=240, columns=10, asked_about=("margin", "cost"))
    assert parts.of_data(seen).state == "ok"
    assert parts.of_data(seen).detail.endswith("d.csv, 240 rows of 10 columns; asked about: margin, cost")
    assert (parts.of_data(None).state, "-D dataset=" in parts.of_data(None).remedy) == ("note", True)
