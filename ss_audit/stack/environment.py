"""The environment in which SS runs: a known few names of ours, plus what was set for SS, and nothing by accident."""

import re
from collections.abc import Mapping

INHERITED = frozenset({
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP",
    "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy",
})  # fmt: skip
INHERITED_PREFIXES = ("LC_", "S_", "STATA")
SECRET_NAME = re.compile(
    r"SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|DSN|(?:^|_|API|ACCESS|PRIVATE|SIGNING)KEYS?(?:_?\d+)?$|TOKEN(?:_?\d+)?$"
)
DOUBTFUL_NAME = re.compile("KEY|TOKEN")
SHORTEST_OF_CHANCE = 12
IN_A_URL = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")
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


def is_secret(name: str, value: str) -> bool:
    """Whether a variable of this name holds something that must not be shown.

    A key or a token has its name from its end (SS_LLM_API_KEY). Where the word stands elsewhere (SS_S3_KEY_PREFIX, but
    SS_API_KEY_OLD, too), it depends on whether the value can be one.
    """
    upper = name.upper()
    return bool(SECRET_NAME.search(upper)) or (bool(DOUBTFUL_NAME.search(upper)) and is_of_chance(value))


def is_of_chance(value: str) -> bool:
    """Whether this can hardly be a path, a word or a number: masking one of these would hide half of the evidence."""
    mixed = re.search(r"\d", value) and re.search(r"[A-Za-z]", value)
    return len(value) >= SHORTEST_OF_CHANCE and not re.search(r"[/\s]", value) and bool(mixed)


def masked(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for evidence: sorted by name, secrets and passwords within URLs as `***`, empty values as they are."""
    return {
        name: "***" if value and is_secret(name, value) else IN_A_URL.sub(r"\1***@", value)
        for name, value in sorted(environment.items())
    }


def secrets_in(environment: Mapping[str, str]) -> dict[str, str]:
    """The secrets in it, value by name: what a redactor has to learn."""
    return {name: value for name, value in environment.items() if value and is_secret(name, value)}


def _is_passed_on(name: str) -> bool:
    return name in INHERITED or name.startswith(INHERITED_PREFIXES)


def _listed(environment: Mapping[str, str], *names: str) -> list[str]:
    value = next((environment[name] for name in names if environment.get(name)), "")
    return [host.strip() for host in value.split(",") if host.strip()]
