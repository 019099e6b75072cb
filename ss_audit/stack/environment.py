"""The environment in which SS runs: a known few names of ours, plus what was set for SS, and nothing by accident."""

from collections.abc import Mapping

INHERITED = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy",
})  # fmt: skip
INHERITED_PREFIXES = ("LC_", "S_", "STATA")
SECRET_WORDS = ("KEY", "SECRET", "PASSWORD", "PASSWD", "TOKEN", "CREDENTIAL", "DSN")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def child_environment(given: Mapping[str, str], inherited: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a process of SS.

    In: what is set for SS (it wins) and the audit's own environment, of which the names that any program needs, the proxies
    and what Stata reads (S_ADO and its like) are passed on. Loopback is taken out of the proxies' reach: a proxy that
    answers for it would stand between SS and the witnesses, and would answer for a dead SS.
    """
    kept = {name: value for name, value in inherited.items() if _is_passed_on(name)}
    result = {**kept, **given}
    spared = _listed(given, "NO_PROXY", "no_proxy") or _listed(inherited, "NO_PROXY", "no_proxy")
    no_proxy = ",".join(dict.fromkeys([*spared, *LOOPBACK]))
    return {**result, "NO_PROXY": no_proxy, "no_proxy": no_proxy}


def is_secret(name: str) -> bool:
    """Whether a variable of this name holds something that must not be shown."""
    return any(word in name.upper() for word in SECRET_WORDS)


def masked(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for evidence: sorted by name, the values of secrets as `***`, empty ones as they are."""
    return {name: "***" if is_secret(name) and value else value for name, value in sorted(environment.items())}


def secrets_in(environment: Mapping[str, str]) -> dict[str, str]:
    """The secrets in it, value by name: what a redactor has to learn."""
    return {name: value for name, value in environment.items() if is_secret(name) and value}


def _is_passed_on(name: str) -> bool:
    return name in INHERITED or name.startswith(INHERITED_PREFIXES)


def _listed(environment: Mapping[str, str], *names: str) -> list[str]:
    value = next((environment[name] for name in names if environment.get(name)), "")
    return [host.strip() for host in value.split(",") if host.strip()]
