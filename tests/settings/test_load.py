"""One configuration: precedence, unknown names, what production refuses, and SS's own variables."""

import sys
from pathlib import Path

import pytest

from ss_audit.settings import FORCED_MODEL, SettingsError, load

REAL = {"SS_STATA_CMD": sys.executable, "SS_LLM_PROVIDER": "openai", "SS_LLM_API_KEY": "a-key"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "ss" / "src").mkdir(parents=True)
    (tmp_path / "ss" / "src" / "main.py").write_text("")
    return tmp_path / "ss"


def test_the_command_line_wins_over_environment_over_file_over_default(tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text("seed = 1\ntimeout_job = 11\ntimeout_http = 21\n", "utf-8")
    environment = {"SS_AUDIT_SEED": "2", "SS_AUDIT_TIMEOUT_JOB": "12"}
    found = load({"seed": "3"}, environment, tmp_path)
    s = found.settings
    assert (s.seed, s.timeout_job, s.timeout_http, s.timeout_startup) == (3, 12, 21, 60)
    assert found.origin == {"seed": "-D", "timeout_job": "environment", "timeout_http": "audit.toml"}


def test_the_defaults(tmp_path: Path) -> None:
    one, other = load({}, {}, tmp_path), load({}, {}, tmp_path)
    s = one.settings
    assert (s.profile, one.stack, one.stata, one.llm, s.llm_model) == (
        "rehearsal",
        "reference",
        "rehearsal",
        "rehearsal",
        FORCED_MODEL,
    )
    assert one.stand_ins == ("reference SS", "rehearsal Stata", "rehearsal LLM")
    assert s.seed != other.settings.seed


@pytest.mark.parametrize(
    ("given", "near"),
    [({"timeout_jobs": "3"}, "timeout_job"), ({"Seed": "3"}, "seed"), ({"qqqqqqq": "1"}, "settings are:")],
)
def test_an_unknown_name_lists_the_near_ones(given: dict[str, str], near: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=near):
        load(given, {}, tmp_path)
    with pytest.raises(SettingsError, match=near):
        load({}, {f"SS_AUDIT_{name}".replace("Seed", "SEEED"): value for name, value in given.items()}, tmp_path)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"timeout_job": "soon"}, "timeout_job"),
        ({"timeout_job": "0"}, "timeout_job"),
        ({"profile": "prod"}, "profile"),
        ({"run_id": "../x"}, "run_id"),
        ({"stack": "checkout"}, "ss_root"),
        ({"stata": "real"}, "SS_STATA_CMD"),
        ({"llm": "real"}, "SS_LLM_PROVIDER"),
    ],
)
def test_what_makes_no_sense_is_said_by_name(given: dict[str, str], says: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=says):
        load(given, {}, tmp_path)


def test_a_file_that_is_no_toml_is_said(tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text("seed 1", "utf-8")
    with pytest.raises(SettingsError, match=r"audit\.toml"):
        load({}, {}, tmp_path)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"stack": "reference"},
        {"stack": "checkout", "ss_root": ".", "stata": "rehearsal"},
        {"stack": "checkout", "ss_root": ".", "llm": "rehearsal"},
    ],
)
def test_production_refuses_stand_ins(given: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SettingsError):
        load({"profile": "production", **given}, REAL, tmp_path)


@pytest.mark.parametrize("missing", REAL)
def test_production_refuses_what_is_not_configured(missing: str, checkout: Path) -> None:
    environment = {name: value for name, value in REAL.items() if name != missing}
    with pytest.raises(SettingsError, match=missing):
        load({"profile": "production", "stack": "checkout", "ss_root": str(checkout)}, environment, checkout.parent)


def test_production_with_everything(checkout: Path) -> None:
    found = load({"profile": "production", "stack": "checkout", "ss_root": str(checkout)}, REAL, checkout.parent)
    assert (found.stata, found.llm, found.stand_ins) == ("real", "real", ())


def test_sss_variables_pass_through_and_ours_do_not(tmp_path: Path) -> None:
    found = load({}, REAL | {"SS_AUDIT_SEED": "5", "HOME": "/x", "SS_JOBS_DIR": "./jobs"}, tmp_path)
    assert found.ss == REAL | {"SS_JOBS_DIR": "./jobs"}
    assert (found.stata, found.llm) == ("real", "real")


def test_a_stub_provider_is_no_provider(tmp_path: Path) -> None:
    assert load({}, REAL | {"SS_LLM_PROVIDER": "stub"}, tmp_path).llm == "rehearsal"
    assert load({}, REAL | {"SS_STATA_CMD": "  "}, tmp_path).stata == "rehearsal"


def test_a_rehearsal_may_leave_a_real_part_aside(tmp_path: Path) -> None:
    found = load({"stata": "rehearsal", "llm": "rehearsal"}, REAL, tmp_path)
    assert (found.stata, found.llm) == ("rehearsal", "rehearsal")


def test_sss_environment_is_put_together_name_by_name(tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text('[ss_env]\nSS_A = "file"\nSS_B = "file"\n', "utf-8")
    found = load({"ss_env.SS_B": "line"}, {"SS_AUDIT_SS_ENV.SS_C": "env"}, tmp_path)
    assert found.settings.ss_env == {"SS_A": "file", "SS_B": "line", "SS_C": "env"}


def test_lists_may_be_written_with_commas(tmp_path: Path) -> None:
    assert load({"llm_hosts": "a.example, b.example,"}, {}, tmp_path).settings.llm_hosts == ("a.example", "b.example")


@pytest.mark.parametrize("profile", ["production", "rehearsal"])
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ss_root": "nowhere"}, "nowhere is no folder: ss_root must be"),
        ({"ss_root": "ss/src"}, "ss/src has no src/main.py: ss_root must be"),
        ({"ss_python": "nowhere/python"}, "nowhere/python is no interpreter that can be executed"),
    ],
)
def test_a_checkout_that_is_not_there_is_refused_before_the_start(
    checkout: Path, profile: str, change: dict[str, str], said: str
) -> None:
    given = {"profile": profile, "stack": "checkout", "ss_root": str(checkout), "ss_python": sys.executable}
    environment = {**REAL, "SS_STATA_CMD": sys.executable}
    assert load(given, environment, checkout.parent).settings.ss_root == checkout
    wrong = {name: str(checkout.parent / value) for name, value in change.items()}
    with pytest.raises(SettingsError) as refused:
        load({**given, **wrong}, environment, checkout.parent)
    assert len(refused.value.problems) == 1
    assert said in refused.value.problems[0]


def test_what_is_missing_of_checkout_and_parts_is_one_list(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load({"profile": "production", "stack": "checkout", "ss_root": "nowhere", "ss_python": "nobody"}, {}, tmp_path)
    assert len(refused.value.problems) == 4
