"""Where a provider lies decides between a stand-in and the real one, so names and addresses must not fool it."""

import pytest

from ss_audit.witness.locality import is_loopback, upstream_locality


@pytest.mark.parametrize(
    ("url", "address", "expected"),
    [
        ("https://api.openai.com/v1", "104.18.7.192", "global"),
        ("https://api.openai.com/v1", None, "global"),
        ("https://api.openai.com/v1", "127.0.0.1", "loopback"),
        ("https://api.openai.com/v1", "127.8.8.8", "loopback"),
        ("https://api.openai.com/v1", "::1", "loopback"),
        ("https://api.openai.com/v1", "::ffff:127.0.0.1", "loopback"),
        ("https://api.openai.com/v1", "0.0.0.0", "loopback"),
        ("https://api.openai.com/v1", "10.1.2.3", "private"),
        ("https://api.openai.com/v1", "169.254.169.254", "private"),
        ("https://api.openai.com/v1", "100.64.0.1", "private"),
        ("https://api.openai.com/v1", "fd00::1", "private"),
        ("https://api.openai.com/v1", "fe80::1%eth0", "private"),
        ("https://api.openai.com/v1", "2606:4700::6812:7c0", "global"),
        ("http://localhost:8000/v1", "8.8.8.8", "loopback"),
        ("http://LOCALHOST./v1", None, "loopback"),
        ("http://llm.localhost/v1", None, "loopback"),
        ("http://[::1]:8000/v1", None, "loopback"),
        ("http://127.1.1.1/v1", None, "loopback"),
        ("https://8.8.8.8/v1", None, "global"),
        ("https://192.168.0.9/v1", None, "private"),
        ("https://gateway/v1", None, "private"),
        ("https://llm.corp.internal/v1", None, "private"),
        ("https://llm.corp.internal/v1", "8.8.8.8", "global"),
    ],
)
def test_upstream_locality(url: str, address: str | None, expected: str) -> None:
    assert upstream_locality(url, address) == expected


def test_is_loopback() -> None:
    assert is_loopback("localhost")
    assert is_loopback("[::1]")
    assert not is_loopback("localhost.example.org")
