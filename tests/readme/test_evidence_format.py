"""The page about the evidence names everything that stands in it."""

import re

import pytest

from ss_audit.evidence.archive import Archive
from ss_audit.evidence.model import Body, Evidence, Fact, Statement, TreeNode
from ss_audit.evidence.redaction import Redactor
from ss_audit.verdict import ScenarioResult, Verdict, document

from .pages import text_of

PAGE = text_of("docs/evidence-format.md")
NAMED = set(re.findall(r"`(\w+)`", PAGE))
BASE = {"id", "at", "title"}


def kinds() -> list[type[Evidence]]:
    return sorted(Evidence.__subclasses__(), key=lambda kind: kind.kind)


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: str(kind.kind))
def test_every_kind_of_evidence_is_explained_with_its_fields(kind: type[Evidence]) -> None:
    assert {kind.kind, *kind.model_fields} - BASE - NAMED == set()


@pytest.mark.parametrize("part", [Body, TreeNode])
def test_every_part_of_one_is_explained(part: type[Fact]) -> None:
    assert part.model_fields.keys() - NAMED == set()


def test_every_field_of_a_line_is_explained(tmp_path_factory: pytest.TempPathFactory) -> None:
    archive = Archive(tmp_path_factory.mktemp("bundle") / "data", Redactor())
    archive.record(Statement(title="seen"))
    archive.close()
    line = (archive.folder / "events.jsonl").read_text("utf-8")
    assert set(re.findall(r'"(\w+)":', line.partition('"data"')[0])) - NAMED == set()


def test_every_field_of_the_verdict_is_explained() -> None:
    result = ScenarioResult(id="a/b", name="b", requirement="r", must=True, outcome="pass", reason="")
    written = document({}, Verdict(word="READY", reason=""), [result], {})
    assert (written.keys() | written["scenarios"][0].keys()) - {"schema"} - NAMED == set()
    assert written["schema"] in PAGE
