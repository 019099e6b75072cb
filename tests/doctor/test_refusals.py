"""Settings that can't be used are refused with everything that is in the way, at once, and before anything starts."""

from pathlib import Path

import pytest

from ss_audit.settings import InForce, SettingsError, load, read

REAL = {
    "SS_STATA_CMD": "true",
    "SS_LLM_PROVIDER": "openai_compatible",
    "SS_LLM_API_KEY": "sk-test-of-settings-0123456789",
}


def refused(given: dict[str, str], environment: dict[str, str], folder: Path) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refusal:
        load(given, environment, folder)
    assert all(problem in str(refusal.value) for problem in refusal.value.problems)
    return refusal.value.problems


def checkout(folder: Path, **variables: str) -> dict[str, str]:
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.py").touch()
    (folder / ".env").write_text("".join(f"{name}={value}\n" for name, value in variables.items()), "utf-8")
    return {"stack": "checkout", "ss_root": str(folder)}


def test_everything_that_production_lacks_is_said_at_once(tmp_path: Path) -> None:
    problems = refused({"profile": "production"}, {}, tmp_path)
    for word in ("no default stack", "SS_STATA_CMD is not set", "SS_LLM_PROVIDER is not set", "SS_LLM_API_KEY is not set"):
        assert sum(word in problem for problem in problems) == 1, problems


def test_mistakes_of_every_kind_are_said_together(tmp_path: Path) -> None:
    (tmp_path / "audit.toml").write_text('seed = "many"\nstata_log = "x"\n', "utf-8")
    given = {"profile": "production", "stack": "reference", "stata": "rehearsal", "timeout_job": "0"}
    problems = refused(given, {**REAL, "SS_AUDIT_LLM_HOST": "api.example.org"}, tmp_path)
    for word in (
        "seed (from audit.toml)",
        "'stata_log'",
        "timeout_job (from -D)",
        "mean llm_hosts",
        "stack=reference",
        "no stand-in",
    ):
        assert any(word in problem for problem in problems), (word, problems)


def test_one_thing_is_one_sentence(tmp_path: Path) -> None:
    assert refused({"stak": "reference"}, {}, tmp_path) == ("unknown setting 'stak' (from -D); did you mean stack or stata?",)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("", "is not set"),
        ("no-such-stata-mp -q", "nowhere on PATH"),
        ("/no/such/stata", "does not exist"),
        ("'open", "can't be split"),
    ],
)
def test_a_stata_that_cannot_be_started_is_refused(tmp_path: Path, command: str, why: str) -> None:
    given = {"profile": "production", **checkout(tmp_path / "ss")}
    (problem,) = refused(given, {**REAL, "SS_STATA_CMD": command}, tmp_path)
    assert why in problem


@pytest.mark.parametrize("provider", ["", "stub", " STUB "])
def test_a_stub_is_no_provider(tmp_path: Path, provider: str) -> None:
    given = {"profile": "production", **checkout(tmp_path / "ss")}
    (problem,) = refused(given, {**REAL, "SS_LLM_PROVIDER": provider}, tmp_path)
    assert "SS_LLM_PROVIDER" in problem
    assert "SS_LLM_API_KEY" not in problem


def test_in_production_the_checkouts_env_file_counts_below_the_environment(tmp_path: Path) -> None:
    given = checkout(tmp_path / "ss", **{**REAL, "SS_LLM_BASE_URL": "https://a.example.org/v1"})
    found = load({"profile": "production", **given}, {"SS_LLM_PROVIDER": "yunwu"}, tmp_path)
    assert found.ss == {**REAL, "SS_LLM_BASE_URL": "https://a.example.org/v1", "SS_LLM_PROVIDER": "yunwu"}
    assert (found.stata, found.llm, found.stand_ins) == ("real", "real", ())


def test_in_a_rehearsal_it_does_not(tmp_path: Path) -> None:
    found = load(checkout(tmp_path / "ss", **REAL), {}, tmp_path)
    assert (found.ss, found.stand_ins) == ({}, ("rehearsal Stata", "rehearsal LLM"))


def test_what_is_set_for_ss_is_what_ss_will_see(tmp_path: Path) -> None:
    found = load(
        {"ss_env.SS_LLM_BASE_URL": "https://b.example.org"}, {**REAL, "SS_LLM_BASE_URL": "https://a.example.org"}, tmp_path
    )
    assert found.ss["SS_LLM_BASE_URL"] == "https://b.example.org"


def test_a_secret_is_no_argument_and_is_not_shown(tmp_path: Path) -> None:
    (problem,) = refused({"ss_env.SS_LLM_API_KEY": "sk-very-secret"}, {}, tmp_path)
    assert "SS_LLM_API_KEY" in problem
    assert "sk-very-secret" not in problem
    (tmp_path / "audit.toml").write_text('[ss_env]\nSS_ADMIN_PASSWORD = "sk-very-secret"\nSS_ENV = "production"\n', "utf-8")
    found: InForce = read({}, {}, tmp_path).in_force
    assert found.ss["SS_ADMIN_PASSWORD"] == "sk-very-secret"
    assert "sk-very-secret" not in found.settings.model_dump_json() + repr(found)
    assert found.settings.model_dump(mode="json")["ss_env"]["SS_ENV"] == "production"
