"""What must not stand in a file of the project: this machine, a registry, a secret."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOME_FOLDER = re.compile(r"(?<![\w.~-])/(?:(?:home|Users)/[A-Za-z][\w.-]*|roo" + r"t)/|[A-Z]:\\+Users\\+\w")
REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "registry.npmjs" + ".org", "registry.yarnpkg" + ".com")
PRIVATE_KEY = "-----BEGIN " + "PRIVATE KEY"
REAL_KEY = re.compile(r"\b(?:sk-(?:ant-|proj-)[\w-]{24,}|gh[pousr]_[A-Za-z0-9]{36}|AKIA[0-9A-Z]{16})\b")


def where(texts: dict[str, str], *patterns: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if any(pattern.search(line) for pattern in patterns)
    ]


def test_no_file_names_this_machine(texts: dict[str, str]) -> None:
    # a checkout directly under / may have a name that means something else in a text
    here = [re.compile(rf"{re.escape(str(ROOT))}(?![\w-])")] if len(ROOT.parts) > 2 else []
    assert where(texts, HOME_FOLDER, *here) == [], "a path of one machine works on that machine only, and tells who owns it"


def test_no_file_names_a_registry(texts: dict[str, str]) -> None:
    hosts = re.compile("|".join(re.escape(host) for host in REGISTRIES))
    assert where(texts, hosts) == [], "where packages come from is the business of whoever installs, who may have a mirror"


def test_the_lock_files_name_packages_and_not_where_they_lie() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert re.findall(r"https?://\S+|--(?:extra-)?index-url.*", lock) == []
    assert "--hash=sha256:" in lock, "without digests the lock names versions and not what they hold"
    npm = (ROOT / ".ci" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in npm, "regenerate it with npm's --omit-lockfile-registry-resolved"
    assert '"integrity"' in npm


def test_no_file_holds_a_secret(texts: dict[str, str]) -> None:
    assert where(texts, re.compile(re.escape(PRIVATE_KEY)), REAL_KEY) == [], "what was committed once is known to everyone"
