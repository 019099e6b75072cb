"""Whatever the tests before this one made an audit do, its bundle verifies: the same findings, the same verdict, offline.

The name puts it last in this folder, since it looks at every run that the tests of this session have left.
"""

import hashlib
import shutil
from pathlib import Path

import pytest

from ss_audit.verify.examination import verified
from ss_audit.verify.page import page

from .running import Ended

pytestmark = pytest.mark.once


def test_every_run_of_this_session_verifies_in_another_folder(
    whole: Ended, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    logs = sorted(tmp_path_factory.getbasetemp().rglob("reports/*/bundle/data/events.jsonl"))
    bundles = [log.parents[1] for log in logs if not any(part.is_symlink() for part in log.parents)]
    assert whole.folder / "bundle" in bundles
    wrong = []
    for bundle in bundles:
        copy = tmp_path / "elsewhere"
        shutil.copytree(bundle, copy)
        seen = verified(copy)
        if seen.problems or not (seen.holds or seen.unfinished):
            wrong.append(f"{bundle}\n{page(seen)}")
        shutil.rmtree(copy)
    assert not wrong, "\n\n".join(wrong)


def test_the_last_line_pins_the_run(whole: Ended) -> None:
    digest = whole.said.strip().splitlines()[-1].rpartition(" ")[2]
    seen = verified(whole.folder, digest)
    assert seen.holds, page(seen)
    assert seen.told == "NOT READY"
    assert seen.findings >= 80


def test_every_artifact_that_was_downloaded_lies_in_the_bag_as_it_came(whole: Ended) -> None:
    """With nothing of ours but the log: the digest of each file is the one that the line of its download says."""
    data = whole.folder / "bundle" / "data"
    artifacts = [e["data"] for e in whole.events if e.get("kind") == "artifact"]
    plain = [a for a in artifacts if a["body"]["file"] and not a["body"]["masked"] and not a["body"]["cut"]]
    assert len(plain) > 50
    for artifact in plain:
        assert hashlib.sha256((data / artifact["body"]["file"]).read_bytes()).hexdigest() == artifact["body"]["sha256"]
