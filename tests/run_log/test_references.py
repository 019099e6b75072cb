"""Every reference in the run log of a rehearsal is followed to what proves it, also when it was made elsewhere and later."""

import shutil
import subprocess
from pathlib import Path

import pytest
from whole_audit.running import PROGRAMS, Ended

from ss_audit.report.views import VIEWS

from .following import Reference, bodies_of, entry_at, is_its_content, numbers_cited, references

pytestmark = pytest.mark.once


def follow(log: Path) -> int:
    """Follows every reference. Out: how many there were."""
    found = references(log)
    cited, told = numbers_cited(log)
    assert cited == told
    entry = None
    for reference in found:
        assert reference.file.is_file(), reference
        if reference.line is not None:
            entry = entry_at(reference)
            assert (entry["id"], entry["type"]) == (reference.text, "evidence")
        elif "artifacts" in reference.file.parts or "inputs" in reference.file.parts:
            assert entry is not None
            assert _is_of(reference, entry), reference
    return len(found)


def _is_of(reference: Reference, entry: dict[str, object]) -> bool:
    return any(reference.file.as_posix().endswith(b["file"]) and is_its_content(reference, b) for b in bodies_of(entry))


def test_each_leads_to_what_proves_it(rehearsal: Ended) -> None:
    assert follow(rehearsal.folder / "run-log.md") > 100


def test_made_again_from_the_bundle_alone_they_still_do(rehearsal: Ended, tmp_path: Path) -> None:
    archive = tmp_path / "an archive (2026)" / "bundle"
    shutil.copytree(rehearsal.folder / "bundle", archive)
    command = [str(PROGRAMS / "ss-audit"), "report", str(archive), "--to", str(tmp_path / "records")]
    again = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert {path.name for path in (tmp_path / "records").iterdir()} >= VIEWS.keys()
    assert follow(tmp_path / "records" / "run-log.md") > 100
    ours, theirs = ((folder / "run-log.md").read_text("utf-8") for folder in (rehearsal.folder, tmp_path / "records"))
    assert [line for line in ours.splitlines() if "](" not in line] == [
        line for line in theirs.splitlines() if "](" not in line
    ]
