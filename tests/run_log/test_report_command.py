"""`ss-audit report` writes the pages of any run that left a log, and says so when it can't."""

from pathlib import Path

import pytest
from checks.observations import main_journey
from summary.bundles import bundle

from ss_audit.cli_report import report
from ss_audit.report.views import VIEWS


@pytest.mark.parametrize("given", ["the bundle", "the run's folder"])
def test_an_unfinished_run_gets_its_pages_and_has_no_digest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str
) -> None:
    folder = bundle(tmp_path / "run", main_journey(), finished=False)
    assert report(folder if given == "the bundle" else folder.parent, None) == 0
    assert {path.name for path in folder.parent.iterdir()} >= VIEWS.keys()
    assert "never sealed" in capsys.readouterr().out


def test_the_pages_go_where_they_are_wanted(tmp_path: Path) -> None:
    folder = bundle(tmp_path / "run", main_journey())
    assert report(folder, tmp_path / "new" / "place") == 0
    assert {path.name for path in (tmp_path / "new" / "place").iterdir()} >= VIEWS.keys()
    assert [path.name for path in folder.parent.iterdir()] == ["bundle"]


def test_where_there_is_no_bundle_it_ends_with_2_and_says_what_was_looked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(tmp_path, None) == 2
    assert "folder `data`" in capsys.readouterr().err


def test_a_log_that_is_none_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "events.jsonl").write_text("no JSON\n")
    assert report(tmp_path, tmp_path) == 2
    assert "events.jsonl, line 1" in capsys.readouterr().out
