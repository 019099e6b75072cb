"""Audits of an SS on another host that keeps its templates in memory, and of a Stata with packages of the operator's."""

import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from whole_audit.running import Ended, run, start

from ss_audit.ss.library import read_library

from .deployment import Deployed, deployed

pytestmark = [pytest.mark.once, pytest.mark.timeout(600)]
LIBRARY = "Do-template library chain is classified as wired or not"
SELECTION = "Template selection is not hard-coded"
PACKAGE = "Missing ado/SSC dependency is diagnosable and recoverable"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with deployed(tmp_path_factory.mktemp("caching") / "home", caching=True) as running:
        yield running


def audit(host: Deployed, place: Path, *names: str, **changed: str | None) -> Ended:
    only = "|".join(f"^{re.escape(name)}$" for name in names)
    return run(place, "behave", "-n", only, settings=host.settings(place / "settings", **changed))


def test_a_library_that_is_read_once_is_used_after_a_restart(host: Deployed, tmp_path: Path) -> None:
    ended = audit(host, tmp_path, LIBRARY, SELECTION, PACKAGE)
    assert set(ended.outcomes.values()) & {"fail", "error", "not_evidenced"} == set(), ended.said
    assert [ended.outcomes[name] for name in (LIBRARY, SELECTION, PACKAGE)] == ["pass"] * 3


def test_without_a_restart_it_is_not_evidenced_and_no_fail(host: Deployed, tmp_path: Path) -> None:
    ended = audit(host, tmp_path, SELECTION, PACKAGE, restart_command=None)
    assert [ended.outcomes[name] for name in (SELECTION, PACKAGE)] == ["not_evidenced"] * 2, ended.said
    assert "give restart_command" in json.dumps(ended.verdict)


def test_a_restart_that_did_not_happen_is_an_error_and_no_fail(host: Deployed, tmp_path: Path) -> None:
    ended = audit(host, tmp_path, SELECTION, LIBRARY, restart_command="true", timeout_startup="3")
    assert (ended.code, ended.verdict["verdict"], ended.verdict["blame"]) == (2, "INCONCLUSIVE", "environment"), ended.said
    assert "fail" not in ended.outcomes.values()
    assert "nothing shows that api and worker started anew" in ended.said


@pytest.fixture
def published(tmp_path: Path) -> Iterator[tuple[Deployed, str]]:
    """A host whose templates need a published package, which is there; and the command that installs it."""
    with deployed(tmp_path / "home") as host:
        for template in read_library(host.home / "library").templates.values():
            if template.meta_file:
                meta = json.loads(Path(template.meta_file).read_text())
                meta["dependencies"] = [*meta.get("dependencies", ()), {"pkg": "published", "source": "ssc", "purpose": "x"}]
                Path(template.meta_file).write_text(json.dumps(meta))
        archive = tmp_path / "archive"
        archive.mkdir()
        (archive / "published.ado").write_text("program define published\nend\n")
        shutil.copy(archive / "published.ado", host.home / "ado")
        yield host, "sh -c " + shlex.quote(f"cp {archive}/$0.ado {host.home}/ado/") + " {package}"


def test_a_published_package_is_removed_and_is_there_again(published: tuple[Deployed, str], tmp_path: Path) -> None:
    host, install = published
    means = {"library_source": None, "ss_root": None, "library_swap_command": None, "package_install_command": install}
    ended = audit(host, tmp_path / "audit", PACKAGE, **means)
    assert "fail" not in ended.outcomes.values(), ended.said
    titles = [e["data"]["title"] for e in ended.events if e.get("kind") == "operator_command"]
    assert [title.partition(":")[0] for title in titles if "package" in title] == [
        "package_remove_command", "package_install_command",
    ]  # fmt: skip
    assert [path.name for path in (host.home / "ado").iterdir()] == ["published.ado"]


def test_an_audit_that_is_killed_in_between_gives_it_back(published: tuple[Deployed, str], tmp_path: Path) -> None:
    host, install = published
    means = {"library_source": None, "ss_root": None, "library_swap_command": None, "package_install_command": install}
    settings = host.settings(tmp_path / "settings", **means)
    running = start(tmp_path / "killed", "behave", "-n", f"^{PACKAGE}$", settings=settings)
    running.wait_for_event(lambda e: str(e["data"].get("title")).startswith("package published, which"))
    assert list((host.home / "ado").iterdir()) == []
    running.process.kill()
    running.process.wait()
    running.until_put_back()
    assert (host.home / "ado" / "published.ado").exists(), "the package is still missing"
