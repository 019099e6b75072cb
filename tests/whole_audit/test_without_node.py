"""Without Node.js there is no Allure page, and that is all: the audit, its evidence and every other page are as always."""

from pathlib import Path

import pytest

from .conftest import Runner

pytestmark = pytest.mark.once


def test_the_audit_ends_as_it_must_and_says_how_to_get_the_page(carry_out: Runner, tmp_path: Path) -> None:
    nothing = tmp_path / "no programs"
    nothing.mkdir()
    run = carry_out("ss-audit", "run", "--tags=@spec_pack", environment={"PATH": str(nothing)}, views=True)
    assert (run.code, run.verdict["verdict"], run.verdict["blame"]) == (2, "INCONCLUSIVE", "operator"), run.said
    assert run.passed == {"Spec pack is present"}
    assert all((run.folder / name).is_file() for name in ("summary.html", "run-log.md", "inventory.md"))
    assert any((run.folder / "allure-results").glob("*-result.json"))
    assert not (run.folder / "allure-report" / "index.html").exists()
    (line,) = [line for line in run.said.splitlines() if "npm ci --prefix .ci" in line]
    assert "ss-audit report" in line
    assert "Traceback" not in run.said
