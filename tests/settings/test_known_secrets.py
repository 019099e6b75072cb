"""Every secret that the run starts with is known before the first line is written."""

from pathlib import Path

from ss_audit.known_secrets import not_masked, redactor_for, told_of
from ss_audit.settings import InForce, Settings


def in_force(ss: dict[str, str] | None = None, **settings: object) -> InForce:
    return InForce(settings=Settings.model_validate(settings), ss=ss or {}, origin={})


def hides(found: InForce, secret: str, environment: dict[str, str] | None = None) -> bool:
    return secret not in redactor_for(found, environment or {}).mask(f"before {secret} after")


def test_variables_whose_name_says_so() -> None:
    found = in_force({"SS_LLM_API_KEY": "abcdefgh", "SS_JOBS_DIR": "/var/jobs"}, ss_env={"SS_ADMIN_PASSWORD": "ijklmnop"})
    assert hides(found, "abcdefgh")
    assert hides(found, "ijklmnop")
    assert not hides(found, "/var/jobs")


def test_passwords_in_urls_wherever_they_are_repeated() -> None:
    found = in_force({"SS_DATABASE": "postgres://me:pass%2Fword@host/db"}, proxy="http://me:proxyword@proxy:3128")
    for secret in ("pass%2Fword", "pass/word", "proxyword"):
        assert hides(found, secret)


def test_task_codes_that_were_not_used_yet(tmp_path: Path) -> None:
    codes = tmp_path / "codes.txt"
    codes.write_text("code-one-123\n\n  code-two-456  \n")
    found = in_force(task_codes=codes)
    assert hides(found, "code-one-123")
    assert hides(found, "code-two-456")
    assert not hides(in_force(task_codes=tmp_path / "none"), "code-one-123")


def test_of_our_own_environment_what_can_be_no_path_and_no_word() -> None:
    ours = {
        "CI_TOKEN": "0a1b2c3d4e5f6a7b",
        "KEY_FILE": "/keys/of/somebody/key1",
        "KEYBOARD": "international",
        "HOME": "0a1b2c3d4e5f6a7c",
    }
    hidden = {value for value in ours.values() if hides(in_force(), value, ours)}
    assert hidden == {"0a1b2c3d4e5f6a7b"}


def test_what_can_t_be_told_from_our_own_words_is_told_by_name_and_left_alone() -> None:
    found = in_force({"SS_DB_PASSWORD": "template", "SS_PIN_SECRET": "123", "SS_LLM_API_KEY": "zqxwvkjp"})
    assert not_masked(found) == ("SS_DB_PASSWORD", "SS_PIN_SECRET")
    assert told_of(not_masked(found)).endswith("the value of SS_DB_PASSWORD, SS_PIN_SECRET")
    assert not hides(found, "template")
    assert hides(found, "zqxwvkjp")
