"""What SS inherits, what is shown of it, and what its `.env` may say."""

from pathlib import Path

import pytest

from ss_audit.stack import env_file
from ss_audit.stack.environment import child_environment, is_secret, masked, secrets_in


def test_only_known_names_are_inherited_and_what_is_given_wins() -> None:
    inherited = {"PATH": "/bin", "HOME": "/h", "LC_ALL": "C", "S_ADO": "BASE;.", "STATATMP": "/t", "PYTHONPATH": "/x",
                 "SS_LLM_API_KEY": "of another", "AWS_SECRET": "x", "SS_AUDIT_PROFILE": "production"}  # fmt: skip
    result = child_environment({"SS_ENV": "development", "HOME": "/own"}, inherited)
    assert {name: value for name, value in result.items() if "proxy" not in name.lower()} == {
        "PATH": "/bin", "HOME": "/own", "LC_ALL": "C", "S_ADO": "BASE;.", "STATATMP": "/t", "SS_ENV": "development",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "inherited", "expected"),
    [
        ({}, {}, "127.0.0.1,localhost,::1"),
        ({}, {"NO_PROXY": "internal, localhost", "HTTPS_PROXY": "http://p"}, "internal,localhost,127.0.0.1,::1"),
        ({"no_proxy": "own"}, {"NO_PROXY": "internal"}, "own,127.0.0.1,localhost,::1"),
    ],
)
def test_no_proxy_stands_between_ss_and_loopback(given: dict[str, str], inherited: dict[str, str], expected: str) -> None:
    result = child_environment(given, inherited)
    assert result["NO_PROXY"] == result["no_proxy"] == expected
    assert result.get("HTTPS_PROXY") == inherited.get("HTTPS_PROXY")


def test_secrets_are_masked_by_name_and_can_be_learned() -> None:
    environment = {
        "SS_LLM_API_KEY": "k-1", "SS_ADMIN_PASSWORD": "p-1", "SS_UPLOAD_S3_SECRET_ACCESS_KEY": "s-1", "A_Token": "t-1",
        "SS_JOB_STORE_POSTGRES_DSN": "postgres://u:p@h/d", "SS_LLM_MODEL": "m", "EMPTY_KEY": "",
    }  # fmt: skip
    shown = masked(environment)
    assert list(shown) == sorted(environment)
    assert {name for name, value in shown.items() if value == "***"} == set(environment) - {"SS_LLM_MODEL", "EMPTY_KEY"}
    assert (shown["SS_LLM_MODEL"], shown["EMPTY_KEY"]) == ("m", "")
    assert set(secrets_in(environment).values()) == {"k-1", "p-1", "s-1", "t-1", "postgres://u:p@h/d"}


def test_an_env_file_is_read_as_ss_reads_it(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(
        "# SS_COMMENTED=1\n\nSS_A=1\nexport SS_B = 'two words' \nSS_C=\"x=y\"\nSS_D=#kept\nSS_EMPTY=\n"
        "no assignment\n=nameless\nSS_A=again\nSS_QUOTE='\n"
    )
    assert env_file.defined_in(file) == {
        "SS_A": "1", "SS_B": "two words", "SS_C": "x=y", "SS_D": "#kept", "SS_EMPTY": "", "SS_QUOTE": "'",
    }  # fmt: skip
    assert env_file.defined_in(tmp_path / "none") == {}


def test_each_name_of_the_file_that_is_not_set_gets_a_harmless_value() -> None:
    names = ["SS_LLM_TEMPERATURE", "SS_LLM_API_KEY", "SS_JOB_STORE_BACKEND"]
    assert env_file.overrides(names, {"SS_LLM_API_KEY": "given"}) == {
        "SS_LLM_TEMPERATURE": "",
        "SS_JOB_STORE_BACKEND": "file",
    }


@pytest.mark.parametrize(
    ("name", "value", "secret"),
    [
        ("SS_S3_KEY_PREFIX", "artifacts", False), ("SS_S3_KEY_PREFIX", "0a1b2c3d4e5f", True),
        ("SS_LLM_MAX_TOKENS", "4096", False), ("SS_LLM_APIKEY", "k", True), ("SS_API_KEY_2", "k", True),
        ("SS_ADMIN_TOKEN", "t", True), ("SS_MONKEY", "m", False), ("SS_KEYS_DIR", "/etc/keys/of/1", False),
        ("SS_S3_ACCESS_KEY_ID", "AKIA0123456789", True), ("SS_TOKEN_TTL", "864000000000", False),
    ],
)  # fmt: skip
def test_a_key_or_token_has_its_name_from_the_end_or_a_value_of_chance(name: str, value: str, secret: bool) -> None:
    assert is_secret(name, value) is secret
